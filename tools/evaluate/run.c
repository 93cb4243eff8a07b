/* SPDX-License-Identifier: BSD-2-Clause */
#include "run.h"

#include "base/log.h"
#include "base/mem.h"
#include "calibrate.h"
#include "data/calibration_file.h"
#include "data/provenance.h"
#include "data/subset_override.h"
#include "external.h"
#include "format/string_list.h"
#include "nn/head/model.h"
#include "output.h"
#include "pooled.h"
#include "predict_all.h"
#include "stats/temperature.h"
#include "subgroup_columns.h"
#include "sys/output.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct job {
    const evaluate_options *o;
    const hl_cli *cli;
    nn_model model; /* without a backbone */
    hl_features features;
    int positive;         /* class, or HL_NO_POSITIVE */
    hl_calibration known; /* --external; zeroed without */
    char mismatch[128];   /* of normalisation, which --ignore-normalize accepted; "": none */
} job;

/* ---- whether features and head belong together ---- */

/* On the features that a head was trained on, only the subsets of its training tell which samples
 * are new to it. */
static int check_subsets(const job *j, hl_err *e)
{
    const hl_samples *s = &j->features.samples;
    char features[HL_DIGEST_SIZE], own[HL_DIGEST_SIZE];
    const char *provenance = nn_head_provenance(j->model.head);
    if (hl_provenance_input(provenance, "train-head", "features", features, e) ||
        hl_provenance_input(provenance, "train-head", "manifest", own, e))
        return -1;
    /* Features that were made again, with different last digits, are still the same features. */
    const char *made_by = hl_tf_meta(hl_tf_get_header(s->file), "hilum.provenance");
    const bool same = strcmp(features, hl_tf_id(s->file)) == 0 ||
                      hl_provenance_descends_from(provenance, made_by);
    if (!same || strcmp(own, s->override) == 0)
        return 0;
    return hl_fail(e,
                   "%s was trained on %s with the subsets of %s%s: expected the same, found %s%s",
                   j->model.name, hl_tf_name(s->file), *own ? "--manifest " : "the file itself",
                   own, *s->override ? "--manifest " : "none", s->override);
}

/* Metrics on features of another feature space are meaningless, so they are refused. The
 * normalisation alone may differ, on request, to show the effect of a known mistake. */
static int check_features(job *j, hl_err *e)
{
    hl_feature_space *fs = &j->features.samples.feature_space;
    const char *trained = nn_head_feature_space(j->model.head)->normalize;
    char own[sizeof fs->normalize];
    memcpy(own, fs->normalize, sizeof own);
    if (j->o->ignore_normalize && strcmp(own, trained) != 0) {
        snprintf(j->mismatch, sizeof j->mismatch,
                 "these images were normalised with %s, the training images with %s", own, trained);
        memcpy(fs->normalize, trained, sizeof own);
    }
    const int status = nn_head_check_features(j->model.head, j->model.name, &j->features, e);
    memcpy(fs->normalize, own, sizeof own);
    return status;
}

/* ---- output ---- */

/* All files appear, or none does. calibration: NULL, or what --calibration writes. */
static int write_outputs(const evaluate_options *o, const evaluation *v,
                         const hl_calibration *calibration, hl_err *e)
{
    hl_out metrics = {0}, table = {0}, *outs[3];
    hl_tf_writer *file = NULL;
    size_t n = 0;
    if (calibration && o->calibration) {
        if (hl_calibration_complete(calibration, o->calibration, &file, e))
            return -1;
        outs[n++] = hl_tf_output(file);
    }
    int status = o->predictions ? hl_out_open(&table, o->predictions, false, e) : 0;
    if (status == 0 && o->predictions) {
        evaluate_write_predictions(v, table.fp);
        outs[n++] = &table;
    }
    if (status == 0)
        status = hl_out_open(&metrics, o->output, false, e);
    if (status == 0)
        status = evaluate_write_metrics(v, metrics.fp, e);
    outs[n++] = &metrics;
    if (status == 0)
        status = hl_out_commit_all(outs, n, e);
    hl_out_abort(&table);
    hl_out_abort(&metrics);
    hl_tf_discard(file);
    return status;
}

static int extend_provenance(char **provenance, const job *j, hl_err *e)
{
    const nn_head *head = j->model.head;
    const hl_samples *s = &j->features.samples;
    const hl_input inputs[] = {{"features", hl_tf_id(s->file)},
                               {"head", nn_head_id(head)},
                               j->o->external ? (hl_input){"calibration", j->known.id}
                                              : (hl_input){"manifest", s->override}};
    const int status =
        hl_provenance_extend_joined(provenance, s->provenance, nn_head_provenance(head), j->cli,
                                    inputs, j->o->manifest || j->o->external ? 3 : 2, e);
    hl_provenance_warn_old_id("features", status == 0 && !hl_tf_id_covers_data(s->file));
    hl_provenance_warn_old_id("head", status == 0 && nn_head_id_is_old(head));
    return status;
}

