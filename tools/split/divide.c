/* SPDX-License-Identifier: BSD-2-Clause */
#include "divide.h"

#include "assign.h"
#include "augmented_names.h"
#include "base/log.h"
#include "base/mem.h"
#include "collect.h"
#include "data/image_paths.h"
#include "data/patient_counts.h"
#include "data/provenance.h"
#include "fold_by.h"
#include "groups.h"
#include "labels.h"
#include "patient_names.h"
#include "rejects.h"
#include "shift.h"
#include "summary.h"
#include "sys/find_files.h"
#include "sys/named_files.h"
#include "sys/output.h"
#include "sys/path.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the images ---- */

static const char phantom_card[] = "PHANTOM.json", phantom_source[] = "phantom";

/* Metrics measured on phantoms must never pass for metrics on patients. */
static int settle_source(const char *dir, split_options *o, hl_err *e)
{
    char *card = hl_path_join(dir, phantom_card);
    const bool phantom = access(card, F_OK) == 0;
    free(card);
    if (!phantom)
        return 0;
    if (o->source && strcmp(o->source, phantom_source) != 0)
        return hl_fail(e,
                       "%s: contains phantoms, according to its %s: expected --source %s, "
                       "found '%s'",
                       dir, phantom_card, phantom_source, o->source);
    o->source = phantom_source;
    return 0;
}

/* What gives a patient one name. */
static const char *remedy_for_names(const split_collection *c)
{
    if (c->has_patients)
        return "write them in one way in the table, or find them in paths with --patient-regex";
    if (c->dicom.images && !c->dicom.has_patients)
        return "correct the PatientID of their files, or find them in paths with --patient-regex";
    return "rename their files, or let --patient-regex find less";
}

static int collect(split_collection *c, const char *dir, const split_options *o, split_rules *r,
                   hl_err *e)
{
    if (o->labels ? split_collect_labels(c, dir, o->labels, &o->table, r, e)
                  : split_collect_folders(c, dir, r, e))
        return -1;
    if (c->others)
        hl_log_info("%s: ignored files that are not images (" HL_IMAGE_NAMES "): %zu", dir,
                    c->others);
    hl_patients_warn_of_unknown(r->patient.unknown - c->dicom.named, c->samples.n);
    split_warn_of_patient_names(&c->samples, &c->dicom, remedy_for_names(c));
    split_warn_of_augmented_names(&c->samples, &c->dicom);
    return 0;
}

/* ---- subsets ---- */

/* With fewer images, chance decides which epoch is selected: of 100, 90 % right means 83 to 94 %
 * (Wilson). */
enum { MIN_VALIDATION_IMAGES = 100 };

/* Without validation images training would run to its last epoch, so they are drawn where the data
 * set has none, and the provenance records it. */
static void settle_validation(const split_collection *c, split_options *o)
{
    if (o->subsets != SPLIT_FOLDERS || !c->has_subsets || o->val <= 0)
        return;
    const size_t n = hl_manifest_count(&c->samples, HL_VAL);
    if (n == 0) {
        o->subsets = SPLIT_OWN_TEST;
        hl_log_info("the data set has no validation images of its own: a fraction of %g of its "
                    "training images is drawn for validation (see --val)",
                    o->val);
    } else if (n < MIN_VALIDATION_IMAGES) {
        hl_log_warn(
            "the data set has only %zu validation images of its own, too few to choose a "
            "threshold: --subsets own-test draws more from its training images and keeps its "
            "test set",
            n);
    }
}

/* Copies matter only where patients are drawn; otherwise no image is opened. */
static int find_groups(split_groups *g, const split_collection *c, const char *dir,
                       const split_options *o, hl_err *e)
{
    *g = (split_groups){0};
    if (o->subsets == SPLIT_FOLDERS || o->all_test || o->group == SPLIT_BY_IMAGE ||
        o->duplicates == SPLIT_APART)
        return 0;
    const hl_fingerprint_options how = {.root = dir, .cache = o->cache, .jobs = (int)o->jobs};
    if (split_groups_find(g, &c->samples, &how, e))
        return -1;
    if (g->unreadable)
        hl_log_info("%zu of %zu files cannot be read as images; audit reports why", g->unreadable,
                    c->samples.n);
    if (g->copies)
        hl_log_info("%zu images are copies or near-copies of each other: %zu patients who share "
                    "images are kept together",
                    g->copies, g->joined);
    return 0;
}

