/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Command lines. Each tool has one table of options, which serves parsing, --help (with the actual
 * defaults) and the canonical command line recorded in the provenance of its output.
 *
 *   static int64_t jobs = 1;
 *   static const hl_opt opts[] = {HL_OPT_INT('j', "jobs", "N", &jobs, 1, 64, "threads")};
 *   static const hl_cli cli = {.name = "crop", .usage = "[OPTIONS] IN", .about = "Crops images.",
 *                              .opts = opts, .nopts = 1, .min_args = 1, .max_args = 1};
 *   const char *in = argv[hl_cli_parse(&cli, argc, argv)];
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
    const char *arg;  /* placeholder shown by --help; for HL_CHOICE the words, "a|b|c" */
    hl_opt_kind kind;
    void *value; /* bool, int64_t, uint64_t, double, const char *, int (index of the word);
                    holds the default on entry */
    double min, max;
    bool recorded; /* goes into the provenance because it affects the result, unlike file names or
                      the number of threads */
    const char *help;
} hl_opt;

/* Rows of the table: letter, name, placeholder, variable, range, help. Those that end in _R are
 * recorded in the provenance. */
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
    int min_args, max_args; /* number of operands; max_args -1: no limit */
    /* Prints "name<TAB>version" for each library that the results depend on. May be NULL. */
    void (*libraries)(FILE *fp);
    /* Whether an option counts in this call, for those that are not always recorded. NULL: all. */
    bool (*is_recorded)(const hl_opt *o);
} hl_cli;

/*
 * Parses argv, stores the values and sets the log's tool name. Every tool also has -q/--quiet,
 * -h/--help and --version, which are handled here. Wrong usage prints one line and exits with 2;
 * --help and --version print and exit with 0. Returns the index of the first operand in argv.
 *
 * --options alone prints the table for other programs and exits with 0: a tab-separated row for
 * each option, with its letter ("-" for none), name, kind (flag, int, real, string, choice) and
 * placeholder, or the words of a choice as "a|b|c".
 */
int hl_cli_parse(const hl_cli *cli, int argc, char **argv);

/* "--name value ..." for every recorded option that counts, in the order of the table, with its
 * actual value, whether it was given or not. The caller frees. */
char *hl_cli_record(const hl_cli *cli);

/* Prints "TOOL: message" and exits with 2; for errors in the command line itself. */
void hl_usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Copies the word at an index of an HL_CHOICE list into buf; returns buf. */
const char *hl_choice_word(const char *words, int index, char *buf, size_t size);

/* Index of a word in an HL_CHOICE list, or -1. */
int hl_choice_find(const char *words, const char *word);

/* Number of processors that this process may use, the default for --jobs (processors.h). */
int64_t hl_cpu_count(void);

#endif
