/* SPDX-License-Identifier: BSD-2-Clause */
#include "binary_metrics.h"

#include "base/mem.h"
#include "base/strbuf.h"
#include "format/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double report_real(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

double report_threshold(const json_t *point)
{
    const double threshold = report_real(point, "threshold");
    return threshold < 2 ? threshold : NAN;
}

bool report_lacks_temperature(const report_binary_metrics *bm)
{
    return bm->temperature_note && bm->temperature == 1;
}

double report_sensitivity(const report_metrics *r, const report_binary_metrics *bm)
{
    const hl_class_metrics *c = &r->m.classes[bm->cls];
    return c->support ? c->recall : NAN;
}

double report_specificity(const report_metrics *r, const report_binary_metrics *bm)
{
    if (r->m.classes[bm->cls].support == r->m.n)
        return NAN;
    if (r->m.nclasses == 2)
        return r->m.classes[1 - bm->cls].recall;
    const json_t *only = report_only(bm, "specificity");
    return only ? report_real(only, "value") : report_real(bm->binary, "specificity");
}

double report_auroc(const report_metrics *r, const report_binary_metrics *bm)
{
    return bm->positive && r->m.nclasses != 2 ? report_real(bm->binary, "auroc") : r->m.auroc;
}

char *report_auroc_name(const report_binary_metrics *bm)
{
    hl_strbuf t = {0};
    if (bm->positive)
        hl_strbuf_printf(&t, "AUROC for %s", bm->positive);
    else
        hl_strbuf_puts(&t, "Mean AUROC");
    return t.data;
}

const json_t *report_only(const report_binary_metrics *bm, const char *key)
{
    const char *metric = json_string_value(json_object_get(bm->only, "metric"));
    return metric && strcmp(metric, key) == 0 ? json_object_get(bm->only, "as_predicted") : NULL;
}

double report_value_of(const report_binary_metrics *bm, const char *key)
{
    const json_t *only = report_only(bm, key);
    return only ? report_real(only, "value") : report_real(bm->only ? bm->only : bm->binary, key);
}

bool report_has_interval(report_interval i)
{
    return isfinite(i.lo) && isfinite(i.hi);
}

report_interval report_interval_in(const json_t *intervals, const json_t *methods, const char *key)
{
    const json_t *pair = json_object_get(intervals, key);
    const json_t *lo = json_array_get(pair, 0), *hi = json_array_get(pair, 1);
    return (report_interval){json_is_number(lo) ? json_number_value(lo) : NAN,
                             json_is_number(hi) ? json_number_value(hi) : NAN,
                             json_string_value(json_object_get(methods, key))};
}

report_interval report_own_interval(const json_t *o)
{
    report_interval i = report_interval_in(o, NULL, "interval");
    const char *method = json_string_value(json_object_get(o, "method"));
    if (method && strcmp(method, "bootstrap") != 0)
        i.method = method;
    return i;
}

report_interval report_interval_of(const report_binary_metrics *bm, const char *key)
{
    const json_t *only = report_only(bm, key);
    return only ? report_own_interval(only) : report_interval_in(bm->intervals, bm->methods, key);
}

/* ---- optional members: they may be missing or null, but not of another type ---- */

static int optional(const json_t *o, const char *file, const char *key, json_type type,
                    const char *what, const json_t **out, hl_err *e)
{
    *out = json_object_get(o, key);
    if (json_is_null(*out))
        *out = NULL;
    if (*out && json_typeof(*out) != type)
        return hl_fail(e, "%s: '%s': expected %s, found something else", file, key, what);
    return 0;
}

static int optional_object(const json_t *o, const char *file, const char *key, const json_t **out,
                           hl_err *e)
{
    return optional(o, file, key, JSON_OBJECT, "an object", out, e);
}

static int optional_list(const json_t *o, const char *file, const char *key, const json_t **out,
                         hl_err *e)
{
    return optional(o, file, key, JSON_ARRAY, "a list", out, e);
}

/* ---- curves ---- */

static int number_of(const json_t *v, const char *file, const char *key, double *out, hl_err *e)
{
    if (!json_is_number(v) && !json_is_null(v))
        return hl_fail(e, "%s: '%s': expected numbers, found something else", file, key);
    *out = json_is_null(v) ? NAN : json_number_value(v);
    return 0;
}

/* {"x": [...], "lo": [...], "hi": [...]} */
static int read_band(const report_binary_metrics *bm, const json_t *all, const char *key,
                     report_curve *c, hl_err *e)
{
    const json_t *o;
    if (optional_object(all, bm->file, key, &o, e))
        return -1;
    if (!o)
        return 0;
    const char *const names[] = {"x", "lo", "hi"};
    double **const to[] = {&c->x, &c->lo, &c->hi};
    const size_t n = json_array_size(json_object_get(o, "x"));
    for (size_t i = 0; i < 3; i++) {
        const json_t *list = hl_json_list(o, bm->file, names[i], e);
        if (!list)
            return -1;
        if (json_array_size(list) != n)
            return hl_fail(e, "%s: '%s': expected x, lo and hi of one length", bm->file, key);
        *to[i] = hl_malloc(n, sizeof(double));
        for (size_t j = 0; j < n; j++)
            if (number_of(json_array_get(list, j), bm->file, key, *to[i] + j, e))
                return -1;
    }
    c->n = n;
    return 0;
}

