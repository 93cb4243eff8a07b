/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of every tool: one table of options serves parsing, --help (which prints the
 * live defaults) and the canonical command line that goes into a file's provenance.
 */
#ifndef HILUM_SYS_CLI_H
#define HILUM_SYS_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef enum { HL_FLAG, HL_INT, HL_U64, HL_REAL, HL_STRING, HL_CHOICE } hl_opt_kind;

typedef struct hl_opt {
    char letter;      /* 0: long name only */
    const char *name; /* long name */
    const char *arg;  /* placeholder shown in --help; for HL_CHOICE the words, "a|b|c" */
    hl_opt_kind kind;
    void *value; /* bool, int64_t, uint64_t, double, const char *, int (index of the word);
                    holds the default on entry */
    double min, max;
    bool recorded; /* part of the provenance: it changes what is computed. Names of files, number
                      of threads and the like are not. */
    const char *help;
} hl_opt;

/* Rows of the table. The ..._R ones are recorded in the provenance. */
#define HL_OPT_FLAG(l, n, v, h)                                                                    \
    {                                                                                              \
        l, n, NULL, HL_FLAG, v, 0, 0, false, h                                                     \
    }
#define HL_OPT_FLAG_R(l, n, v, h)                                                                  \
    {                                                                                              \
        l, n, NULL, HL_FLAG, v, 0, 0, true, h                                                      \
    }
#define HL_OPT_INT(l, n, a, v, lo, hi, h)                                                          \
    {                                                                                              \
        l, n, a, HL_INT, v, lo, hi, false, h                                                       \
    }
#define HL_OPT_INT_R(l, n, a, v, lo, hi, h)                                                        \
    {                                                                                              \
        l, n, a, HL_INT, v, lo, hi, true, h                                                        \
    }
#define HL_OPT_REAL(l, n, a, v, lo, hi, h)                                                         \
    {                                                                                              \
        l, n, a, HL_REAL, v, lo, hi, false, h                                                      \
    }
#define HL_OPT_REAL_R(l, n, a, v, lo, hi, h)                                                       \
    {                                                                                              \
        l, n, a, HL_REAL, v, lo, hi, true, h                                                       \
    }
#define HL_OPT_STR(l, n, a, v, h)                                                                  \
    {                                                                                              \
        l, n, a, HL_STRING, v, 0, 0, false, h                                                      \
    }
#define HL_OPT_STR_R(l, n, a, v, h)                                                                \
    {                                                                                              \
        l, n, a, HL_STRING, v, 0, 0, true, h                                                       \
    }
#define HL_OPT_CHOICE(l, n, words, v, h)                                                           \
    {                                                                                              \
        l, n, words, HL_CHOICE, v, 0, 0, false, h                                                  \
    }
#define HL_OPT_CHOICE_R(l, n, words, v, h)                                                         \
    {                                                                                              \
        l, n, words, HL_CHOICE, v, 0, 0, true, h                                                   \
    }
#define HL_OPT_SEED(v)                                                                             \
    {                                                                                              \
        's', "seed", "N", HL_U64, v, 0, 0, true, "seed of every random choice"                     \
    }

typedef struct hl_cli {
    const char *name;  /* the tool */
    const char *usage; /* after the name, e.g. "[OPTIONS] [MANIFEST]" */
    const char *about; /* one or two sentences */
    const hl_opt *opts;
    size_t nopts;
    int min_args, max_args; /* operands; max_args -1: any number */
    /* Prints a line "name<TAB>version" for each library that results depend on. May be NULL. */
    void (*libraries)(FILE *fp);
} hl_cli;

/*
 * Parses argv and sets the log's tool name. Every tool also has -q/--quiet, -h/--help and
 * --version, which are handled here. Wrong usage prints one line and exits with 2; --help and
 * --version print and exit with 0. Returns the index of the first operand in argv.
 *
 * --options, alone, prints the table for programs and exits with 0: a row for each option, with its
 * letter ("-" for none), name, kind (flag, int, real, string, choice) and placeholder, or the words
 * of a choice as "a|b|c"; tabs between them.
 */
int hl_cli_parse(const hl_cli *cli, int argc, char **argv);

/* "--name value ..." of every recorded option, in the table's order, live values, options that
 * were not given included. The caller frees. */
char *hl_cli_record(const hl_cli *cli);

/* Prints "TOOL: message" and exits with 2: the command line itself makes no sense. */
void hl_usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* The word of a HL_CHOICE list at an index, copied into buf; returns buf. */
const char *hl_choice_word(const char *words, int index, char *buf, size_t size);

/* Index of a word in a HL_CHOICE list, or -1. */
int hl_choice_find(const char *words, const char *word);

/* Number of processors this process may keep busy, which is the default for --jobs; see
 * processors.h. */
int64_t hl_cpu_count(void);

#endif
