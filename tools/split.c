/* SPDX-License-Identifier: BSD-2-Clause */
/* split: lists the images of a data set and divides them into training, validation and test. */
#include "base/log.h"
#include "image/image.h"
#include "split/divide.h"
#include "sys/cli.h"
#include "sys/named_files.h"

#include <inttypes.h>
#include <string.h>

enum { MAX_FOLDS = 100 };
#define DEFAULT_TEST 0.25

static split_options opt = {.test = DEFAULT_TEST, .val = 0.15, .seed = 1};
static split_rule_texts texts;
static const char *opt_shift, *opt_id_key;
static bool opt_keep_ids;

static const char subset_words[] = "drawn|folders|own-test";

static const hl_opt options[] = {
    HL_OPT_STR('o', "output", "FILE", &opt.output, "write the manifest to FILE"),
    HL_OPT_REAL_R('t', "test", "FRACTION", &opt.test, 0, 0.99, "fraction for the test set"),
    HL_OPT_REAL_R('v', "val", "FRACTION", &opt.val, 0, 0.99, "fraction of the rest for validation"),
    HL_OPT_FLAG_R('x', "exact", &opt.exact,
                  "meet the fractions exactly in each class, not just on average"),
    HL_OPT_SEED(&opt.seed),
    HL_OPT_CHOICE_R(0, "subsets", subset_words, &opt.subsets,
                    "draw subsets, keep the data set's own, or only its test set"),
    HL_OPT_CHOICE_R('g', "group", "patient|none", &opt.group, "what is kept in one subset"),
    HL_OPT_CHOICE_R(0, "duplicates", "together|apart", &opt.duplicates,
                    "also keep copies of an image in one subset; compares the images"),
    HL_OPT_STR_R(0, "patient-regex", "RE", &texts.patient_regex,
                 "finds the patient in a path (group 1)"),
    HL_OPT_STR_R(0, "label-regex", "RE", &texts.label_regex,
                 "finds the label in a path (group 1) instead of a folder or a column"),
    HL_OPT_STR_R(0, "exclude", "PATTERNS", &texts.exclude,
                 "folders and files left out: shell patterns separated by commas"),
    HL_OPT_STR_R(0, "classes", "LIST", &texts.classes,
                 "classes and their labels, CLASS=LABEL|LABEL;CLASS...; others are left out"),
    HL_OPT_STR('l', "labels", "FILE", &opt.labels,
               "take images and labels from a CSV with columns image,label[,patient][,subset]"),
    HL_OPT_STR_R(
        0, "columns", "LIST", &opt.table.columns,
        "the table's columns: image=NAME,label=NAME,patient=NAME,subset=NAME; others are carried"),
    HL_OPT_STR_R(0, "select", "LIST", &opt.table.select,
                 "only images with these values: COLUMN=VALUE,VALUE;..."),
    HL_OPT_STR_R(0, "positive", "LABEL", &opt.table.positive,
                 "two classes: images with this label, alone or among others; all others"),
    HL_OPT_CHOICE_R(0, "uncertain", "stop|zero|one|drop", &opt.table.uncertain,
                    "what -1 means in a column of 1 and 0"),
    HL_OPT_CHOICE_R(0, "blank", "stop|zero|one|drop", &opt.table.blank, "what no label means"),
    HL_OPT_CHOICE_R(0, "rows", "stop|any|majority", &opt.table.rows,
                    "what counts where the rows of an image have different labels"),
    HL_OPT_CHOICE_R(0, "missing", "stop|skip", &opt.table.missing,
                    "rows whose image cannot be found"),
    HL_OPT_STR(0, "rejects", "FILE", &opt.rejects,
               "list the rows whose image cannot be found in FILE"),
    HL_OPT_INT('j', "jobs", "N", &opt.jobs, 1, 1024, "threads that read images"),
    HL_OPT_STR(0, "cache", "DIR", &opt.cache,
               "keep image fingerprints in DIR; unchanged images are not read again"),
    HL_OPT_STR_R(0, "source", "TEXT", &opt.source, "where the images come from, for the record"),
    HL_OPT_STR(0, "id-key", "FILE", &opt_id_key,
               "key that hides identifiers of DICOM files (default: ~/.config/hilum/id-key)"),
    HL_OPT_FLAG_R(0, "keep-ids", &opt_keep_ids,
                  "show patients, studies, instances and paths of DICOM files as they are"),
    HL_OPT_INT_R(0, "folds", "K", &opt.folds, 0, MAX_FOLDS,
                 "cross-validation: divide into K folds; 0: none"),
    HL_OPT_INT_R(0, "fold", "I", &opt.fold, 0, MAX_FOLDS, "the test set is fold I, from 1"),
    HL_OPT_STR_R(0, "fold-by", "COLUMN", &opt.fold_by,
                 "the folds are the values of this carried column: K is their number"),
    HL_OPT_STR_R(0, "shift", "RE", &opt_shift, "the test set is the images whose path matches"),
    HL_OPT_FLAG_R(0, "all-test", &opt.all_test,
                  "the test set is all images, of one class or more, for a head that is trained"),
    HL_OPT_FLAG_R(0, "without-test", &opt.without_test,
                  "leave out the test set, and divide only the other images"),
};

static bool is_for_tables(const hl_opt *o)
{
    const char *value = o->value, *table = (const char *)&opt.table;
    return value >= table && value < table + sizeof opt.table;
}

/* Folds, tests of other images and the options for tables are recorded only where they were
 * requested. */
