/* SPDX-License-Identifier: BSD-2-Clause */
/* compare: tests whether models differ, by their predictions for the same samples. */
#include "base/log.h"
#include "base/mem.h"
#include "compare/comparison.h"
#include "compare/write.h"
#include "sys/cli.h"
#include "sys/named_files.h"
#include "sys/output.h"

#include <stdlib.h>
#include <string.h>

static const char *output, *json, *names, *positive;
static int subset = 2;
static int64_t resamples = 2000, jobs;
static uint64_t seed = 1;

#define SUBSET_WORDS "train|val|test"

static const hl_opt options[] = {
    HL_OPT_STR('n', "names", "LIST", &names,
               "comma-separated names of the models (default: their folders or files)"),
    HL_OPT_CHOICE_R(0, "subset", SUBSET_WORDS, &subset, "samples to compare on"),
    HL_OPT_STR_R(0, "positive", "CLASS", &positive,
                 "class of the AUROC (default: the positive class that the predictions record)"),
    HL_OPT_INT_R(0, "resamples", "N", &resamples, 1, 1000000, "resamples of the bootstrap"),
    HL_OPT_SEED(&seed),
    HL_OPT_INT('j', "jobs", "N", &jobs, 1, 1024, "threads"),
    HL_OPT_STR('o', "output", "FILE", &output, "the table, TSV (default: standard output)"),
    HL_OPT_STR(0, "json", "FILE", &json, "the same as JSON"),
};

static const hl_cli cli = {
    .name = "compare",
    .usage = "[OPTIONS] PREDICTIONS PREDICTIONS...",
    .about = "Compares models by their predictions for the same samples, as evaluate wrote them:\n"
             "metrics and differences with confidence intervals, DeLong's and McNemar's tests,\n"
             "Holm's correction. Of several classes, each is also compared against the rest.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 2,
    .max_args = -1,
};

/* RUN for results/RUN/predictions.tsv, and the file name for any other file. */
static char *default_name(const char *path)
{
    const char *end = strrchr(path, '/');
    if (!end || strcmp(end, "/predictions.tsv") != 0)
        return hl_strdup(end ? end + 1 : path);
    const char *from = end;
    while (from > path && from[-1] != '/')
        from--;
    char *name = hl_strdup(from);
    name[end - from] = '\0';
    return name;
}

static char **name_models(char *const *files, size_t n)
{
    char **name = hl_calloc(n, sizeof *name);
    char *list = names ? hl_strdup(names) : NULL, *rest = list;
    for (size_t i = 0; i < n; i++) {
        const char *one = rest ? strsep(&rest, ",") : NULL;
        if (names && (!one || !*one))
            hl_usage_error("--names: expected %zu names, found '%s'", n, names);
        name[i] = one ? hl_strdup(one) : default_name(files[i]);
        for (size_t j = 0; j < i; j++)
            if (strcmp(name[i], name[j]) == 0)
                hl_usage_error("two models are called '%s': give them different --names", name[i]);
    }
    if (rest)
        hl_usage_error("--names: expected %zu names, found '%s'", n, names);
    free(list);
    return name;
}

/* Both files appear, or neither does. */
static int write_all(const comparison *c, const char *word, hl_err *e)
{
    hl_out table, plain = {0};
    if (hl_out_open(&table, output, false, e))
        return -1;
    if (json && hl_out_open(&plain, json, false, e)) {
        hl_out_abort(&table);
        return -1;
    }
    compare_write_table(c, word, table.fp);
    int status = json ? compare_write_json(c, word, plain.fp, e) : 0;
    hl_out *const outs[] = {&table, &plain};
    if (status == 0)
        status = hl_out_commit_all(outs, json ? 2 : 1, e);
    hl_out_abort(&plain);
    hl_out_abort(&table);
    return status;
}

static int run(char *const *files, char *const *name, size_t n, hl_err *e)
{
    comparison c;
    char word[16];
    hl_choice_word(SUBSET_WORDS, subset, word, sizeof word);
    int status = compare_read(&c, files, (const char *const *)name, n, word, positive, e);
    if (status == 0)
        status = compare_compute(&c, (size_t)resamples, seed, (int)jobs, e);
    if (status == 0 && c.positive == HL_NO_POSITIVE)
        hl_log_info(
            "%zu classes and no positive one: AUROC and DeLong's test of each against the rest; "
            "--positive CLASS names one",
            c.nclasses);
    if (status == 0)
        status = write_all(&c, word, e);
    compare_free(&c);
    return status;
}

int main(int argc, char **argv)
{
    jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    const size_t n = (size_t)(argc - first);
    char **name = name_models(argv + first, n);
    hl_err e;
    hl_files f = {0};
    hl_files_read_all(&f, "PREDICTIONS", argv + first, n);
    hl_files_write(&f, "--json", json, HL_TEXT);
    hl_files_write(&f, "--output", hl_or_standard(output), HL_TEXT);
    const int status = hl_files_check(&f, &e) || run(argv + first, name, n, &e);
    if (status)
        hl_log_error("%s", e.msg);
    for (size_t i = 0; i < n; i++)
        free(name[i]);
    free(name);
    return status ? 1 : 0;
}
