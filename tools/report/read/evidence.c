/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence.h"

#include "base/mem.h"
#include "format/json.h"

#include <math.h>
#include <stdlib.h>

double report_real(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

bool report_interval(const json_t *intervals, const char *key, double *lo, double *hi)
{
    const json_t *pair = json_object_get(intervals, key);
    const json_t *from = json_array_get(pair, 0), *to = json_array_get(pair, 1);
    if (!json_is_number(from) || !json_is_number(to))
        return false;
    *lo = json_number_value(from);
    *hi = json_number_value(to);
    return true;
}

/* ---- members that may be missing, but not be something else ---- */

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
static int read_band(const report_binary *v, const json_t *all, const char *key, report_curve *c,
                     hl_err *e)
{
    const json_t *o;
    if (optional_object(all, v->file, key, &o, e))
        return -1;
    if (!o)
        return 0;
    const char *const names[] = {"x", "lo", "hi"};
    double **const to[] = {&c->x, &c->lo, &c->hi};
    const size_t n = json_array_size(json_object_get(o, "x"));
    for (size_t i = 0; i < 3; i++) {
        const json_t *list = hl_json_list(o, v->file, names[i], e);
        if (!list)
            return -1;
        if (json_array_size(list) != n)
            return hl_fail(e, "%s: '%s': expected x, lo and hi of one length", v->file, key);
        *to[i] = hl_malloc(n, sizeof(double));
        for (size_t j = 0; j < n; j++)
            if (number_of(json_array_get(list, j), v->file, key, *to[i] + j, e))
                return -1;
    }
    c->n = n;
    return 0;
}

/* A list of objects, each with the same members. */
static int read_points(const report_binary *v, const json_t *all, const char *key,
                       const char *const names[], double **const to[], size_t width,
                       report_curve *c, hl_err *e)
{
    const json_t *list;
    if (optional_list(all, v->file, key, &list, e))
        return -1;
    const size_t n = json_array_size(list);
    for (size_t i = 0; n && i < width; i++) {
        *to[i] = hl_malloc(n, sizeof(double));
        for (size_t j = 0; j < n; j++) {
            const json_t *value = json_object_get(json_array_get(list, j), names[i]);
            if (!value)
                return hl_fail(e, "%s: '%s': expected points with '%s'", v->file, key, names[i]);
            if (number_of(value, v->file, key, *to[i] + j, e))
                return -1;
        }
    }
    c->n = n;
    return 0;
}

static int read_curves(report_binary *v, const json_t *all, hl_err *e)
{
    report_curve *t = &v->triage, *r = &v->reliability;
    static const char *const of_triage[] = {"read", "found", "lo", "hi"};
    double **const to_triage[] = {&t->x, &t->y, &t->lo, &t->hi};
    static const char *const of_bin[] = {"from", "to", "n", "mean_p", "observed"};
    double **const to_bin[] = {&r->from, &r->to, &r->count, &r->mean_p, &r->observed};
    return read_band(v, all, "roc_band", &v->roc_band, e) ||
                   read_band(v, all, "pr_band", &v->pr_band, e) ||
                   read_points(v, all, "triage", of_triage, to_triage, 4, t, e) ||
                   read_points(v, all, "reliability", of_bin, to_bin, 5, r, e)
               ? -1
               : 0;
}

/* ---- the other parts ---- */

static int read_intervals(report_binary *v, const json_t *all, hl_err *e)
{
    const json_t *o;
    if (optional_object(all, v->file, "intervals", &o, e))
        return -1;
    if (!o)
        return 0;
    if (!(v->method = hl_json_text(o, v->file, "method", e)) ||
        hl_json_real(o, v->file, "level", &v->level, e) ||
        hl_json_count(o, v->file, "resamples", &v->resamples, e) ||
        hl_json_count(o, v->file, "patients", &v->patients, e) ||
        !(v->intervals = hl_json_object(o, v->file, "metrics", e)))
        return -1;
    return hl_json_numbers(o, v->file, "metrics", e);
}

static int read_calibration(report_binary *v, const json_t *all, hl_err *e)
{
    const json_t *o, *before, *after;
    if (optional_object(all, v->file, "calibration", &o, e))
        return -1;
    if (!o)
        return 0;
    v->is_calibrated = true;
    if (hl_json_real(o, v->file, "temperature", &v->temperature, e) ||
        !(before = hl_json_object(o, v->file, "before", e)) ||
        !(after = hl_json_object(o, v->file, "after", e)) ||
        hl_json_numbers(o, v->file, "before", e) || hl_json_numbers(o, v->file, "after", e))
        return -1;
    v->log_loss =
        (report_before_after){report_real(before, "log_loss"), report_real(after, "log_loss")};
    v->brier = (report_before_after){report_real(before, "brier"), report_real(after, "brier")};
    v->ece = (report_before_after){report_real(before, "ece"), report_real(after, "ece")};
    return 0;
}

static int read_operating_points(report_binary *v, const json_t *all, hl_err *e)
{
    if (optional_list(all, v->file, "operating_points", &v->operating_points, e))
        return -1;
    for (size_t i = 0; i < json_array_size(v->operating_points); i++) {
        const json_t *o = json_array_get(v->operating_points, i);
        if (!hl_json_text(o, v->file, "name", e) || hl_json_numbers(o, v->file, "value", e) ||
            hl_json_numbers(o, v->file, "threshold", e) || hl_json_numbers(o, v->file, "val", e) ||
            hl_json_numbers(o, v->file, "measured", e) ||
            hl_json_numbers(o, v->file, "intervals", e))
            return -1;
    }
    return 0;
}

static int read_collapse(report_binary *v, const json_t *all, hl_err *e)
{
    const json_t *o;
    if (optional_object(all, v->file, "collapse", &o, e))
        return -1;
    if (!o) { /* where only the figures tell */
        v->collapsed = json_is_true(json_object_get(all, "below_majority_baseline")) ||
                       json_array_size(json_object_get(all, "classes_never_predicted")) > 0;
        return 0;
    }
    v->collapsed = json_is_true(json_object_get(o, "collapsed"));
    v->collapse_reasons = hl_json_list(o, v->file, "reasons", e);
    return v->collapse_reasons ? 0 : -1;
}

static int read_all(report_binary *v, const report_metrics *r, hl_err *e)
{
    const json_t *positive;
    if (optional(r->json, v->file, "positive", JSON_STRING, "a text", &positive, e) ||
        optional_object(r->json, v->file, "binary", &v->binary, e) ||
        optional_object(r->json, v->file, "prevalence", &v->prevalence, e) ||
        hl_json_numbers(r->json, v->file, "binary", e) ||
        hl_json_numbers(r->json, v->file, "prevalence", e))
        return -1;
    v->positive = json_string_value(positive);
    return read_intervals(v, r->json, e) || read_curves(v, r->json, e) ||
                   read_calibration(v, r->json, e) || read_operating_points(v, r->json, e) ||
                   read_collapse(v, r->json, e)
               ? -1
               : 0;
}

int report_binary_read(report_binary *v, const report_metrics *r, hl_err *e)
{
    *v = (report_binary){.file = r->file};
    if (read_all(v, r, e) == 0)
        return 0;
    report_binary_free(v);
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
    free(c->mean_p);
    free(c->observed);
}

void report_binary_free(report_binary *v)
{
    free_curve(&v->roc_band);
    free_curve(&v->pr_band);
    free_curve(&v->triage);
    free_curve(&v->reliability);
    *v = (report_binary){0};
}