static void assign(split_collection *c, const split_groups *g, const split_options *o,
                   split_assignment a)
{
    a.val = o->val;
    a.seed = o->seed;
    a.by_patient = o->group == SPLIT_BY_PATIENT;
    a.keys = g->keys;
    a.exact = o->exact;
    const size_t mixed = split_assign_subsets(&c->samples, &a);
    if (mixed)
        hl_log_info("%zu patients have images of several classes; each was drawn with the class "
                    "that sorts first",
                    mixed);
}

static int set_subsets(split_collection *c, split_groups *g, const char *dir,
                       const split_options *o, hl_err *e)
{
    const bool own_test = o->subsets != SPLIT_DRAWN;
    if (o->all_test) {
        for (size_t i = 0; i < c->samples.n; i++)
            c->samples.samples[i].subset = HL_TEST;
        return 0;
    }
    if (own_test && !c->has_subsets)
        return hl_fail(e, "%s: has no subsets of its own: expected %s", o->labels ? o->labels : dir,
                       o->labels ? "a column 'subset'" : "the folders train, val and test");
    if (o->without_test) {
        if (!own_test)
            assign(c, g, o, (split_assignment){.test = o->test});
        split_leave_test_out(c, g);
    } else if (o->subsets == SPLIT_FOLDERS) {
        return 0;
    }
    const bool by_patient = o->group == SPLIT_BY_PATIENT;
    if (o->fold_by && split_mark_value(&c->samples, g, by_patient, o->fold_by, (size_t)o->folds,
                                       (size_t)o->fold, &c->dicom, e))
        return -1;
    if (o->folds && !o->fold_by)
        assign(c, g, o, (split_assignment){.folds = (size_t)o->folds, .fold = (size_t)o->fold});
    else if (o->shift)
        split_mark_matching(&c->samples, g, by_patient, o->shift);
    if (!o->folds || o->fold_by)
        assign(c, g, o,
               (split_assignment){.test = o->without_test ? 0 : o->test,
                                  .from = o->without_test && !own_test ? o->test : 0,
                                  .keep_test =
                                      o->shift || o->fold_by || (own_test && !o->without_test)});
    return 0;
}

/* ---- whether every subset has images ---- */

/* A fraction of 0 asks for no images in that subset. */
static bool is_wanted(const split_options *o, hl_subset subset)
{
    if (o->all_test)
        return subset == HL_TEST;
    if (subset == HL_VAL)
        return o->val > 0;
    if (subset == HL_TEST && (o->folds || o->shift || o->without_test))
        return o->folds || o->shift;
    return subset == HL_TRAIN || o->subsets != SPLIT_DRAWN || o->test > 0;
}

static const char *advice(const split_options *o, hl_subset subset)
{
    if (o->subsets == SPLIT_FOLDERS)
        return "use --subsets drawn";
    if (o->fold_by && subset == HL_VAL)
        return o->exact ? "change --val, or add images" : "try --exact, or another --seed or --val";
    if (o->fold_by)
        return "choose images, or join classes, so that all others have every class";
    if (o->folds)
        return "use fewer --folds, or add images";
    if (o->shift)
        return "use another --shift";
    if (o->subsets == SPLIT_OWN_TEST)
        return o->exact ? "change --val, or add images"
                        : "try --exact, another --seed, or another --val";
    return o->exact ? "change --test or --val, or add images"
                    : "try --exact, another --seed, or other --test and --val";
}

static int check_subset(const hl_manifest *m, const hl_subset_counts *n, hl_subset subset,
                        const split_options *o, hl_err *e)
{
    const char *name = hl_subset_names[subset];
    for (size_t k = 0; k < m->nclasses; k++) {
        if (n->images[k][subset] > 0)
            continue;
        const bool empty = n->images[m->nclasses][subset] == 0;
        hl_fail(e, "the %s set has no image%s%s%s, out of %zu images of %zu patients: %s", name,
                empty ? "" : " of class '", empty ? "" : m->classes[k], empty ? "" : "'",
                n->images[empty ? m->nclasses : k][HL_SUBSETS],
                n->patients[empty ? m->nclasses : k][HL_SUBSETS], advice(o, subset));
        /* A hospital may have one class only, and is measured as far as that goes. */
        if (subset == HL_TRAIN || (subset == HL_TEST && !o->fold_by))
            return -1;
        hl_log_warn("%s", e->msg);
        return 0;
    }
    return 0;
}

