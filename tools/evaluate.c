/* SPDX-License-Identifier: BSD-2-Clause */
/* evaluate: measures a head on features that it may or may not have been trained on. */
#include "base/log.h"
#include "base/mem.h"
#include "base/progress.h"
#include "data/calibration_file.h"
#include "data/feature_file.h"
#include "data/provenance.h"
#include "data/subset_override.h"
#include "evaluate/calibrate.h"
#include "evaluate/output.h"
#include "evaluate/pooled.h"
#include "format/string_list.h"
#include "nn/head/head.h"
#include "nn/infer/device.h"
#include "stats/temperature.h"
#include "sys/cli.h"
#include "sys/named_files.h"
#include "sys/output.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int subset = HL_TEST;
static const char *manifest, *output, *predictions, *calibration;
static int64_t batch = 256, jobs, resamples = 2000;
static uint64_t seed = 1;
static double prevalence, quantile = 0.99;
static bool opt_pooled, opt_calibrate, opt_ignore_normalize;
static char mismatch[128]; /* what --ignore-normalize has ignored; empty: nothing */

static const hl_opt options[] = {
    HL_OPT_CHOICE_R(0, "subset", "train|val|test|all", &subset, "samples that the figures are of"),
    HL_OPT_STR(0, "manifest", "FILE", &manifest, "take the subsets from this manifest"),
    HL_OPT_STR('o', "output", "FILE", &output, "metrics, as JSON (default: standard output)"),
    HL_OPT_STR('p', "predictions", "FILE", &predictions,
               "probabilities of every sample of the subset, as TSV"),
    HL_OPT_FLAG_R(0, "pooled", &opt_pooled, "measure answers that are there, of several heads"),
    HL_OPT_FLAG_R(0, "calibrate", &opt_calibrate,
                  "fit a temperature on the validation samples, and apply it"),
    HL_OPT_STR('c', "calibration", "FILE", &calibration,
               "also write temperature, operating points and outlier reference, for predict"),
    HL_OPT_REAL_R(0, "outliers", "QUANTILE", &quantile, 0.5, 0.999999,
                  "share of held-out images that are to pass for like the training data"),
    HL_OPT_INT_R(0, "resamples", "N", &resamples, 0, 1000000,
                 "resamples of the bootstrap; 0: no intervals"),
    HL_OPT_REAL_R(0, "prevalence", "SHARE", &prevalence, 0, 1,
                  "give predictive values for this prevalence too; 0: for none"),
    HL_OPT_FLAG_R(0, "ignore-normalize", &opt_ignore_normalize,
                  "measure also where the pixels were scaled unlike those trained on (a mistake)"),
    HL_OPT_SEED(&seed),
    HL_OPT_INT('b', "batch", "N", &batch, 1, 65536, "rows of features held at a time"),
    HL_OPT_INT('j', "jobs", "N", &jobs, 1, 1024, "threads"),
};

static const hl_cli cli = {
    .name = "evaluate",
    .usage = "[OPTIONS] HEAD [FEATURES] | --pooled [OPTIONS] PREDICTIONS...",
    .about = "Measures a trained head on features and writes the figures as JSON.\n"
             "FEATURES is read from standard input where it is not given. With --pooled, the\n"
             "samples of several files of predictions are measured together, each once.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = -1,
    .libraries = nn_libraries,
};

/* On the features that a head was trained on, only its own subsets tell what it has not seen. */
static int check_subsets(const nn_head *head, const hl_samples *s, const char *head_name, hl_err *e)
{
    char features[HL_DIGEST_SIZE], own[HL_DIGEST_SIZE];
    const char *chain = nn_head_provenance(head);
    if (hl_provenance_input(chain, "train-head", "features", features, e) ||
        hl_provenance_input(chain, "train-head", "manifest", own, e))
        return -1;
    /* Also where the same features were made once more, with other last digits. */
    const char *made_by = hl_tf_meta(hl_tf_get_header(s->file), "hilum.provenance");
    const bool same =
        strcmp(features, hl_tf_id(s->file)) == 0 || hl_provenance_descends_from(chain, made_by);
    if (!same || strcmp(own, s->override) == 0)
        return 0;
    return hl_fail(e,
                   "%s was trained on %s with the subsets of %s%s: expected the same, found %s%s",
                   head_name, hl_tf_name(s->file), *own ? "--manifest " : "the file itself", own,
                   *s->override ? "--manifest " : "none", s->override);
}

