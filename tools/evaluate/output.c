/* SPDX-License-Identifier: BSD-2-Clause */
#include "output.h"

#include "base/log.h"
#include "base/mem.h"
#include "binary_section.h"
#include "by_unit.h"
#include "calibrate.h"
#include "class_section.h"
#include "external.h"
#include "format/checksum.h"
#include "format/json.h"
#include "format/tsv.h"
#include "stats/metrics.h"
#include "subgroups.h"
#include "subset_rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *evaluate_subset_name(int subset)
{
    return subset == EVALUATE_ALL ? "all" : hl_subset_names[subset];
}

bool evaluate_has(const hl_sample *s, int subset)
{
    return subset == EVALUATE_ALL || (int)s->subset == subset;
}

size_t evaluate_count(const evaluation *v, int subset)
{
    return subset == EVALUATE_ALL ? v->manifest->n
                                  : hl_manifest_count(v->manifest, (hl_subset)subset);
}

/* ---- predictions ---- */

static void format_header(const evaluation *v, hl_strbuf *t)
{
    hl_strbuf_puts(t, "#hilum-predictions 1\n#provenance\t");
    hl_tsv_escape(t, v->provenance);
    hl_strbuf_puts(t, "\n#feature_space\t");
    char *space = hl_feature_space_format(v->feature_space);
    hl_tsv_escape(t, space);
    free(space);
    if (v->positive != HL_NO_POSITIVE) {
        hl_strbuf_puts(t, "\n#positive\t");
        hl_tsv_escape(t, v->classes[v->positive]);
    }
    if (v->rule.unit != HL_UNIT_IMAGE)
        hl_strbuf_printf(t, "\n#unit\t%s\n#combine\t%s", hl_unit_names[v->rule.unit],
                         hl_combine_name(v->rule.combine));
    hl_strbuf_puts(t, "\nsample\tpatient\tsubset\tlabel\tpredicted");
    for (size_t k = 0; k < v->nclasses; k++) {
        hl_strbuf_puts(t, "\tp_");
        hl_tsv_escape(t, v->classes[k]);
    }
    hl_carried_format_names(&v->manifest->carried, t);
    hl_strbuf_puts(t, "\n");
}

static void format_row(const evaluation *v, size_t i, hl_strbuf *t)
{
    const hl_sample *s = &v->manifest->samples[i];
    const char *const field[] = {s->path, s->patient, hl_subset_names[s->subset], s->label,
                                 v->classes[v->predicted[i]]};
    for (size_t c = 0; c < sizeof field / sizeof *field; c++) {
        hl_strbuf_puts(t, c ? "\t" : "");
        hl_tsv_escape(t, field[c]);
    }
    for (size_t k = 0; k < v->nclasses; k++)
        hl_strbuf_printf(t, "\t%.9g", v->p[i * v->nclasses + k]);
    hl_carried_format(s->carried, t);
    hl_strbuf_puts(t, "\n");
}

void evaluate_write_predictions(const evaluation *v, FILE *fp)
{
    hl_strbuf t = {0};
    format_header(v, &t);
    for (size_t i = 0; i < v->manifest->n; i++)
        if (evaluate_has(&v->manifest->samples[i], v->subset))
            format_row(v, i, &t);
    hl_checksum_add_line(&t, 0);
    fwrite(t.data, 1, t.len, fp); /* a failure shows at commit */
    hl_strbuf_free(&t);
}

/* ---- metrics ---- */

/* With two classes, the AUROC is that of the positive one. */
static void measure(const evaluation *v, int subset, hl_metrics *m)
{
    evaluate_rows r;
    evaluate_rows_copy(&r, v, v->p, subset);
    hl_metrics_compute(m, r.n, r.nclasses, r.labels, r.predicted, r.p);
    if (v->nclasses == 2 && v->positive != HL_NO_POSITIVE)
        m->auroc = hl_auroc_of_class(r.n, r.nclasses, r.labels, r.p, (uint32_t)v->positive);
    evaluate_rows_free(&r);
}

/* Accuracy of the majority-class baseline: the fraction of the most frequent class. */
static double majority_baseline(const hl_metrics *m)
{
    uint64_t most = 0;
    for (size_t k = 0; k < m->nclasses; k++)
        if (m->classes[k].support > most)
            most = m->classes[k].support;
    return (double)most / (double)m->n;
}

static bool never_predicted(const hl_metrics *m, size_t k)
{
    for (size_t i = 0; i < m->nclasses; i++)
        if (m->confusion[i * m->nclasses + k])
            return false;
    return true;
}