/* [{"NAME": ..., "NAME": ...}, ...], with the given names in every object */
static int read_points(const report_binary_metrics *bm, const json_t *all, const char *key,
                       const char *const names[], double **const to[], size_t width,
                       report_curve *c, hl_err *e)
{
    const json_t *list;
    if (optional_list(all, bm->file, key, &list, e))
        return -1;
    const size_t n = json_array_size(list);
    for (size_t i = 0; n && i < width; i++) {
        *to[i] = hl_malloc(n, sizeof(double));
        for (size_t j = 0; j < n; j++) {
            const json_t *value = json_object_get(json_array_get(list, j), names[i]);
            if (!value)
                return hl_fail(e, "%s: '%s': expected points with '%s'", bm->file, key, names[i]);
            if (number_of(value, bm->file, key, *to[i] + j, e))
                return -1;
        }
    }
    c->n = n;
    return 0;
}

static int read_curves(report_binary_metrics *bm, const json_t *all, hl_err *e)
{
    report_curve *t = &bm->triage, *r = &bm->reliability;
    static const char *const of_triage[] = {"read", "found", "lo", "hi"};
    double **const to_triage[] = {&t->x, &t->y, &t->lo, &t->hi};
    static const char *const of_bin[] = {"from", "to", "n", "mean_p", "observed", "patients"};
    double **const to_bin[] = {&r->from, &r->to, &r->count, &r->mean_p, &r->observed, &r->patients};
    const json_t *bin = json_array_get(json_object_get(all, "reliability"), 0);
    const size_t bin_width = json_object_get(bin, "patients") ? 6 : 5; /* 0.1.0 had no patients */
    return read_band(bm, all, "roc_band", &bm->roc_band, e) ||
                   read_band(bm, all, "pr_band", &bm->pr_band, e) ||
                   read_points(bm, all, "triage", of_triage, to_triage, 4, t, e) ||
                   read_points(bm, all, "reliability", of_bin, to_bin, bin_width, r, e)
               ? -1
               : 0;
}

/* ---- intervals, calibration, operating points, collapse ---- */

static int read_intervals(report_binary_metrics *bm, const json_t *all, hl_err *e)
{
    const json_t *o;
    if (optional_object(all, bm->file, "intervals", &o, e))
        return -1;
    if (!o)
        return 0;
    if (!(bm->method = hl_json_text(o, bm->file, "method", e)) ||
        hl_json_real(o, bm->file, "level", &bm->level, e) ||
        hl_json_count(o, bm->file, "resamples", &bm->resamples, e) ||
        hl_json_count(o, bm->file, "patients", &bm->patients, e) ||
        !(bm->intervals = hl_json_object(o, bm->file, "metrics", e)) ||
        optional_object(o, bm->file, "methods", &bm->methods, e) ||
        (json_object_get(o, "resamples_without_a_class") &&
         hl_json_count(o, bm->file, "resamples_without_a_class", &bm->lacking, e)))
        return -1;
    return hl_json_numbers(o, bm->file, "metrics", e);
}

static int read_calibration(report_binary_metrics *bm, const json_t *all, hl_err *e)
{
    const json_t *o, *before, *after;
    if (optional_object(all, bm->file, "calibration", &o, e))
        return -1;
    if (!o)
        return 0;
    bm->is_calibrated = true;
    if (json_object_get(o, "note") &&
        !(bm->temperature_note = hl_json_text(o, bm->file, "note", e)))
        return -1;
    if (hl_json_real(o, bm->file, "temperature", &bm->temperature, e) ||
        !(before = hl_json_object(o, bm->file, "before", e)) ||
        !(after = hl_json_object(o, bm->file, "after", e)) ||
        hl_json_numbers(o, bm->file, "before", e) || hl_json_numbers(o, bm->file, "after", e))
        return -1;
    bm->log_loss =
        (report_before_after){report_real(before, "log_loss"), report_real(after, "log_loss")};
    bm->brier = (report_before_after){report_real(before, "brier"), report_real(after, "brier")};
    bm->ece = (report_before_after){report_real(before, "ece"), report_real(after, "ece")};
    return 0;
}

static int read_operating_points(report_binary_metrics *bm, const json_t *all, hl_err *e)
{
    if (optional_list(all, bm->file, "operating_points", &bm->operating_points, e))
        return -1;
    for (size_t i = 0; i < json_array_size(bm->operating_points); i++) {
        const json_t *o = json_array_get(bm->operating_points, i);
        if (!hl_json_text(o, bm->file, "name", e) || hl_json_numbers(o, bm->file, "value", e) ||
            hl_json_numbers(o, bm->file, "threshold", e) ||
            hl_json_numbers(o, bm->file, "val", e) || hl_json_numbers(o, bm->file, "measured", e) ||
            hl_json_numbers(o, bm->file, "intervals", e))
            return -1;
    }
    return 0;
}

