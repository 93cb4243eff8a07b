/* SPDX-License-Identifier: BSD-2-Clause */
#include "run.h"

#include "base/log.h"
#include "base/mem.h"
#include "by_unit.h"
#include "classify.h"
#include "data/dicom_columns.h"
#include "data/provenance.h"
#include "nn/infer/device.h"
#include "page.h"
#include "stream.h"
#include "sys/find_files.h"
#include "sys/output.h"

#include <stdlib.h>
#include <string.h>

enum { FEATURES_PER_BATCH = 256 };

typedef struct job {
    predict_options *o;
    const hl_cli *cli;
    nn_model model;
    hl_calibration calibration; /* zeroed: none */
    predict_worklist list;
    predict_classifier classifier;
    hl_rendition as;               /* with which images were read */
    char input_id[HL_DIGEST_SIZE]; /* of the images or features */
    bool input_id_is_old;          /* see hl_provenance_warn_old_id */
} job;

/* ---- images ---- */

static int classify_images(job *j, const predict_inputs *in, hl_err *e)
{
    nn_model *m = &j->model;
    predict_stream_options s = {.skip_unusable = j->o->on_error == PREDICT_SKIP,
                                .jobs = (int)j->o->jobs};
    ts_device device;
    if (predict_fitting_of_head(&s.fitting, m, j->o->depth, j->o->window, e) ||
        nn_choose_device(j->o->device, &device, e) ||
        nn_model_open_backbone(m, j->o->weights, j->o->allow_code, device, e))
        return -1;
    j->as = s.fitting.as;
    j->o->device = device == TS_CUDA ? NN_DEVICE_CUDA : NN_DEVICE_CPU;
    const size_t own = nn_extractor_batch(m->extractor);
    s.batch = j->o->batch ? (size_t)j->o->batch
              : own == 1  ? 1
                          : own * nn_extractor_workers(m->extractor);
    if (s.batch > in->n)
        s.batch = in->n;
    return predict_stream_images(in, m->extractor, &j->classifier, &s, j->input_id, e);
}

static int carry_ids(hl_carried_columns *c, bool with_sop, hl_err *e)
{
    return hl_carried_add(c, hl_study_column, e) ||
                   (with_sop && hl_carried_add(c, hl_sop_column, e))
               ? -1
               : 0;
}

static int gather_and_classify(job *j, char *const *names, size_t n, hl_err *e)
{
    predict_inputs in;
    if (predict_inputs_gather(&in, names, n, j->o->nul, e))
        return -1;
    if (in.dicomdirs)
        hl_log_info("ignored indices of DICOM media (DICOMDIR) in the folders: %zu", in.dicomdirs);
    if (in.others)
        hl_log_warn("ignored files that are not images (" HL_IMAGE_NAMES ") in the folders: %zu",
                    in.others);
    const predict_identity identity = {.keep_ids = j->o->keep_ids,
                                       .id_key = j->o->id_key,
                                       .unit = j->list.rule.unit,
                                       .patient_regex = j->o->patient_regex,
                                       .skip_unknown = j->o->on_error == PREDICT_SKIP,
                                       .jobs = (int)j->o->jobs};
    int status = predict_inputs_identify(&in, &identity, e);
    if (status == 0 && in.dicom)
        status = carry_ids(&j->list.carried, j->o->keep_ids, e);
    if (status == 0)
        status = classify_images(j, &in, e);
    if (status == 0 && identity.unit != HL_UNIT_IMAGE)
        status = predict_combine_images(&j->list, j->model.nclasses, e);
    predict_inputs_free(&in);
    return status;
}

/* ---- features ---- */

/* To the last n entries of the worklist. */
static void carry(predict_worklist *w, const hl_sample *const *samples, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (samples[i]->carried)
            w->entries[w->n - n + i].carried = hl_strdup(samples[i]->carried);
}

static int classify_rows(job *j, hl_features *f, hl_err *e)
{
    float *values = hl_malloc(FEATURES_PER_BATCH * f->width, sizeof *values);
    const hl_sample *originals[FEATURES_PER_BATCH];
    const char *names[FEATURES_PER_BATCH];
    int status = 0;
    for (size_t done = 0; done < f->samples.n && status == 0;) {
        const size_t left = f->samples.n - done;
        const size_t n = left < FEATURES_PER_BATCH ? left : FEATURES_PER_BATCH;
        size_t kept;
        status = hl_features_read_originals(f, n, values, originals, &kept, e);
        for (size_t i = 0; i < kept; i++)
            names[i] = originals[i]->path;
        if (kept)
            status = predict_classifier_add(&j->classifier, kept, values, names, e);
        if (status == 0)
            carry(&j->list, originals, kept);
        done += n;
    }
    free(values);
    return status ? status : hl_features_end(f, e);
}

static int classify_features(job *j, hl_err *e)
{
    hl_features f;
    if (hl_features_open(&f, j->o->features, e))
        return -1;
    strcpy(j->input_id, hl_tf_id(f.samples.file));
    j->input_id_is_old = !hl_tf_id_covers_data(f.samples.file);
    hl_carried_copy(&j->list.carried, &f.samples.manifest.carried);
    int status = nn_head_check_features(j->model.head, j->model.name, &f, e);
    if (status == 0)
        status = classify_rows(j, &f, e);
    hl_manifest_drop_augmented(&f.samples.manifest);
    if (status == 0 && j->list.rule.unit != HL_UNIT_IMAGE)
        status =
            predict_combine(&j->list, j->model.nclasses, &f.samples.manifest, j->o->features, e);
    hl_features_close(&f);
    return status;
}

