/* SPDX-License-Identifier: BSD-2-Clause */
/* The member "subgroups" of a metrics file, which FORMAT.md describes. */
#include "analysis.h"
#include "base/log.h"
#include "format/json.h"
#include "subgroups.h"

#include <math.h>

static json_t *pair_of(hl_interval i)
{
    return json_pack("[o, o]", hl_json_of_real(i.lo), hl_json_of_real(i.hi));
}

static void add_metrics(json_t *o, const evaluate_group *g, bool intervals)
{
    json_t *metrics = json_object(), *pairs = json_object(), *methods = json_object();
    for (size_t k = 0; k < EVALUATE_GAPS; k++) {
        const hl_estimate *estimate = &g->metric[k].estimate;
        json_object_set_new(metrics, evaluate_gap_names[k], hl_json_of_real(g->metric[k].value));
        json_object_set_new(pairs, evaluate_gap_names[k], pair_of(estimate->interval));
        if (estimate->method != HL_BY_BOOTSTRAP)
            json_object_set_new(methods, evaluate_gap_names[k],
                                json_string(hl_interval_method_names[estimate->method]));
    }
    json_object_set_new(o, "metrics", metrics);
    if (intervals)
        json_object_set(o, "intervals", pairs);
    if (intervals && json_object_size(methods))
        json_object_set(o, "methods", methods);
    json_decref(pairs);
    json_decref(methods);
}

static void add_gaps(json_t *o, const evaluate_group *g)
{
    json_t *gaps = json_object();
    for (size_t k = 0; k < EVALUATE_GAPS; k++) {
        const evaluate_gap *gap = &g->gap[k];
        const evaluate_difference *d = &gap->difference;
        if (isnan(gap->corrected))
            continue;
        json_object_set_new(gaps, evaluate_gap_names[k],
                            json_pack("{s:f, s:o, s:s, s:f, s:f, s:b}", "difference", d->value,
                                      "interval", pair_of(d->estimate.interval), "method",
                                      hl_interval_method_names[d->estimate.method], "p", d->p,
                                      "p_holm", gap->corrected, "significant",
                                      gap->corrected < EVALUATE_SIGNIFICANT));
    }
    if (json_object_size(gaps))
        json_object_set(o, "gaps", gaps);
    json_decref(gaps);
}

static json_t *group_of(const evaluate_subgroups *s, const evaluate_group *g, bool intervals)
{
    json_t *o =
        json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:b}", "group",
                  s->columns.column[g->column].groups[g->index], "n", (json_int_t)g->samples.n,
                  "positives", (json_int_t)g->positives, "patients", (json_int_t)g->patients,
                  "positive_patients", (json_int_t)g->positive_patients, "negative_patients",
                  (json_int_t)g->negative_patients, "too_small", evaluate_is_too_small(g));
    add_metrics(o, g, intervals);
    if (intervals)
        json_object_set_new(o, "resamples_without_a_class", json_integer((json_int_t)g->lacking));
    add_gaps(o, g);
    return o;
}

static json_t *column_of(const evaluate_subgroups *s, size_t c, bool intervals)
{
    const evaluate_column *column = &s->columns.column[c];
    const size_t of = s->reference[c];
    json_t *groups = json_array(), *bounds = json_array();
    for (size_t k = 0; k < column->ngroups; k++)
        json_array_append_new(groups, group_of(s, &s->group[s->first[c] + k], intervals));
    for (size_t k = 0; k < column->nbounds; k++)
        json_array_append_new(bounds, json_real(column->bound[k]));
    return json_pack("{s:s, s:o, s:o, s:o}", "column", column->name, "bounds", bounds, "reference",
                     of == SIZE_MAX ? json_null() : json_string(column->groups[s->group[of].index]),
                     "groups", groups);
}

/* A gap that remains after correction is one that a reader must not miss. */
static void warn_of_gap(json_t *warnings, const evaluate_subgroups *s, const evaluate_group *g,
                        size_t k, const char *positive)
{
    static const char *const names[EVALUATE_GAPS] = {"sensitivity", "specificity", "AUROC"};
    const evaluate_group *of = &s->group[s->reference[g->column]];
    const evaluate_column *c = &s->columns.column[g->column];
    const evaluate_gap *gap = &g->gap[k];
    hl_strbuf t = {0};
    hl_strbuf_printf(
        &t,
        "%s for %s differs with %s: %.3f for '%s', %.3f for '%s' (p = %.2g after Holm's "
        "correction for %zu gaps)",
        names[k], positive, c->name, g->metric[k].value, c->groups[g->index], of->metric[k].value,
        c->groups[of->index], gap->corrected, s->tests);
    hl_log_warn("%s", t.data);
    json_array_append_new(warnings, json_string(t.data));
    hl_strbuf_free(&t);
}

static void add_all(json_t *o, const evaluate_subgroups *s, const evaluation *v)
{
    const bool intervals = v->method.resamples > 0;
    json_t *columns = json_array(), *warnings = json_object_get(o, "warnings");
    for (size_t c = 0; c < s->columns.n; c++)
        json_array_append_new(columns, column_of(s, c, intervals));
    json_object_set_new(o, "subgroups",
                        json_pack("{s:I, s:I, s:s, s:f, s:o}", "min_patients",
                                  (json_int_t)EVALUATE_MIN_PATIENTS, "tests", (json_int_t)s->tests,
                                  "correction", "Holm", "level", EVALUATE_LEVEL, "columns",
                                  columns));
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < EVALUATE_GAPS; k++)
            if (s->group[i].gap[k].corrected < EVALUATE_SIGNIFICANT)
                warn_of_gap(warnings, s, &s->group[i], k, v->classes[v->positive]);
}

int evaluate_subgroup_section(json_t *o, const evaluation *v, hl_err *e)
{
    evaluate_subgroups s;
    if (!v->by)
        return 0;
    if (evaluate_subgroups_measure(&s, v, e))
        return -1;
    add_all(o, &s, v);
    evaluate_subgroups_free(&s);
    return 0;
}