static void warn(json_t *warnings, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void warn(json_t *warnings, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    hl_log_warn("%s", text);
    json_array_append_new(warnings, json_string(text));
}

static void add_last(json_t *to, json_t *from)
{
    json_array_append(to, json_array_get(from, json_array_size(from) - 1));
}

/* Every answer is the same class, and some samples are of another. A class without samples tells
 * nothing by not being predicted. */
static bool is_constant(const hl_metrics *m)
{
    size_t predicted = 0;
    bool missed = false;
    for (size_t k = 0; k < m->nclasses; k++) {
        const bool never = never_predicted(m, k);
        predicted += never ? 0 : 1;
        missed |= never && m->classes[k].support > 0;
    }
    return predicted == 1 && missed;
}

/* Returns the names of the classes that are never predicted. Of a constant model, each with samples
 * is a reason for the collapse. */
static json_t *warn_of_classes(const evaluation *v, const hl_metrics *m, json_t *warnings,
                               json_t *reasons)
{
    json_t *never = json_array();
    const bool constant = is_constant(m);
    for (size_t k = 0; k < m->nclasses; k++) {
        const uint64_t n = m->classes[k].support;
        if (never_predicted(m, k))
            json_array_append_new(never, json_string(v->classes[k]));
        if (never_predicted(m, k) && n > 0) {
            warn(warnings,
                 "class %.64s is never predicted, although the subset has %" PRIu64 " %s of it",
                 v->classes[k], n, (n == 1 ? hl_unit_names : hl_unit_plurals)[v->rule.unit]);
            if (constant)
                add_last(reasons, warnings);
        }
        if (n == 0)
            warn(warnings,
                 "class %.64s has no %s in the subset: its recall, the macro averages and the "
                 "AUROC are undefined",
                 v->classes[k], hl_unit_names[v->rule.unit]);
    }
    return never;
}

/* Calibration that cannot be relied on, and one that these samples refute. */
static void warn_of_calibration(const evaluation *v, json_t *warnings)
{
    static const double too_many_errors = 1.96;
    if (v->calibration && *v->calibration->temperature_note)
        warn(warnings, "%s", v->calibration->temperature_note);
    if (!v->raw || (v->subset == HL_TRAIN && !v->is_external)) /* the head has seen these */
        return;
    const evaluate_change c = evaluate_loss_change(v);
    if (c.after - c.before > too_many_errors * c.error)
        warn(warnings,
             "calibration makes the probabilities worse: the log loss is %.3f with temperature "
             "%.3g, and %.3f without, which is more than chance explains",
             c.after, v->calibration->temperature, c.before);
}

/* Sets the alarm fields: a model that always predicts one class must not pass for a good one. */
static void add_alarms(json_t *o, const evaluation *v, const hl_metrics *m)
{
    json_t *warnings = json_array(), *reasons = json_array();
    const double baseline = majority_baseline(m);
    if (v->mismatch)
        warn(warnings, "%s", v->mismatch);
    json_t *never = warn_of_classes(v, m, warnings, reasons);
    const bool below = baseline < 1 && !(m->accuracy > baseline); /* of one class it says nothing */
    if (below) {
        warn(warnings,
             "accuracy %.2f %% is not above %.2f %%, the fraction of the most frequent class: "
             "always predicting that class does as well",
             100 * m->accuracy, 100 * baseline);
        add_last(reasons, warnings);
    }
    warn_of_calibration(v, warnings);
    const bool collapsed = json_array_size(reasons) > 0;
    json_object_set_new(o, "collapse",
                        json_pack("{s:b, s:o}", "collapsed", collapsed, "reasons", reasons));
    json_object_set_new(o, "baseline_accuracy", json_real(baseline));
    json_object_set_new(o, "below_majority_baseline", json_boolean(below));
    json_object_set_new(o, "classes_never_predicted", never);
    json_object_set_new(o, "warnings", warnings);
}

static json_t *class_metrics(const hl_class_metrics *c)
{
    return json_pack("{s:f, s:o, s:o, s:I}", "precision", c->precision, "recall",
                     hl_json_of_real(c->support ? c->recall : NAN), "f1",
                     hl_json_of_real(c->support ? c->f1 : NAN), "support", (json_int_t)c->support);
}

/* The means over the classes, each with the same weight: undefined where one has no sample. */
static json_t *macro_metrics(const hl_metrics *m)
{
    if (!hl_metrics_lack_a_class(m))
        return class_metrics(&m->macro);
    return json_pack("{s:n, s:n, s:n, s:I}", "precision", "recall", "f1", "support",
                     (json_int_t)m->macro.support);
}

static void add_tables(json_t *o, const evaluation *v, const hl_metrics *m)
{
    json_t *confusion = json_array(), *classes = json_object();
    for (size_t k = 0; k < m->nclasses; k++) {
        json_t *row = json_array();
        for (size_t j = 0; j < m->nclasses; j++)
            json_array_append_new(row, json_integer((json_int_t)m->confusion[k * m->nclasses + j]));
        json_array_append_new(confusion, row);
        json_object_set_new(classes, v->classes[k], class_metrics(&m->classes[k]));
    }
    json_object_set_new(o, "confusion_matrix", confusion);
    json_object_set_new(o, "per_class", classes);
    json_object_set_new(o, "macro_avg", macro_metrics(m));
    json_object_set_new(o, "weighted_avg", class_metrics(&m->weighted));
}

static void add_overall(json_t *o, const hl_metrics *m)
{
    json_object_set_new(o, "n", json_integer((json_int_t)m->n));
    json_object_set_new(o, "accuracy", json_real(m->accuracy));
    json_object_set_new(o, "macro_recall",
                        hl_json_of_real(hl_metrics_lack_a_class(m) ? NAN : m->macro.recall));
    json_object_set_new(o, "auroc", hl_json_of_real(m->auroc));
    json_object_set_new(o, "log_loss", json_real(m->log_loss));
}

/* Calibration hides how much better the training samples fit than the validation samples. */
static double log_loss_before(const evaluation *v, int subset)
{
    evaluate_rows r;
    evaluate_rows_copy(&r, v, v->raw, subset);
    const double loss = hl_log_loss(r.n, r.nclasses, r.labels, r.p);
    evaluate_rows_free(&r);
    return loss;
}

/* Training beside test metrics show overfitting at a glance. */
static json_t *subset_metrics(const evaluation *v)
{
    json_t *all = json_object();
    for (int s = 0; s < HL_SUBSETS; s++) {
        if (evaluate_count(v, s) == 0)
            continue;
        hl_metrics m;
        measure(v, s, &m);
        json_t *o = json_object();
        add_overall(o, &m);
        if (v->raw)
            json_object_set_new(o, "log_loss_before", json_real(log_loss_before(v, s)));
        if (v->units)
            json_object_set_new(o, "images", json_integer((json_int_t)evaluate_units_images(v, s)));
        json_object_set_new(all, hl_subset_names[s], o);
        hl_metrics_free(&m);
    }
    return all;
}

/* text: JSON that this program has made or checked. */
static void add_parsed(json_t *o, const char *key, const char *text)
{
    json_object_set_new(o, key, json_loads(text, 0, NULL));
}

static void add_unit(json_t *o, const evaluation *v)
{
    json_object_set_new(o, "unit", json_string(hl_unit_names[v->rule.unit]));
    if (v->rule.unit != HL_UNIT_IMAGE)
        json_object_set_new(o, "combine", json_string(hl_combine_name(v->rule.combine)));
    if (v->units) {
        json_object_set_new(o, "images",
                            json_integer((json_int_t)evaluate_units_images(v, v->subset)));
        json_object_set_new(o, "mixed_labels",
                            json_integer((json_int_t)evaluate_units_mixed(v, v->subset)));
    }
}

static int add_all(json_t *o, const evaluation *v, const hl_metrics *m, hl_err *e)
{
    json_t *classes = json_array();
    for (size_t k = 0; k < v->nclasses; k++)
        json_array_append_new(classes, json_string(v->classes[k]));
    json_object_set_new(o, "format", json_string("hilum-metrics 1"));
    json_object_set_new(o, "subset", json_string(evaluate_subset_name(v->subset)));
    add_unit(o, v);
    add_overall(o, m);
    add_alarms(o, v, m);
    json_object_set_new(o, "classes", classes);
    if (v->positive != HL_NO_POSITIVE)
        json_object_set_new(o, "positive", json_string(v->classes[v->positive]));
    add_tables(o, v, m);
    json_object_set_new(o, "subsets", subset_metrics(v));
    if (evaluate_binary_section(o, v, e) || evaluate_class_section(o, v, e) ||
        evaluate_subgroup_section(o, v, e))
        return -1;
    if (v->raw)
        evaluate_calibration(o, v);
    if (v->is_external)
        evaluate_external_section(o, v);
    char *space = hl_feature_space_format(v->feature_space);
    add_parsed(o, "feature_space", space);
    add_parsed(o, "provenance", v->provenance);
    free(space);
    return 0;
}

static void log_metrics(const evaluation *v, const hl_metrics *m)
{
    const bool of_one = v->nclasses == 2 && v->positive != HL_NO_POSITIVE;
    char auroc[16] = "undefined", recall[16] = "undefined";
    if (isfinite(m->auroc))
        snprintf(auroc, sizeof auroc, "%.4f", m->auroc);
    if (!hl_metrics_lack_a_class(m))
        snprintf(recall, sizeof recall, "%.4f", m->macro.recall);
    hl_log_info("%s: %" PRIu64 " %s, accuracy %.4f, macro recall %s, %sAUROC %s%s%s",
                evaluate_subset_name(v->subset), m->n, hl_unit_plurals[v->rule.unit], m->accuracy,
                recall, of_one ? "" : "mean ", auroc, of_one ? " for " : "",
                of_one ? v->classes[v->positive] : "");
}

int evaluate_write_metrics(const evaluation *v, FILE *fp, hl_err *e)
{
    hl_metrics m;
    measure(v, v->subset, &m);
    log_metrics(v, &m);
    json_t *o = json_object();
    int status = add_all(o, v, &m, e);
    if (status == 0)
        status = hl_json_write(o, fp, e);
    if (status == 0 && json_is_true(json_object_get(json_object_get(o, "collapse"), "collapsed")))
        hl_log_warn("this model has collapsed: it is no better than always predicting one class");
    json_decref(o);
    hl_metrics_free(&m);
    return status;
}