static int check_subsets(const hl_manifest *m, const hl_subset_counts *n, const split_options *o,
                         hl_err *e)
{
    for (int s = 0; s < HL_SUBSETS; s++)
        if (is_wanted(o, (hl_subset)s) && check_subset(m, n, (hl_subset)s, o, e))
            return -1;
    if (n->divided)
        hl_log_warn("%zu patients have images in several subsets: where the test set shares "
                    "patients with the training set, test metrics are too optimistic; %s",
                    n->divided,
                    o->subsets == SPLIT_DRAWN ? "see --group patient" : "see --subsets drawn");
    return 0;
}

/* ---- the manifest ---- */

/* Both files appear, or neither does. */
static int write_outputs(const split_collection *c, const split_options *o, hl_err *e)
{
    const hl_manifest *m = &c->samples;
    hl_out out = {0}, rejects = {0}, *const outs[] = {&out, &rejects};
    hl_strbuf text = {0};
    hl_manifest_format(m, true, &text);
    int status = hl_out_open(&out, o->output, false, e);
    if (status == 0 && out.temp && hl_manifest_has_files(m)) /* paths may hold identifiers */
        (void)fchmod(fileno(out.fp), S_IRUSR | S_IWUSR);
    if (status == 0)
        fwrite(text.data, 1, text.len, out.fp); /* the commit reports a failed write */
    if (status == 0 && o->rejects)
        status = split_rejects_begin(&rejects, o->rejects, &c->tally, c->has_subsets,
                                     split_dicom_hides(&c->dicom), m->provenance, e);
    if (status == 0)
        status = hl_out_commit_all(outs, o->rejects ? 2 : 1, e);
    hl_out_abort(&rejects);
    hl_out_abort(&out);
    hl_strbuf_free(&text);
    return status;
}

static int write_manifest(split_collection *c, const split_groups *g, const char *dir,
                          const split_options *o, const hl_cli *record, hl_err *e)
{
    hl_manifest *m = &c->samples;
    char key[HL_DIGEST_SIZE];
    hl_input inputs[4] = {{"listing", c->listing}};
    size_t ninputs = 1;
    if (o->labels)
        inputs[ninputs++] = (hl_input){"labels", c->labels};
    if (g->keys)
        inputs[ninputs++] = (hl_input){"images", g->digest};
    if (split_dicom_hides(&c->dicom)) {
        hl_id_key_digest(&c->dicom.key, key);
        inputs[ninputs++] = (hl_input){"id-key", key};
    }
    free(m->provenance);
    m->provenance = NULL;
    if (hl_provenance_extend(&m->provenance, NULL, record, inputs, ninputs, e))
        return -1;
    free(m->root);
    m->root = hl_strdup(dir);
    const split_tally *t = &c->tally;
    if (o->labels || t->by_path || t->excluded || t->unclassed || t->selected_out || t->repeated)
        m->listing = split_tally_format(&c->tally);
    return write_outputs(c, o, e);
}

static int assign_and_write(split_collection *c, split_groups *g, const char *dir,
                            const split_options *o, const hl_cli *record, hl_err *e)
{
    if (set_subsets(c, g, dir, o, e))
        return -1;
    hl_subset_counts n;
    hl_subset_counts_make(&n, &c->samples);
    int status = check_subsets(&c->samples, &n, o, e);
    split_collection_hide(c);
    if (status == 0)
        status = write_manifest(c, g, dir, o, record, e);
    if (status == 0)
        split_summary_print(&c->samples, &n);
    hl_subset_counts_free(&n);
    return status;
}

int split_divide(const char *dir, split_options *o, split_rules *r, const hl_cli *record, hl_err *e)
{
    split_collection c;
    split_groups g = {0};
    if (settle_source(dir, o, e) || collect(&c, dir, o, r, e))
        return -1;
    settle_validation(&c, o);
    int status =
        hl_images_expect_kept(&c.samples, dir, e) || find_groups(&g, &c, dir, o, e) ? -1 : 0;
    if (status == 0)
        status = assign_and_write(&c, &g, dir, o, record, e);
    split_groups_free(&g);
    split_collection_free(&c);
    return status;
}