/* Figures of features of another space mean nothing, so they are refused; but for the scaling of
 * the pixels, where it is asked for, to show what a known mistake does. */
static int check_features(const nn_head *head, const char *head_name, hl_features *f, hl_err *e)
{
    hl_feature_space *space = &f->samples.feature_space;
    const char *trained = nn_head_feature_space(head)->normalize;
    char own[sizeof space->normalize];
    memcpy(own, space->normalize, sizeof own);
    if (opt_ignore_normalize && strcmp(own, trained) != 0) {
        snprintf(mismatch, sizeof mismatch,
                 "these images were scaled by %s, those that the head was trained on by %s", own,
                 trained);
        memcpy(space->normalize, trained, sizeof own);
    }
    const int status = nn_head_check_features(head, head_name, f, e);
    memcpy(space->normalize, own, sizeof own);
    return status;
}

/* The first of the largest wins. */
static uint32_t argmax(const double *p, size_t n)
{
    size_t best = 0;
    for (size_t k = 1; k < n; k++)
        if (p[k] > p[best])
            best = k;
    return (uint32_t)best;
}

/* Of n rows from the first on, moves those of images, not of variants, together; their number. */
static size_t keep_originals(const hl_features *f, size_t first, size_t n, float *values)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (f->samples.manifest.samples[first + i].augmented)
            continue;
        if (kept < i)
            memcpy(values + kept * f->width, values + i * f->width, f->width * sizeof *values);
        kept++;
    }
    return kept;
}

/* Hands the kept ones to the outlier reference: what was trained on, and what was held out. */
static void add_to_reference(hl_mahalanobis_fit *fit, const hl_features *f, size_t first, size_t n,
                             const float *values)
{
    for (size_t i = first; fit && i < first + n; i++) {
        const hl_sample *s = &f->samples.manifest.samples[i];
        if (s->augmented)
            continue;
        if (s->subset != HL_TEST)
            hl_mahalanobis_fit_add(fit, values, s->cls, s->patient, s->subset == HL_TRAIN);
        values += f->width;
    }
}

/* A row of p for each sample that is no variant. */
static int predict_all(const nn_head *head, hl_features *f, hl_mahalanobis_fit *fit, double *p,
                       uint32_t *predicted, hl_err *e)
{
    const size_t rows = (size_t)batch < f->samples.n ? (size_t)batch : f->samples.n;
    float *values = hl_malloc(rows * f->width, sizeof *values);
    hl_progress progress;
    hl_progress_start(&progress, "images", f->samples.n);
    int status = 0;
    for (size_t read = 0, done = 0; status == 0 && read < f->samples.n;) {
        const size_t n = rows < f->samples.n - read ? rows : f->samples.n - read;
        double *to = p + done * f->samples.nclasses;
        status = hl_features_read(f, n, values, e);
        const size_t kept = status ? 0 : keep_originals(f, read, n, values);
        if (status == 0)
            add_to_reference(fit, f, read, n, values);
        if (kept)
            status = nn_head_predict(head, kept, values, to, e);
        for (size_t i = 0; status == 0 && i < kept; i++)
            predicted[done + i] = argmax(to + i * f->samples.nclasses, f->samples.nclasses);
        read += n;
        done += kept;
        hl_progress_add(&progress, n);
    }
    free(values);
    if (status == 0)
        hl_progress_end(&progress);
    return status ? status : hl_features_end(f, e);
}

