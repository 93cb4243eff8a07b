/* SPDX-License-Identifier: BSD-2-Clause */
/* quickcheck: shows what a tensor file contains, whether it is intact, and how two files differ. */
#include "base/log.h"
#include "base/strbuf.h"
#include "quickcheck/describe.h"
#include "quickcheck/diff.h"
#include "sys/cli.h"

#include <stdio.h>
#include <string.h>

static bool values, diff;
static const char *ignore;

static const hl_opt options[] = {
    HL_OPT_FLAG('v', "values", &values,
                "also print the smallest, largest and mean value of each tensor"),
    HL_OPT_FLAG('d', "diff", &diff, "print the first difference between two tensor or text files"),
    HL_OPT_STR(0, "ignore", "COLUMN", &ignore,
               "with --diff: a column of a table that does not count"),
};

static const hl_cli cli = {
    .name = "quickcheck",
    .usage = "[OPTIONS] [FILE ...]",
    .about =
        "Prints kind, tensors and provenance of tensor files and checks that they are intact.\n"
        "Without FILE, reads standard input. Exits with 1 if any is damaged.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 0,
    .max_args = -1,
};

/* 1 where the files differ or cannot be compared. */
static int show_difference(const char *a, const char *b)
{
    hl_err err;
    hl_strbuf what = {0};
    const int failed = quickcheck_diff_files(a, b, ignore, &what, &err);
    const int status = failed || what.len;
    if (failed)
        hl_log_error("%s", err.msg);
    else if (what.len)
        quickcheck_print_line("%s and %s differ: %s", a, b, what.data);
    hl_strbuf_free(&what);
    return status;
}

static int check_files(char **paths, int n)
{
    int status = 0, i = 0;
    do {
        hl_err err;
        if (quickcheck_describe(paths[i], values, &err)) {
            hl_log_error("%s", err.msg);
            status = 1;
        }
    } while (++i < n);
    return status;
}

int main(int argc, char **argv)
{
    const int first = hl_cli_parse(&cli, argc, argv);
    if (diff && argc - first != 2)
        hl_usage_error("--diff: expected two files, found %d", argc - first);
    for (int i = first; diff && i < argc; i++)
        if (strcmp(argv[i], "-") == 0)
            hl_usage_error("--diff: expected two files, found standard input");
    if (ignore && !diff)
        hl_usage_error("--ignore: expected --diff with it");
    int status = diff ? show_difference(argv[first], argv[first + 1])
                      : check_files(argv + first, argc - first);
    if (fflush(stdout) || ferror(stdout)) {
        hl_log_error("standard output: cannot be written");
        status = 1;
    }
    return status;
}