/* ---- output ---- */

static int extend_provenance(char **provenance, const job *j, hl_err *e)
{
    const predict_options *o = j->o;
    const nn_head *head = j->model.head;
    hl_input from[4];
    size_t n = 0;
    from[n++] = (hl_input){o->features ? "features" : "images", j->input_id};
    if (!o->features)
        from[n++] = (hl_input){"weights", nn_head_feature_space(head)->weights};
    from[n++] = (hl_input){"head", nn_head_id(head)};
    if (o->calibration)
        from[n++] = (hl_input){"calibration", j->calibration.id};
    const int status = hl_provenance_extend_joined(
        provenance, nn_head_provenance(head), o->calibration ? j->calibration.provenance : "[]",
        j->cli, from, n, e);
    hl_provenance_warn_old_id("features", status == 0 && j->input_id_is_old);
    hl_provenance_warn_old_id("head", status == 0 && nn_head_id_is_old(head));
    hl_provenance_warn_old_id("calibration", status == 0 && j->calibration.id_is_old);
    return status;
}

static int open_outputs(const predict_options *o, hl_out *list, hl_out *html, hl_err *e)
{
    *html = (hl_out){0};
    if (o->page && hl_out_open(html, o->page, false, e))
        return -1;
    if (hl_out_open(list, o->output, false, e) == 0)
        return 0;
    hl_out_abort(html);
    return -1;
}

/* Both files appear, or neither does. */
static int write_outputs(const job *j, hl_err *e)
{
    const char *page = j->o->page;
    const predict_page_options o = {.head = j->model.head,
                                    .rows = (size_t)j->o->page_rows,
                                    .pictures = !j->o->features,
                                    .as = j->as,
                                    .jobs = (int)j->o->jobs};
    hl_strbuf text = {0};
    hl_out list, html;
    if (page && predict_page_write(&j->list, &o, &text, e)) {
        hl_strbuf_free(&text);
        return -1;
    }
    int status = open_outputs(j->o, &list, &html, e);
    if (status == 0) {
        predict_worklist_write(&j->list, list.fp);
        if (page)
            fwrite(text.data, 1, text.len, html.fp);
        hl_out *const outs[] = {&list, &html};
        status = hl_out_commit_all(outs, page ? 2 : 1, e);
        hl_out_abort(&html);
        hl_out_abort(&list);
    }
    hl_strbuf_free(&text);
    return status;
}

static const predict_entry *first_unread(const predict_worklist *w)
{
    return w->entries + (w->n - w->unread);
}

/* Of all entries. */
static size_t count_images(const predict_worklist *w)
{
    size_t n = w->unread;
    for (size_t i = 0; i < w->n - w->unread; i++)
        n += w->rule.unit == HL_UNIT_IMAGE ? 1 : w->entries[i].images;
    return n;
}

static void print_summary(const predict_worklist *w)
{
    const char *units = hl_unit_plurals[w->rule.unit];
    hl_log_info("%zu %s, %zu of them predicted as %s", w->n - w->unread, units, w->positive,
                w->classes[w->positive_class]);
    if (w->ood)
        hl_log_warn("out-of-distribution %s: %zu of %zu", units, w->ood, w->n - w->unread);
    if (w->unread)
        hl_log_warn("images that cannot be read: %zu of %zu; the first: %s: %s", w->unread,
                    count_images(w), first_unread(w)->image, first_unread(w)->reason);
}

/* The list is there, and says why. */
static int fail_unread(const predict_worklist *w, hl_err *e)
{
    const predict_entry *first = first_unread(w);
    return hl_fail(e, "none of the images can be read; the first of %zu: %s: %s", w->n,
                   first->image, first->reason);
}

/* ---- the steps ---- */

static int predict(job *j, char *const *names, size_t n, hl_err *e)
{
    const predict_options *o = j->o;
    const predict_classifier_options c = {
        .positive = o->positive, .point = o->point, .rule = o->rule, .threshold = o->threshold};
    j->list.classes = j->model.classes;
    j->classifier = (predict_classifier){.model = &j->model,
                                         .calibration = o->calibration ? &j->calibration : NULL,
                                         .list = &j->list};
    if (predict_classifier_start(&j->classifier, &c, o->calibration, e))
        return -1;
    if (o->features ? classify_features(j, e) : gather_and_classify(j, names, n, e))
        return -1;
    char *provenance;
    if (extend_provenance(&provenance, j, e))
        return -1;
    predict_worklist_rank(&j->list);
    j->list.provenance = provenance;
    int status = write_outputs(j, e);
    if (status == 0 && j->list.unread == j->list.n && j->list.n)
        status = fail_unread(&j->list, e);
    else if (status == 0)
        print_summary(&j->list);
    free(provenance);
    return status;
}

int predict_run(predict_options *o, const hl_cli *cli, const char *head, char *const *names,
                size_t n, hl_err *e)
{
    job j = {.o = o, .cli = cli};
    if (nn_model_load(&j.model, head, (int)o->jobs, e))
        return -1;
    int status = o->calibration ? hl_calibration_read(&j.calibration, o->calibration, e) : 0;
    if (status == 0)
        status = predict(&j, names, n, e);
    predict_worklist_free(&j.list);
    hl_calibration_free(&j.calibration);
    nn_model_free(&j.model);
    return status;
}