/* All outputs appear, or none. learnt: what goes to --calibration; NULL where there is none. */
static int write_outputs(const evaluation *v, const hl_calibration *learnt, hl_err *e)
{
    hl_out metrics = {0}, table = {0}, *outs[3];
    hl_tf_writer *file = NULL;
    size_t n = 0;
    if (learnt && calibration) {
        if (hl_calibration_complete(learnt, calibration, &file, e))
            return -1;
        outs[n++] = hl_tf_output(file);
    }
    int status = predictions ? hl_out_open(&table, predictions, false, e) : 0;
    if (status == 0 && predictions) {
        evaluate_write_predictions(v, table.fp);
        outs[n++] = &table;
    }
    if (status == 0)
        status = hl_out_open(&metrics, output, false, e);
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

static int make_chain(char **chain, const nn_head *head, const hl_features *f, hl_err *e)
{
    const hl_input inputs[] = {{"features", hl_tf_id(f->samples.file)},
                               {"head", nn_head_id(head)},
                               {"manifest", f->samples.override}};
    char *both;
    if (hl_provenance_join(&both, f->samples.provenance, nn_head_provenance(head), e))
        return -1;
    const int status = hl_provenance_extend(chain, both, &cli, inputs, manifest ? 3 : 2, e);
    hl_provenance_warn_old_id("features", status == 0 && !hl_tf_id_covers_data(f->samples.file));
    hl_provenance_warn_old_id("head", status == 0 && nn_head_id_is_old(head));
    free(both);
    return status;
}

static evaluation_options options_of_evaluation(void)
{
    return (evaluation_options){.resamples = (size_t)resamples,
                                .seed = seed,
                                .jobs = (int)jobs,
                                .prevalence = prevalence > 0 ? prevalence : NAN};
}

/* What the validation samples tell, and the probabilities as they are with it. */
static void learn(evaluation *v, hl_calibration *c, const nn_head *head, double *p)
{
    *c = (hl_calibration){.classes = hl_string_list_copy(v->classes, v->nclasses),
                          .nclasses = v->nclasses,
                          .feature_space = *nn_head_feature_space(head),
                          .provenance = hl_strdup(v->chain),
                          .temperature = 1};
    memcpy(c->head, nn_head_id(head), sizeof c->head);
    if (opt_calibrate && evaluate_count(v, HL_VAL) == 0)
        hl_log_warn("--calibrate: there are no validation samples to fit a temperature on");
    else if (opt_calibrate) {
        double *raw = hl_malloc(v->manifest->n * v->nclasses, sizeof *raw);
        memcpy(raw, p, v->manifest->n * v->nclasses * sizeof *raw);
        c->temperature = evaluate_fit_temperature(v);
        hl_temperature_apply(c->temperature, v->manifest->n, v->nclasses, p);
        v->raw = raw;
        hl_log_info("temperature %.4f", c->temperature);
    }
    evaluate_operating_points(v, c);
    v->calibration = c;
}

/* The figures, and what comes with them; ends the fit. */
static int conclude(evaluation *v, const nn_head *head, hl_mahalanobis_fit *fit, double *p,
                    hl_err *e)
{
    hl_calibration c;
    learn(v, &c, head, p);
    if (fit)
        hl_mahalanobis_fit_end(fit, quantile, &c.outlier);
    const int status = write_outputs(v, &c, e);
    hl_calibration_free(&c);
    free((double *)v->raw);
    return status;
}

static int measure(const nn_head *head, hl_features *f, hl_err *e)
{
    char *chain = NULL;
    uint32_t *predicted = hl_malloc(f->samples.n, sizeof *predicted);
    double *p = hl_malloc(f->samples.n * f->samples.nclasses, sizeof *p);
    evaluation v = {.manifest = &f->samples.manifest,
                    .classes = f->samples.classes,
                    .nclasses = f->samples.nclasses,
                    .predicted = predicted,
                    .p = p,
                    .options = options_of_evaluation(),
                    .mismatch = *mismatch ? mismatch : NULL,
                    .subset = subset,
                    .space = &f->samples.feature_space};
    hl_mahalanobis_fit *fit =
        calibration ? hl_mahalanobis_fit_new(f->width, f->samples.nclasses, seed) : NULL;
    int status = 0;
    if (evaluate_count(&v, subset) == 0)
        status = hl_fail(e, "%s: it has no sample of the subset '%s'", hl_tf_name(f->samples.file),
                         evaluate_subset_name(subset));
    if (status == 0)
        status = predict_all(head, f, fit, p, predicted, e);
    hl_manifest_drop_augmented(&f->samples.manifest); /* what is measured are images */
    if (status == 0)
        status = make_chain(&chain, head, f, e);
    v.chain = chain;
    if (status == 0)
        status = conclude(&v, head, fit, p, e);
    free(chain);
    free(predicted);
    free(p);
    return status;
}

static int run(const char *head_path, const char *features_path, hl_err *e)
{
    nn_head *head;
    hl_features f;
    if (ts_init((int)jobs))
        return hl_fail(e, "libtorch: %s", ts_last_error());
    if (nn_head_load(&head, head_path, e))
        return -1;
    int status = hl_features_open(&f, features_path, e);
    if (status == 0) {
        status = hl_subset_override(&f.samples, manifest, e);
        if (status == 0)
            status = check_features(head, head_path, &f, e);
        if (status == 0)
            status = check_subsets(head, &f.samples, head_path, e);
        if (status == 0)
            status = measure(head, &f, e);
        hl_features_close(&f);
    }
    nn_head_free(head);
    return status;
}

/* Files of predictions instead of a head. */
static int run_pooled(char *const *files, size_t n, hl_err *e)
{
    evaluate_pooled o;
    if (evaluate_pooled_read(&o, files, n, subset, &cli, e))
        return -1;
    const evaluation v = {.manifest = &o.manifest,
                          .classes = o.classes,
                          .nclasses = o.nclasses,
                          .predicted = o.predicted,
                          .p = o.p,
                          .options = options_of_evaluation(),
                          .subset = subset,
                          .space = &o.space,
                          .chain = o.chain};
    const int status = write_outputs(&v, NULL, e);
    evaluate_pooled_free(&o);
    return status;
}

static int check_files(char *const *args, size_t n, hl_err *e)
{
    hl_files f = {0};
    if (opt_pooled) {
        hl_files_read_all(&f, "PREDICTIONS", args, n);
    } else {
        hl_files_read(&f, "HEAD", args[0]);
        hl_files_read(&f, "FEATURES", hl_or_standard(n > 1 ? args[1] : NULL));
    }
    hl_files_read(&f, "--manifest", manifest);
    hl_files_write(&f, "--calibration", calibration, HL_BINARY);
    hl_files_write(&f, "--predictions", predictions, HL_TEXT);
    hl_files_write(&f, "--output", hl_or_standard(output), HL_TEXT);
    return hl_files_check(&f, e);
}

static void check_operands(char *const *args, int n)
{
    if (opt_pooled) {
        for (int i = 0; i < n; i++)
            if (strcmp(args[i], "-") == 0)
                hl_usage_error("--pooled: expected the names of files, found '-'");
        if (manifest)
            hl_usage_error("--pooled and --manifest: predictions have their subsets already");
        if (opt_calibrate || calibration)
            hl_usage_error(
                "--pooled: the answers of several heads have no calibration of their own");
        return;
    }
    if (n > 2)
        hl_usage_error("unexpected operand '%s'", args[2]);
    if (strcmp(args[0], "-") == 0 && (n < 2 || strcmp(args[1], "-") == 0))
        hl_usage_error("HEAD and FEATURES cannot both be standard input");
}

int main(int argc, char **argv)
{
    jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    if (manifest && strcmp(manifest, "-") == 0)
        hl_usage_error("--manifest: expected the name of a file, found '-'");
    check_operands(argv + first, argc - first);
    hl_err e;
    char **const args = argv + first;
    const size_t n = (size_t)(argc - first);
    if (check_files(args, n, &e) == 0 &&
        (opt_pooled ? run_pooled(args, n, &e) : run(args[0], args[1], &e)) == 0)
        return 0;
    hl_log_error("%s", e.msg);
    return 1;
}