static bool is_recorded(const hl_opt *o)
{
    if (o->value == &opt_shift)
        return opt_shift != NULL;
    if (o->value == &opt.fold_by)
        return opt.fold_by != NULL;
    if (o->value == &opt.all_test)
        return opt.all_test;
    if (o->value == &opt.without_test)
        return opt.without_test;
    if (o->value == &opt.table.select)
        return opt.labels || opt.table.select;
    return (opt.folds || (o->value != &opt.folds && o->value != &opt.fold)) &&
           (opt.labels || !is_for_tables(o));
}

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
    .is_recorded = is_recorded,
};

/* The option by which nothing has to be drawn for the test set; NULL: none. */
static const char *given_subsets(void)
{
    return opt.all_test                    ? "--all-test"
           : opt.subsets == SPLIT_FOLDERS  ? "--subsets folders"
           : opt.subsets == SPLIT_OWN_TEST ? "--subsets own-test"
                                           : NULL;
}

/* What determines the test set, besides --folds and --shift; NULL where nothing is asked for, or
 * where it is left out. */
static const char *other_test(void)
{
    if (opt.without_test)
        return NULL;
    return given_subsets() ? given_subsets() : opt.test != DEFAULT_TEST ? "--test" : NULL;
}

static void check_shift(void)
{
    if (opt_shift && opt.folds)
        hl_usage_error("--folds and --shift both determine the test set: choose one");
    if (opt_shift && other_test())
        hl_usage_error("--shift and %s both determine the test set: choose one", other_test());
}

/* With folds, the test set is 1 / K of the images. */
static void check_folds(void)
{
    if (opt.fold_by && opt.folds == 0)
        hl_usage_error("--fold-by: expected --folds, the number of its values, and --fold with it");
    if (opt.folds == 0 && opt.fold == 0)
        return;
    if (opt.folds < 2)
        hl_usage_error("--folds: expected a whole number from 2 to %d with --fold, found '%" PRId64
                       "'",
                       MAX_FOLDS, opt.folds);
    if (opt.fold < 1 || opt.fold > opt.folds)
        hl_usage_error("--fold: expected a whole number from 1 to %" PRId64 ", found '%" PRId64 "'",
                       opt.folds, opt.fold);
    if (other_test())
        hl_usage_error("--folds and %s both determine the test set: choose one", other_test());
    if (!opt.without_test)
        opt.test = 1 / (double)opt.folds;
}

static bool is_given(const hl_opt *o)
{
    return o->kind == HL_STRING ? *(const char *const *)o->value != NULL
                                : *(const int *)o->value != 0;
}

static void check_table(void)
{
    hl_err e;
    for (size_t i = 0; i < cli.nopts && !opt.labels; i++)
        if (options[i].value != &opt.table.select && is_for_tables(&options[i]) &&
            is_given(&options[i]))
            hl_usage_error("--%s is for tables: expected --labels, too", options[i].name);
    if (split_table_parse(&opt.table, &e))
        hl_usage_error("%s", e.msg);
}

static void check_usage(void)
{
    check_table();
    if (opt.all_test && opt.subsets != SPLIT_DRAWN)
        hl_usage_error("--all-test and --subsets both determine the test set: choose one");
    if (opt.exact && (opt.subsets == SPLIT_FOLDERS || opt.all_test))
        hl_usage_error("--exact is for subsets that are drawn, and %s draws none: choose one",
                       given_subsets());
    if (opt.without_test && opt.all_test)
        hl_usage_error("--without-test and --all-test leave no image: choose one");
    if (given_subsets() && opt.folds == 0 && opt.test != DEFAULT_TEST)
        hl_usage_error("--test and %s both determine the test set: choose one", given_subsets());
    if (texts.exclude && opt.labels)
        hl_usage_error("--exclude is for images in folders, and --labels lists its images itself: "
                       "choose one");
    if (opt.rejects && opt.table.missing != SPLIT_MISSING_SKIP)
        hl_usage_error("--rejects: expected --missing skip with it");
    if (opt.rejects && strcmp(opt.rejects, "-") == 0)
        hl_usage_error("--rejects: expected the name of a file, found '-'");
    check_shift();
    check_folds();
}

/* --shift, compiled; NULL without it. */
static const regex_t *shift_pattern(void)
{
    static regex_t pattern;
    char why[128];
    hl_err e;
    if (!opt_shift)
        return NULL;
    if (hl_expect_posix(opt_shift, &e))
        hl_usage_error("--shift: %s", e.msg);
    const int code = regcomp(&pattern, opt_shift, REG_EXTENDED | REG_NOSUB);
    if (code == 0)
        return &pattern;
    regerror(code, &pattern, why, sizeof why);
    hl_usage_error("--shift: '%s' is not a regular expression: %s", opt_shift, why);
}

int main(int argc, char **argv)
{
    hl_err e;
    split_rules rules;
    opt.jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    check_usage();
    opt.shift = shift_pattern();
    texts.one_class = opt.all_test;
    if (split_rules_make(&rules, &texts, &e))
        hl_usage_error("%s", e.msg);
    rules.dicom = (split_dicom_rule){.dir = argv[first],
                                     .id_key = opt_id_key,
                                     .keep_ids = opt_keep_ids,
                                     .jobs = (int)opt.jobs,
                                     .select = &opt.table.conditions};
    hl_files f = {0};
    hl_files_read(&f, "--labels", opt.labels);
    hl_files_read(&f, "--id-key", opt_id_key);
    hl_files_write(&f, "--output", hl_or_standard(opt.output), HL_TEXT);
    hl_files_write(&f, "--rejects", opt.rejects, HL_TEXT);
    const int status = hl_files_check(&f, &e) || split_divide(argv[first], &opt, &rules, &cli, &e);
    split_rules_free(&rules);
    split_table_free(&opt.table);
    if (status)
        hl_log_error("%s", e.msg);
    return status ? 1 : 0;
}
