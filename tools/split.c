/* SPDX-License-Identifier: BSD-2-Clause */
/* split: lists the images of a data set and divides them into training, validation and test. */
#include "base/log.h"
#include "image/image.h"
#include "split/divide.h"
#include "sys/cli.h"
#include "sys/named_files.h"

#include <inttypes.h>

enum { MAX_FOLDS = 100 };
#define DEFAULT_TEST 0.25

static split_options opt = {.test = DEFAULT_TEST, .val = 0.15, .seed = 1};
static const char *opt_regex;

static const hl_opt options[] = {
    HL_OPT_STR('o', "output", "FILE", &opt.output, "write the manifest to FILE"),
    HL_OPT_REAL_R('t', "test", "FRACTION", &opt.test, 0, 0.99, "fraction for the test set"),
    HL_OPT_REAL_R('v', "val", "FRACTION", &opt.val, 0, 0.99, "fraction of the rest for validation"),
    HL_OPT_FLAG_R('x', "exact", &opt.exact,
                  "meet the fractions exactly in each class, not just on average"),
    HL_OPT_SEED(&opt.seed),
    HL_OPT_CHOICE_R(0, "subsets", "drawn|folders|own-test", &opt.subsets,
                    "draw subsets, keep the data set's own, or only its test set"),
    HL_OPT_CHOICE_R('g', "group", "patient|none", &opt.group, "what is kept in one subset"),
    HL_OPT_CHOICE_R(0, "duplicates", "together|apart", &opt.duplicates,
                    "also keep copies of an image in one subset; compares the images"),
    HL_OPT_STR_R(0, "patient-regex", "RE", &opt_regex, "finds the patient in a path (group 1)"),
    HL_OPT_STR('l', "labels", "FILE", &opt.labels,
               "CSV with columns image,label[,patient][,subset]"),
    HL_OPT_INT('j', "jobs", "N", &opt.jobs, 1, 1024, "threads that read images"),
    HL_OPT_STR(0, "cache", "DIR", &opt.cache,
               "keep image fingerprints in DIR; unchanged images are not read again"),
    HL_OPT_STR_R(0, "source", "TEXT", &opt.source, "where the images come from, for the record"),
    /* The last two, see recorded_options. */
    HL_OPT_INT_R(0, "folds", "K", &opt.folds, 0, MAX_FOLDS,
                 "cross-validation: divide into K folds; 0: none"),
    HL_OPT_INT_R(0, "fold", "I", &opt.fold, 0, MAX_FOLDS, "the test set is fold I, from 1"),
};
enum { FOLD_OPTIONS = 2 };

static const hl_cli cli = {
    .name = "split",
    .usage = "[OPTIONS] DIR",
    .about = "Lists the images in DIR with label, patient and subset: a manifest on standard\n"
             "output. Classes are folders, DIR/CLASS or DIR/{train,val,test}/CLASS.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = 1,
    .libraries = hl_image_libraries,
};

/* Folds are recorded only where they were requested. */
static hl_cli recorded_options(void)
{
    hl_cli c = cli;
    if (opt.folds == 0)
        c.nopts -= FOLD_OPTIONS;
    return c;
}

/* With folds, the test set is 1 / K of the images. */
static void check_folds(void)
{
    if (opt.folds == 0 && opt.fold == 0)
        return;
    if (opt.folds < 2)
        hl_usage_error("--folds: expected a whole number from 2 to %d with --fold, found '%" PRId64
                       "'",
                       MAX_FOLDS, opt.folds);
    if (opt.fold < 1 || opt.fold > opt.folds)
        hl_usage_error("--fold: expected a whole number from 1 to %" PRId64 ", found '%" PRId64 "'",
                       opt.folds, opt.fold);
    if (opt.subsets != SPLIT_DRAWN || opt.test != DEFAULT_TEST)
        hl_usage_error("--folds and %s both determine the test set: choose one",
                       opt.subsets == SPLIT_FOLDERS    ? "--subsets folders"
                       : opt.subsets == SPLIT_OWN_TEST ? "--subsets own-test"
                                                       : "--test");
    opt.test = 1 / (double)opt.folds;
}

static void check_usage(void)
{
    if (opt.exact && opt.subsets == SPLIT_FOLDERS)
        hl_usage_error("--exact is for subsets that are drawn, and --subsets folders draws none: "
                       "choose one");
    if (opt.subsets != SPLIT_DRAWN && opt.folds == 0 && opt.test != DEFAULT_TEST)
        hl_usage_error("--test and --subsets %s both determine the test set: choose one",
                       opt.subsets == SPLIT_FOLDERS ? "folders" : "own-test");
    check_folds();
}

int main(int argc, char **argv)
{
    hl_err e;
    split_patient_rule rule;
    opt.jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    check_usage();
    if (split_patient_rule_make(&rule, opt_regex, &e))
        hl_usage_error("--patient-regex: %s", e.msg);
    hl_files f = {0};
    hl_files_read(&f, "--labels", opt.labels);
    hl_files_write(&f, "--output", hl_or_standard(opt.output), HL_TEXT);
    const hl_cli record = recorded_options();
    const int status =
        hl_files_check(&f, &e) || split_divide(argv[first], &opt, &rule, &record, &e);
    split_patient_rule_free(&rule);
    if (status)
        hl_log_error("%s", e.msg);
    return status ? 1 : 0;
}