/* What --by asks for is there; found before any work. */
static int check_by(const evaluate_options *o, const hl_manifest *m, int positive, hl_err *e)
{
    evaluate_columns c;
    if (!o->by)
        return 0;
    if (positive == HL_NO_POSITIVE)
        return hl_fail(e, "--by: expected a positive class, found none: --positive CLASS names it");
    if (evaluate_columns_read(&c, o->by, m, o->subset, e))
        return -1;
    evaluate_columns_free(&c);
    return 0;
}

/* ---- measuring ---- */

static evaluate_method method_of(const evaluate_options *o)
{
    return (evaluate_method){.resamples = (size_t)o->resamples,
                             .seed = o->seed,
                             .jobs = (int)o->jobs,
                             .prevalence = o->prevalence > 0 ? o->prevalence : NAN};
}

/* p becomes calibrated, and v->raw keeps the probabilities as they were. */
static void apply_temperature(evaluation *v, double temperature, double *p)
{
    const size_t n = v->manifest->n * v->nclasses;
    double *raw = hl_malloc(n, sizeof *raw);
    memcpy(raw, p, n * sizeof *raw);
    hl_temperature_apply(temperature, v->manifest->n, v->nclasses, p);
    v->raw = raw;
    hl_log_info("temperature %.4f", temperature);
}

/* Fits the calibration on the validation samples, and applies it with --calibrate. */
static void calibrate(const job *j, evaluation *v, hl_calibration *c, double *p)
{
    const nn_head *head = j->model.head;
    *c = (hl_calibration){.classes = hl_string_list_copy(v->classes, v->nclasses),
                          .nclasses = v->nclasses,
                          .feature_space = *nn_head_feature_space(head),
                          .provenance = hl_strdup(v->provenance),
                          .temperature = 1};
    memcpy(c->head, nn_head_id(head), sizeof c->head);
    if (j->o->calibrate && evaluate_count(v, HL_VAL) == 0)
        hl_log_warn("--calibrate: there are no validation samples to fit a temperature on");
    else if (j->o->calibrate) {
        c->temperature = evaluate_fit_temperature(v);
        apply_temperature(v, c->temperature, p);
    }
    evaluate_operating_points(v, c);
    v->calibration = c;
}

/* Calibrates, measures and writes; frees the fit. */
static int conclude(const job *j, evaluation *v, hl_mahalanobis_fit *fit, double *p, hl_err *e)
{
    hl_calibration c;
    calibrate(j, v, &c, p);
    if (fit)
        hl_mahalanobis_fit_end(fit, j->o->quantile, &c.outlier);
    const int status = write_outputs(j->o, v, &c, e);
    hl_calibration_free(&c);
    free((double *)v->raw);
    return status;
}

/* With --external: measures and writes with the calibration of other images. */
static int conclude_external(const job *j, evaluation *v, double *p, hl_err *e)
{
    v->calibration = &j->known;
    if (j->known.temperature != 1)
        apply_temperature(v, j->known.temperature, p);
    const int status = write_outputs(j->o, v, NULL, e);
    free((double *)v->raw);
    return status;
}

static int choose_positive(job *j, hl_err *e)
{
    const nn_head *head = j->model.head;
    if (nn_head_choose_positive(head, j->model.name, j->o->positive, &j->positive, e))
        return -1;
    if (nn_head_positive(head) == HL_NO_POSITIVE && j->positive != HL_NO_POSITIVE)
        hl_log_info("%s records no positive class; %s: %s", j->model.name,
                    j->o->positive ? "as asked for" : "by the names of its classes",
                    j->model.classes[j->positive]);
    else if (j->positive == HL_NO_POSITIVE)
        hl_log_info("%s: %zu classes and no positive one: no sensitivity, no operating points; "
                    "--positive CLASS names one",
                    j->model.name, j->model.nclasses);
    return 0;
}

