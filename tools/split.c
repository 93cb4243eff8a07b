/* SPDX-License-Identifier: BSD-2-Clause */
/* split: lists the images of a data set and divides them into training, validation and test. */
#include "base/log.h"
#include "base/mem.h"
#include "data/image_paths.h"
#include "data/patient_counts.h"
#include "data/provenance.h"
#include "image/image.h"
#include "split/assign.h"
#include "split/collect.h"
#include "split/groups.h"
#include "sys/cli.h"
#include "sys/named_files.h"
#include "sys/output.h"
#include "sys/path.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DRAWN, FOLDERS, OWN_TEST };
enum { BY_PATIENT, BY_IMAGE };
enum { TOGETHER, APART };
enum { MAX_FOLDS = 100 };

static const char *opt_output, *opt_labels, *opt_regex, *opt_source, *opt_cache;
#define DEFAULT_TEST 0.25
static double opt_test = DEFAULT_TEST, opt_val = 0.15;
static uint64_t opt_seed = 1;
static int opt_subsets = DRAWN, opt_group = BY_PATIENT, opt_duplicates = TOGETHER;
static int64_t opt_jobs, opt_folds, opt_fold;
static bool opt_exact;

static const hl_opt options[] = {
    HL_OPT_STR('o', "output", "FILE", &opt_output, "write the manifest to FILE"),
    HL_OPT_REAL_R('t', "test", "PART", &opt_test, 0, 0.99, "part for the test set"),
    HL_OPT_REAL_R('v', "val", "PART", &opt_val, 0, 0.99, "part of the rest for validation"),
    HL_OPT_FLAG_R('x', "exact", &opt_exact, "meet the parts in each class, not just on average"),
    HL_OPT_SEED(&opt_seed),
    HL_OPT_CHOICE_R(0, "subsets", "drawn|folders|own-test", &opt_subsets,
                    "draw subsets, keep the data set's own, or only its test set"),
    HL_OPT_CHOICE_R('g', "group", "patient|none", &opt_group, "what is never divided"),
    HL_OPT_CHOICE_R(0, "duplicates", "together|apart", &opt_duplicates,
                    "look at the images, and never divide copies of one image either"),
    HL_OPT_STR_R(0, "patient-regex", "RE", &opt_regex, "finds the patient in a path (group 1)"),
    HL_OPT_STR('l', "labels", "FILE", &opt_labels,
               "CSV with columns image,label[,patient][,subset]"),
    HL_OPT_INT('j', "jobs", "N", &opt_jobs, 1, 1024, "threads that read images"),
    HL_OPT_STR(0, "cache", "DIR", &opt_cache,
               "remember there what images are; what did not change since is not read again"),
    HL_OPT_STR_R(0, "source", "TEXT", &opt_source, "where the images come from, for the record"),
    /* The last two, see recorded_options. */
    HL_OPT_INT_R(0, "folds", "K", &opt_folds, 0, MAX_FOLDS,
                 "cross validation: divide into K parts; 0: no"),
    HL_OPT_INT_R(0, "fold", "I", &opt_fold, 0, MAX_FOLDS, "and take part I, from 1, for the test"),
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

/* What was not asked for is not recorded. */
static hl_cli recorded_options(void)
{
    hl_cli c = cli;
    if (opt_folds == 0)
        c.nopts -= FOLD_OPTIONS;
    return c;
}

/* ---- where the images come from ---- */

static const char phantom_card[] = "PHANTOM.json", phantom_source[] = "phantom";

/* Figures that were measured on phantoms must always be known as such. */
static int settle_source(const char *dir, hl_err *e)
{
    char *card = hl_path_join(dir, phantom_card);
    const bool phantom = access(card, F_OK) == 0;
    free(card);
    if (!phantom)
        return 0;
    if (opt_source && strcmp(opt_source, phantom_source) != 0)
        return hl_fail(e, "%s: holds phantoms, as its %s says: expected --source %s, found '%s'",
                       dir, phantom_card, phantom_source, opt_source);
    opt_source = phantom_source;
    return 0;
}

static int collect(split_collection *c, const char *dir, split_patient_rule *rule, hl_err *e)
{
    if (opt_labels ? split_collect_labels(c, dir, opt_labels, rule, e)
                   : split_collect_folders(c, dir, rule, e))
        return -1;
    if (c->others)
        hl_log_info("%s: files left out that are no images (*.jpeg, *.jpg, *.png): %zu", dir,
                    c->others);
    if (rule->unknown)
        hl_log_warn("%zu of %zu file names do not tell the patient: each counts as a patient of "
                    "its own; see --patient-regex",
                    rule->unknown, c->samples.n);
    return 0;
}

/* ---- subsets ---- */

/* Fewer images choose an epoch by chance: of 100, 90 % right means 83 to 94 % (Wilson). */
enum { FEW_TO_VALIDATE = 100 };

/* A training without validation images goes on to its last epoch, so they are drawn where the data
 * set has none; and the record says so. */
static void settle_validation(const split_collection *c)
{
    if (opt_subsets != FOLDERS || !c->has_subsets || opt_val <= 0)
        return;
    const size_t n = hl_manifest_count(&c->samples, HL_VAL);
    if (n == 0) {
        opt_subsets = OWN_TEST;
        hl_log_info("the data set has no validation images of its own: they are drawn from its "
                    "training images, a part of %g (see --val)",
                    opt_val);
    } else if (n < FEW_TO_VALIDATE) {
        hl_log_warn("the data set has only %zu validation images of its own, too few to choose an "
                    "epoch by: --subsets own-test draws more of them from training and keeps its "
                    "test set",
                    n);
    }
}

/* Only a draw that goes by patients has use for it: then the images are not even opened. */
static int find_together(split_groups *t, const split_collection *c, const char *dir, hl_err *e)
{
    *t = (split_groups){0};
    if (opt_subsets == FOLDERS || opt_group == BY_IMAGE || opt_duplicates == APART)
        return 0;
    const hl_fingerprint_options how = {.root = dir, .cache = opt_cache, .jobs = (int)opt_jobs};
    if (split_groups_find(t, &c->samples, &how, e))
        return -1;
    if (t->unreadable)
        hl_log_info("%zu of %zu files hold no image that can be read; audit tells why",
                    t->unreadable, c->samples.n);
    if (t->copies)
        hl_log_info("%zu images are copies or near copies of one another: %zu patients are kept "
                    "together with others that they share one with",
                    t->copies, t->joined);
    return 0;
}

static int set_subsets(split_collection *c, const split_groups *t, const char *dir, hl_err *e)
{
    if (opt_subsets != DRAWN && !c->has_subsets)
        return hl_fail(e, "%s: has no subsets of its own: expected %s",
                       opt_labels ? opt_labels : dir,
                       opt_labels ? "a column 'subset'" : "the folders train, val and test");
    if (opt_subsets == FOLDERS)
        return 0;
    const split_assignment a = {.test = opt_test,
                                .val = opt_val,
                                .seed = opt_seed,
                                .by_patient = opt_group == BY_PATIENT,
                                .keys = t->keys,
                                .exact = opt_exact,
                                .keep_test = opt_subsets == OWN_TEST,
                                .folds = (size_t)opt_folds,
                                .fold = (size_t)opt_fold};
    const size_t mixed = split_assign_subsets(&c->samples, &a);
    if (mixed)
        hl_log_info("%zu patients have images of several classes; each was placed by the class "
                    "that sorts first",
                    mixed);
    return 0;
}

/* Was this subset asked for? A part of 0 means that it was not. */
static bool is_wanted(hl_subset subset)
{
    if (subset == HL_VAL)
        return opt_val > 0;
    return subset == HL_TRAIN || opt_subsets != DRAWN || opt_test > 0;
}

static const char *advice(void)
{
    if (opt_subsets == FOLDERS)
        return "use --subsets drawn";
    if (opt_folds)
        return "use fewer --folds, or add images";
    if (opt_subsets == OWN_TEST)
        return opt_exact ? "change --val, or add images"
                         : "try --exact, another --seed, or another --val";
    return opt_exact ? "change --test or --val, or add images"
                     : "try --exact, another --seed, or other --test and --val";
}

static int check_subset(const hl_manifest *m, const hl_subset_counts *n, hl_subset subset,
                        hl_err *e)
{
    const char *name = hl_subset_names[subset];
    for (size_t k = 0; k < m->nclasses; k++) {
        if (n->images[k][subset] > 0)
            continue;
        const bool empty = n->images[m->nclasses][subset] == 0;
        hl_fail(e, "the %s set has no image%s%s%s, of %zu images of %zu patients: %s", name,
                empty ? "" : " of class '", empty ? "" : m->classes[k], empty ? "" : "'",
                n->images[empty ? m->nclasses : k][HL_SUBSETS],
                n->patients[empty ? m->nclasses : k][HL_SUBSETS], advice());
        if (subset != HL_VAL)
            return -1;
        hl_log_warn("%s", e->msg);
        return 0;
    }
    return 0;
}

static int check_subsets(const hl_manifest *m, const hl_subset_counts *n, hl_err *e)
{
    for (int s = 0; s < HL_SUBSETS; s++)
        if (is_wanted((hl_subset)s) && check_subset(m, n, (hl_subset)s, e))
            return -1;
    if (n->divided)
        hl_log_warn("%zu patients have images in several subsets: a test set that shares patients "
                    "with the training set looks better than it is; %s",
                    n->divided,
                    opt_subsets == DRAWN ? "see --group patient" : "see --subsets drawn");
    return 0;
}

/* ---- the table for people ---- */

enum { NAME_COLUMNS = 24 };

/* The name of a class in a column: characters counted, not bytes, and no control characters. */
static void fit_name(const char *class_name, char out[4 * NAME_COLUMNS + 1])
{
    size_t n = 0, columns = 0;
    char *shown = hl_strdup(class_name);
    hl_one_line(shown);
    for (const char *name = shown; *name; name++) {
        const bool starts = ((unsigned char)*name & 0xc0) != 0x80;
        if (columns + starts > NAME_COLUMNS || n == 3 * NAME_COLUMNS)
            break;
        columns += starts;
        out[n++] = *name;
    }
    free(shown);
    for (; columns < NAME_COLUMNS; columns++)
        out[n++] = ' ';
    out[n] = '\0';
}

static void show_row(const char *name, const size_t *images, const size_t *patients)
{
    char fitted[4 * NAME_COLUMNS + 1];
    hl_strbuf line = {0};
    fit_name(name, fitted);
    hl_strbuf_puts(&line, fitted);
    for (size_t s = 0; s <= HL_SUBSETS; s++)
        hl_strbuf_printf(&line, " %8zu %8zu", images[s], patients[s]);
    hl_log_info("%s", line.data);
    hl_strbuf_free(&line);
}

static void show_table(const hl_manifest *m, const hl_subset_counts *n)
{
    hl_log_info("%-*s %17s %17s %17s %17s", NAME_COLUMNS, "", "train", "val", "test", "all");
    hl_log_info("%-*s %8s %8s %8s %8s %8s %8s %8s %8s", NAME_COLUMNS, "class", "images", "patients",
                "images", "patients", "images", "patients", "images", "patients");
    for (size_t k = 0; k < m->nclasses; k++)
        show_row(m->classes[k], n->images[k], n->patients[k]);
    show_row("all", n->images[m->nclasses], n->patients[m->nclasses]);
}

/* ---- the whole ---- */

static int write_manifest(split_collection *c, const split_groups *t, const char *dir, hl_err *e)
{
    hl_manifest *m = &c->samples;
    hl_input inputs[3] = {{"listing", c->listing}};
    size_t ninputs = 1;
    if (opt_labels)
        inputs[ninputs++] = (hl_input){"labels", c->labels};
    if (t->keys)
        inputs[ninputs++] = (hl_input){"images", t->digest};
    const hl_cli record = recorded_options();
    free(m->provenance);
    m->provenance = NULL;
    if (hl_provenance_extend(&m->provenance, NULL, &record, inputs, ninputs, e))
        return -1;
    free(m->root);
    m->root = hl_strdup(dir);
    hl_strbuf text = {0};
    hl_manifest_format(m, true, &text);
    hl_out out;
    int status = hl_out_open(&out, opt_output, false, e);
    if (status == 0) {
        fwrite(text.data, 1, text.len, out.fp); /* a failure shows in ferror at commit */
        status = hl_out_commit(&out, e);
    }
    hl_strbuf_free(&text);
    return status;
}

static int divide(split_collection *c, const split_groups *t, const char *dir, hl_err *e)
{
    if (set_subsets(c, t, dir, e))
        return -1;
    hl_subset_counts n;
    hl_subset_counts_make(&n, &c->samples);
    int status = check_subsets(&c->samples, &n, e);
    if (status == 0)
        status = write_manifest(c, t, dir, e);
    if (status == 0)
        show_table(&c->samples, &n);
    hl_subset_counts_free(&n);
    return status;
}

static int run(const char *dir, split_patient_rule *rule, hl_err *e)
{
    split_collection c;
    split_groups t = {0};
    if (settle_source(dir, e) || collect(&c, dir, rule, e))
        return -1;
    settle_validation(&c);
    int status =
        hl_images_expect_kept(&c.samples, dir, e) || find_together(&t, &c, dir, e) ? -1 : 0;
    if (status == 0)
        status = divide(&c, &t, dir, e);
    split_groups_free(&t);
    split_collection_free(&c);
    return status;
}

/* The test part of a fold is one of so many. */
static void settle_folds(void)
{
    if (opt_folds == 0 && opt_fold == 0)
        return;
    if (opt_folds < 2)
        hl_usage_error("--folds: expected a whole number from 2 to %d with --fold, found '%" PRId64
                       "'",
                       MAX_FOLDS, opt_folds);
    if (opt_fold < 1 || opt_fold > opt_folds)
        hl_usage_error("--fold: expected a whole number from 1 to %" PRId64 ", found '%" PRId64 "'",
                       opt_folds, opt_fold);
    if (opt_subsets != DRAWN || opt_test != DEFAULT_TEST)
        hl_usage_error("--folds and %s both state the test set: choose one",
                       opt_subsets == FOLDERS    ? "--subsets folders"
                       : opt_subsets == OWN_TEST ? "--subsets own-test"
                                                 : "--test");
    opt_test = 1 / (double)opt_folds;
}

int main(int argc, char **argv)
{
    hl_err e;
    split_patient_rule rule;
    opt_jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    if (opt_exact && opt_subsets == FOLDERS)
        hl_usage_error("--exact draws subsets and --subsets folders does not: choose one");
    if (opt_subsets != DRAWN && opt_folds == 0 && opt_test != DEFAULT_TEST)
        hl_usage_error("--test and --subsets %s both state the test set: choose one",
                       opt_subsets == FOLDERS ? "folders" : "own-test");
    settle_folds();
    if (split_patient_rule_make(&rule, opt_regex, &e))
        hl_usage_error("--patient-regex: %s", e.msg);
    hl_files f = {0};
    hl_files_read(&f, "--labels", opt_labels);
    hl_files_write(&f, "--output", hl_or_standard(opt_output), HL_TEXT);
    const int status = hl_files_check(&f, &e) || run(argv[first], &rule, &e);
    split_patient_rule_free(&rule);
    if (status)
        hl_log_error("%s", e.msg);
    return status ? 1 : 0;
}
