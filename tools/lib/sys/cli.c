/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/cli.h"

#include "base/log.h"
#include "base/parse.h"
#include "base/strbuf.h"
#include "base/version.h"
#include "sys/processors.h"

#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_OPTS = 48, LONG_ONLY = 256, OPT_VERSION = 512 };

void hl_usage_error(const char *fmt, ...)
{
    char msg[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(msg, sizeof msg, fmt, ap);
    va_end(ap);
    hl_log_error("%s (try --help)", msg);
    exit(2);
}

int64_t hl_cpu_count(void)
{
    return hl_processors("");
}

const char *hl_choice_word(const char *words, int index, char *buf, size_t size)
{
    while (index-- > 0)
        words = strchr(words, '|') + 1;
    snprintf(buf, size, "%.*s", (int)strcspn(words, "|"), words);
    return buf;
}

int hl_choice_find(const char *words, const char *word)
{
    const size_t len = strlen(word);
    for (int i = 0;; i++) {
        const size_t n = strcspn(words, "|");
        if (n == len && memcmp(words, word, n) == 0)
            return i;
        if (!words[n])
            return -1;
        words += n + 1;
    }
}

/* The fewest digits that parse to the same number. */
static void format_real(double v, hl_strbuf *t)
{
    char s[32];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(s, sizeof s, "%.*g", digits, v);
        if (strtod(s, NULL) == v)
            break;
    }
    hl_strbuf_puts(t, s);
}

static void format_value(const hl_opt *o, hl_strbuf *t)
{
    char word[64];
    switch (o->kind) {
    case HL_FLAG:
        hl_strbuf_puts(t, *(const bool *)o->value ? "yes" : "no");
        return;
    case HL_INT:
        hl_strbuf_printf(t, "%" PRId64, *(const int64_t *)o->value);
        return;
    case HL_U64:
        hl_strbuf_printf(t, "%" PRIu64, *(const uint64_t *)o->value);
        return;
    case HL_REAL:
        format_real(*(const double *)o->value, t);
        return;
    case HL_STRING:
        hl_strbuf_puts(t, *(const char *const *)o->value ? *(const char *const *)o->value : "");
        return;
    case HL_CHOICE:
        hl_strbuf_puts(t, hl_choice_word(o->arg, *(const int *)o->value, word, sizeof word));
        return;
    }
}

static void print_option(const hl_opt *o)
{
    char left[128], letter[8] = "    ";
    if (o->letter)
        snprintf(letter, sizeof letter, "-%c, ", o->letter);
    const bool is_choice = o->kind == HL_CHOICE;
    snprintf(left, sizeof left, "  %s--%s%s%s", letter, o->name, o->arg ? " " : "",
             !o->arg ? "" : (is_choice ? "WORD" : o->arg));
    hl_strbuf value = {0};
    format_value(o, &value);
    printf("%-30s %s", left, o->help);
    if (is_choice)
        printf(": %s", o->arg);
    if (o->kind != HL_FLAG && value.len)
        printf(" [%s]", value.data);
    putchar('\n');
    hl_strbuf_free(&value);
}

static void print_help(const hl_cli *cli)
{
    printf("usage: %s %s\n\n%s\n\n", cli->name, cli->usage, cli->about);
    for (size_t i = 0; i < cli->nopts; i++)
        print_option(&cli->opts[i]);
    printf("%-30s %s\n%-30s %s\n%-30s %s\n", "  -q, --quiet", "no progress and no remarks",
           "  -h, --help", "show this help", "      --version", "show the version");
}

/* The table for programs, such as a shell's command-line completion. */
static void print_table(const hl_cli *cli)
{
    static const char *const kinds[] = {
        [HL_FLAG] = "flag", [HL_INT] = "int",       [HL_U64] = "int",
        [HL_REAL] = "real", [HL_STRING] = "string", [HL_CHOICE] = "choice",
    };
    for (size_t i = 0; i < cli->nopts; i++) {
        const hl_opt *o = &cli->opts[i];
        printf("%c\t%s\t%s\t%s\n", o->letter ? o->letter : '-', o->name, kinds[o->kind],
               o->arg ? o->arg : "");
    }
    printf("q\tquiet\tflag\t\nh\thelp\tflag\t\n-\tversion\tflag\t\n");
}

static void set_number(const hl_opt *o, const char *arg)
{
    if (o->kind == HL_INT) {
        int64_t v;
        if (!hl_parse_i64(arg, &v) || (double)v < o->min || (double)v > o->max)
            hl_usage_error("--%s: expected a whole number from %.0f to %.0f, found '%s'", o->name,
                           o->min, o->max, arg);
        *(int64_t *)o->value = v;
    } else if (o->kind == HL_U64) {
        uint64_t v;
        if (!hl_parse_u64(arg, &v))
            hl_usage_error("--%s: expected a whole number from 0 to 2^64-1, found '%s'", o->name,
                           arg);
        *(uint64_t *)o->value = v;
    } else {
        double v;
        if (!hl_parse_f64(arg, &v) || v < o->min || v > o->max)
            hl_usage_error("--%s: expected a number from %g to %g, found '%s'", o->name, o->min,
                           o->max, arg);
        *(double *)o->value = v;
    }
}

