/* SPDX-License-Identifier: BSD-2-Clause */
#include "run.h"

#include "base/log.h"
#include "base/mem.h"
#include "by_unit.h"
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
#include "write_outputs.h"

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

/* ---- provenance and groups ---- */

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

/* What --by asks for is there. */
static int check_by(const evaluation *v, hl_err *e)
{
    evaluate_columns c;
    if (!v->by)
        return 0;
    if (v->positive == HL_NO_POSITIVE)
        return hl_fail(e, "--by: expected a positive class, found none: --positive CLASS names it");
    if (evaluate_columns_read(&c, v->by, v->manifest, v->subset, e))
        return -1;
    evaluate_columns_free(&c);
    return 0;
}

/* Whether the samples can be grouped as --unit and --by ask for; found before any work. */
static int check_groups(const evaluation *v, const char *file, hl_err *e)
{
    hl_units units;
    if (v->rule.unit == HL_UNIT_IMAGE)
        return check_by(v, e);
    if (evaluate_units_group(&units, v, file, e))
        return -1;
    evaluation by_unit = *v;
    by_unit.manifest = &units.manifest;
    const int status = check_by(&by_unit, e);
    hl_units_free(&units);
    return status;
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
                          .rule = v->rule,
                          .temperature = 1};
    memcpy(c->head, nn_head_id(head), sizeof c->head);
    if (j->o->calibrate && evaluate_count(v, HL_VAL) == 0)
        hl_log_warn("--calibrate: there are no validation samples to fit a temperature on");
    else if (j->o->calibrate) {
        evaluate_fit_temperature(v, c);
        apply_temperature(v, c->temperature, p);
    }
}

/* Calibrates, combines, measures and writes; frees the fit. Probabilities are calibrated before
 * they are combined, as predict does it. */
static int conclude(const job *j, evaluation *v, hl_mahalanobis_fit *fit, double *p, hl_err *e)
{
    hl_calibration c;
    evaluate_units units;
    calibrate(j, v, &c, p);
    evaluation images = *v;
    images.rule = (hl_unit_rule){HL_UNIT_IMAGE, HL_COMBINE_AUTO};
    if (fit)
        hl_mahalanobis_fit_end(fit, j->o->quantile, &c.outlier);
    int status = evaluate_units_combine(&units, v, hl_tf_name(j->features.samples.file), e);
    if (status == 0) {
        evaluate_operating_points(v, &c);
        v->calibration = &c;
        status = evaluate_write_outputs(j->o, v, &images, &c, e);
    }
    evaluate_units_free(&units);
    hl_calibration_free(&c);
    free((double *)images.raw);
    return status;
}

/* With --external: combines, measures and writes with the calibration of other images. */
static int conclude_external(const job *j, evaluation *v, double *p, hl_err *e)
{
    evaluate_units units;
    const hl_calibration known = hl_calibration_for_class(&j->known, v->positive);
    v->calibration = &known;
    if (j->known.temperature != 1)
        apply_temperature(v, j->known.temperature, p);
    evaluation images = *v;
    images.rule = (hl_unit_rule){HL_UNIT_IMAGE, HL_COMBINE_AUTO};
    int status = evaluate_units_combine(&units, v, hl_tf_name(j->features.samples.file), e);
    if (status == 0)
        status = evaluate_write_outputs(j->o, v, &images, NULL, e);
    evaluate_units_free(&units);
    free((double *)images.raw);
    return status;
}

static bool has_points(const hl_calibration *c)
{
    size_t n = c->npoints;
    for (size_t k = 0; c->of_class && k < c->nclasses; k++)
        n += c->of_class[k].n;
    return n > 0;
}

/* Operating points are those of images, patients or studies. */
static int check_external_rule(const job *j, const evaluation *v, hl_err *e)
{
    const hl_calibration *c = &j->known;
    char points[32], asked[32];
    if (!j->o->external || !has_points(c) || hl_unit_rule_equal(c->rule, v->rule))
        return 0;
    return hl_fail(e,
                   "%s: expected operating points of %s, as --unit and --combine ask for, found "
                   "those of %s",
                   j->o->external, hl_unit_rule_describe(v->rule, asked, sizeof asked),
                   hl_unit_rule_describe(c->rule, points, sizeof points));
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
        hl_log_info("%s: %zu classes and no positive one: each is measured against the rest; "
                    "--positive CLASS names one for the headline and for triage",
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
                    .rule = o->rule,
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
    int status = hl_unit_rule_settle(&v.rule, v.nclasses, v.positive, e);
    if (status == 0)
        status = check_external_rule(j, &v, e);
    if (status == 0)
        status = check_groups(&v, hl_tf_name(f->samples.file), e);
    if (status == 0 && evaluate_count(&v, o->subset) == 0)
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
            status = measure(&j, e);
        hl_features_close(&j.features);
    }
    hl_calibration_free(&j.known);
    nn_model_free(&j.model);
    return status;
}

/* Predictions that are already of patients or studies keep their unit. */
static int settle_pooled_rule(evaluation *v, const evaluate_pooled *pooled, const char *file,
                              hl_err *e)
{
    const hl_unit_rule asked = v->rule;
    if (pooled->rule.unit == HL_UNIT_IMAGE)
        return hl_unit_rule_settle(&v->rule, v->nclasses, v->positive, e);
    v->rule = pooled->rule;
    if (asked.unit != HL_UNIT_IMAGE &&
        (asked.unit != v->rule.unit ||
         (asked.combine != HL_COMBINE_AUTO && asked.combine != v->rule.combine))) {
        char found[32];
        return hl_fail(e, "%s: --unit %s: expected predictions of images, found those of %s", file,
                       hl_unit_names[asked.unit],
                       hl_unit_rule_describe(v->rule, found, sizeof found));
    }
    return 0;
}

/* Combines the images of v, unless the predictions are already combined. */
static int combine_pooled(evaluate_units *u, evaluation *v, const evaluate_pooled *pooled,
                          const char *file, hl_err *e)
{
    *u = (evaluate_units){0};
    return pooled->rule.unit == HL_UNIT_IMAGE ? evaluate_units_combine(u, v, file, e) : 0;
}

int evaluate_run_pooled(const evaluate_options *o, const hl_cli *cli, char *const *files, size_t n,
                        hl_err *e)
{
    evaluate_pooled pooled;
    evaluate_units units = {0};
    if (evaluate_pooled_read(&pooled, files, n, o->subset, o->positive, cli, e))
        return -1;
    evaluation v = {.manifest = &pooled.manifest,
                    .classes = pooled.classes,
                    .nclasses = pooled.nclasses,
                    .positive = pooled.positive,
                    .predicted = pooled.predicted,
                    .p = pooled.p,
                    .method = method_of(o),
                    .rule = o->rule,
                    .by = o->by,
                    .subset = o->subset,
                    .feature_space = &pooled.feature_space,
                    .provenance = pooled.provenance};
    int status = settle_pooled_rule(&v, &pooled, files[0], e);
    if (status == 0)
        status = combine_pooled(&units, &v, &pooled, files[0], e);
    if (status == 0)
        status = check_by(&v, e);
    if (status == 0)
        status = evaluate_write_outputs(o, &v, NULL, NULL, e);
    evaluate_units_free(&units);
    evaluate_pooled_free(&pooled);
    return status;
}