static int read_collapse(report_binary_metrics *bm, const json_t *all, hl_err *e)
{
    const json_t *o;
    if (optional_object(all, bm->file, "collapse", &o, e))
        return -1;
    if (!o) { /* collapse is stated without reasons */
        bm->collapsed = json_is_true(json_object_get(all, "below_majority_baseline")) ||
                        json_array_size(json_object_get(all, "classes_never_predicted")) > 0;
        return 0;
    }
    bm->collapsed = json_is_true(json_object_get(o, "collapsed"));
    bm->collapse_reasons = hl_json_list(o, bm->file, "reasons", e);
    return bm->collapse_reasons ? 0 : -1;
}

/* Metrics of 0.1.0 name the positive class only where both classes have images. */
static int read_positive(report_binary_metrics *bm, const report_metrics *r, hl_err *e)
{
    const json_t *positive;
    char *const *classes = (char *const *)r->classes;
    if (optional(r->json, bm->file, "positive", JSON_STRING, "a text", &positive, e))
        return -1;
    bm->cls = positive ? hl_positive_find(classes, r->m.nclasses, json_string_value(positive))
                       : hl_positive_by_names(classes, r->m.nclasses);
    if (positive && bm->cls == HL_NO_POSITIVE)
        return hl_fail(e, "%s: 'positive': expected one of its classes, found '%s'", bm->file,
                       json_string_value(positive));
    bm->positive = bm->cls == HL_NO_POSITIVE ? NULL : r->classes[bm->cls];
    return 0;
}

static int read_prevalence(const report_binary_metrics *bm, hl_err *e)
{
    static const char *const keys[] = {"value", "ppv", "npv", "intervals"};
    for (size_t i = 0; bm->prevalence && i < sizeof keys / sizeof *keys; i++)
        if (hl_json_numbers(bm->prevalence, bm->file, keys[i], e))
            return -1;
    return 0;
}

/* The columns and their groups are lists. */
static int read_subgroups(report_binary_metrics *bm, const json_t *all, hl_err *e)
{
    if (optional_object(all, bm->file, "subgroups", &bm->subgroups, e))
        return -1;
    const json_t *columns =
        bm->subgroups ? hl_json_list(bm->subgroups, bm->file, "columns", e) : NULL;
    if (bm->subgroups && !columns)
        return -1;
    for (size_t i = 0; i < json_array_size(columns); i++)
        if (!hl_json_list(json_array_get(columns, i), bm->file, "groups", e))
            return -1;
    return 0;
}

/* What a class against the rest has; o: the file itself, or the object of a class. */
static int read_members(report_binary_metrics *bm, const json_t *o, hl_err *e)
{
    if (optional_object(o, bm->file, "binary", &bm->binary, e) ||
        optional_object(o, bm->file, "prevalence", &bm->prevalence, e) ||
        optional_object(o, bm->file, "only", &bm->only, e) ||
        hl_json_numbers(o, bm->file, "binary", e) || read_prevalence(bm, e))
        return -1;
    return read_intervals(bm, o, e) || read_curves(bm, o, e) || read_calibration(bm, o, e) ||
                   read_operating_points(bm, o, e)
               ? -1
               : 0;
}

static int read_all(report_binary_metrics *bm, const report_metrics *r, hl_err *e)
{
    return read_positive(bm, r, e) || read_members(bm, r->json, e) ||
                   read_subgroups(bm, r->json, e) || read_collapse(bm, r->json, e)
               ? -1
               : 0;
}

int report_class_read(report_binary_metrics *bm, const report_metrics *r, const json_t *o,
                      size_t cls, hl_err *e)
{
    *bm = (report_binary_metrics){.file = r->file, .cls = (int)cls, .positive = r->classes[cls]};
    if (read_members(bm, o, e) == 0)
        return 0;
    report_binary_metrics_free(bm);
    return -1;
}

int report_binary_metrics_read(report_binary_metrics *bm, const report_metrics *r, hl_err *e)
{
    *bm = (report_binary_metrics){.file = r->file};
    if (read_all(bm, r, e) == 0)
        return 0;
    report_binary_metrics_free(bm);
    return -1;
}

static void free_curve(report_curve *c)
{
    free(c->x);
    free(c->y);
    free(c->lo);
    free(c->hi);
    free(c->from);
    free(c->to);
    free(c->count);
    free(c->patients);
    free(c->mean_p);
    free(c->observed);
}

void report_binary_metrics_free(report_binary_metrics *bm)
{
    free_curve(&bm->roc_band);
    free_curve(&bm->pr_band);
    free_curve(&bm->triage);
    free_curve(&bm->reliability);
    *bm = (report_binary_metrics){0};
}