static void set_option(const hl_opt *o, const char *arg)
{
    switch (o->kind) {
    case HL_FLAG:
        *(bool *)o->value = true;
        return;
    case HL_INT:
    case HL_U64:
    case HL_REAL:
        set_number(o, arg);
        return;
    case HL_STRING:
        *(const char **)o->value = arg;
        return;
    case HL_CHOICE: {
        const int i = hl_choice_find(o->arg, arg);
        if (i < 0)
            hl_usage_error("--%s: expected one of %s, found '%s'", o->name, o->arg, arg);
        *(int *)o->value = i;
        return;
    }
    }
}

/* Translates the table to the two forms that getopt_long takes. */
static void describe(const hl_cli *cli, char *letters, struct option *longs)
{
    size_t n = 0;
    letters += sprintf(letters, ":qh");
    for (; n < cli->nopts; n++) {
        const hl_opt *o = &cli->opts[n];
        const int has_arg = o->kind == HL_FLAG ? no_argument : required_argument;
        longs[n] = (struct option){o->name, has_arg, NULL, LONG_ONLY + (int)n};
        if (o->letter)
            letters += sprintf(letters, "%c%s", o->letter, has_arg ? ":" : "");
    }
    longs[n++] = (struct option){"quiet", no_argument, NULL, 'q'};
    longs[n++] = (struct option){"help", no_argument, NULL, 'h'};
    longs[n++] = (struct option){"version", no_argument, NULL, OPT_VERSION};
    longs[n] = (struct option){0};
}

static void print_version(const hl_cli *cli)
{
    printf("%s (hilum) %s\n", cli->name, HL_VERSION);
    if (cli->libraries)
        cli->libraries(stdout);
}

static const hl_opt *find_option(const hl_cli *cli, int code)
{
    if (code >= LONG_ONLY)
        return &cli->opts[code - LONG_ONLY];
    for (size_t i = 0; i < cli->nopts; i++)
        if (cli->opts[i].letter == code)
            return &cli->opts[i];
    return NULL;
}

/* getopt_long has refused an option: optopt is 0 for an unknown long name, otherwise the letter,
 * perhaps one in a group such as -xq, or the code of an option given a value that it does not
 * take. */
static void refuse(const char *word)
{
    if (optopt == 'q' || optopt == 'h' || optopt >= LONG_ONLY)
        hl_usage_error("option '%s': expected no value", word);
    if (optopt)
        hl_usage_error("unknown option '-%c'", optopt);
    hl_usage_error("unknown option '%s'", word);
}

int hl_cli_parse(const hl_cli *cli, int argc, char **argv)
{
    signal(SIGCHLD, SIG_DFL); /* if inherited as ignored, waiting for children would fail */
    char letters[3 + 2 * MAX_OPTS + 1];
    struct option longs[MAX_OPTS + 4];
    if (cli->nopts > MAX_OPTS)
        abort();
    hl_log_name(cli->name);
    describe(cli, letters, longs);
    if (argc == 2 &&
        strcmp(argv[1], "--options") == 0) { /* getopt would accept abbreviations, e.g. --opt */
        print_table(cli);
        exit(fflush(stdout) ? 1 : 0);
    }
    opterr = 0;
    for (int code; (code = getopt_long(argc, argv, letters, longs, NULL)) != -1;) {
        if (code == 'q')
            hl_log_quiet(true);
        else if (code == 'h')
            print_help(cli);
        else if (code == OPT_VERSION)
            print_version(cli);
        else if (code == '?')
            refuse(argv[optind - 1]);
        else if (code == ':')
            hl_usage_error("option '%s' needs a value", argv[optind - 1]);
        else
            set_option(find_option(cli, code), optarg);
        if (code == 'h' || code == OPT_VERSION)
            exit(fflush(stdout) ? 1 : 0);
    }
    const int given = argc - optind;
    if (given < cli->min_args)
        hl_usage_error("missing operand: usage is %s %s", cli->name, cli->usage);
    if (cli->max_args >= 0 && given > cli->max_args)
        hl_usage_error("unexpected operand '%s'", argv[optind + cli->max_args]);
    return optind;
}

/* Quoted as one word for a shell, so that a value cannot look like an option. */
static void quote(const char *s, hl_strbuf *t)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:,+=@%";
    if (*s && !s[strspn(s, plain)]) {
        hl_strbuf_puts(t, s);
        return;
    }
    hl_strbuf_puts(t, "'");
    for (; *s; s++)
        hl_strbuf_puts(t, *s == '\'' ? "'\\''" : (const char[]){*s, '\0'});
    hl_strbuf_puts(t, "'");
}

char *hl_cli_record(const hl_cli *cli)
{
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "");
    for (size_t i = 0; i < cli->nopts; i++) {
        const hl_opt *o = &cli->opts[i];
        const bool unset = o->kind == HL_STRING && !*(const char *const *)o->value;
        const bool off = o->kind == HL_FLAG && !*(const bool *)o->value;
        if (!o->recorded || unset || off || (cli->is_recorded && !cli->is_recorded(o)))
            continue;
        hl_strbuf_printf(&t, "%s--%s", t.len ? " " : "", o->name);
        if (o->kind == HL_FLAG)
            continue;
        hl_strbuf_puts(&t, " ");
        if (o->kind == HL_STRING)
            quote(*(const char *const *)o->value, &t);
        else
            format_value(o, &t);
    }
    return t.data;
}