static int measure(job *j, hl_err *e)
{
    const evaluate_options *o = j->o;
    hl_features *f = &j->features;
    char *provenance = NULL;
    uint32_t *predicted = hl_malloc(f->samples.n, sizeof *predicted);
    double *p = hl_malloc(f->samples.n * f->samples.nclasses, sizeof *p);
    evaluation v = {.manifest = &f->samples.manifest,
                    .classes = f->samples.classes,
                    .nclasses = f->samples.nclasses,
                    .positive = j->positive,
                    .predicted = predicted,
                    .p = p,
                    .method = method_of(o),
                    .by = o->by,
                    .is_external = o->external != NULL,
                    .mismatch = *j->mismatch ? j->mismatch : NULL,
                    .subset = o->subset,
                    .feature_space = &f->samples.feature_space};
    const evaluate_ood ood = {
        .fit =
            o->calibration ? hl_mahalanobis_fit_new(f->width, f->samples.nclasses, o->seed) : NULL,
        .known = j->known.outlier.dims ? &j->known.outlier : NULL,
        .is_ood = hl_calloc(f->samples.n, 1)};
    v.is_ood = ood.is_ood;
    int status = 0;
    if (evaluate_count(&v, o->subset) == 0)
        status = hl_fail(e, "%s: has no sample of the subset '%s'", hl_tf_name(f->samples.file),
                         evaluate_subset_name(o->subset));
    if (status == 0)
        status = evaluate_predict_all(j->model.head, f, (size_t)o->batch, &ood, p, predicted, e);
    hl_manifest_drop_augmented(&f->samples.manifest); /* metrics are of original images */
    if (status == 0)
        status = extend_provenance(&provenance, j, e);
    v.provenance = provenance;
    if (status == 0)
        status = o->external ? conclude_external(j, &v, p, e) : conclude(j, &v, ood.fit, p, e);
    free(ood.is_ood);
    free(provenance);
    free(predicted);
    free(p);
    return status;
}

/* The calibration of --external is that of the head, and so are the classes of the samples. */
static int prepare_external(job *j, hl_err *e)
{
    const nn_head *head = j->model.head;
    const char *name = j->o->external;
    if (!name)
        return 0;
    return hl_calibration_read(&j->known, name, e) ||
                   hl_calibration_check(&j->known, name, nn_head_id(head),
                                        nn_head_feature_space(head), nn_head_inputs(head),
                                        j->model.name, e) ||
                   evaluate_adopt_classes(&j->features.samples, &j->model, e)
               ? -1
               : 0;
}

/* Operating points are those of one class. */
static int check_external_positive(const job *j, hl_err *e)
{
    const hl_calibration *c = &j->known;
    if (!j->o->external || c->npoints == 0 || c->positive == j->positive)
        return 0;
    return hl_fail(
        e, "%s: expected operating points of the positive class '%s', found those of '%s'",
        j->o->external, j->positive == HL_NO_POSITIVE ? "none" : j->model.classes[j->positive],
        c->classes[c->positive]);
}

int evaluate_run(const evaluate_options *o, const hl_cli *cli, const char *head,
                 const char *features, hl_err *e)
{
    job j = {.o = o, .cli = cli};
    if (nn_model_load(&j.model, head, (int)o->jobs, e))
        return -1;
    int status = hl_features_open(&j.features, features, e);
    if (status == 0) {
        status = hl_subset_override(&j.features.samples, o->manifest, e);
        if (status == 0)
            status = prepare_external(&j, e);
        if (status == 0)
            status = check_features(&j, e);
        if (status == 0)
            status = check_subsets(&j, e);
        if (status == 0)
            status = choose_positive(&j, e);
        if (status == 0)
            status = check_external_positive(&j, e);
        if (status == 0)
            status = check_by(o, &j.features.samples.manifest, j.positive, e);
        if (status == 0)
            status = measure(&j, e);
        hl_features_close(&j.features);
    }
    hl_calibration_free(&j.known);
    nn_model_free(&j.model);
    return status;
}

int evaluate_run_pooled(const evaluate_options *o, const hl_cli *cli, char *const *files, size_t n,
                        hl_err *e)
{
    evaluate_pooled pooled;
    if (evaluate_pooled_read(&pooled, files, n, o->subset, o->positive, cli, e))
        return -1;
    const evaluation v = {.manifest = &pooled.manifest,
                          .classes = pooled.classes,
                          .nclasses = pooled.nclasses,
                          .positive = pooled.positive,
                          .predicted = pooled.predicted,
                          .p = pooled.p,
                          .method = method_of(o),
                          .by = o->by,
                          .subset = o->subset,
                          .feature_space = &pooled.feature_space,
                          .provenance = pooled.provenance};
    int status = check_by(o, &pooled.manifest, pooled.positive, e);
    if (status == 0)
        status = write_outputs(o, &v, NULL, e);
    evaluate_pooled_free(&pooled);
    return status;
}
