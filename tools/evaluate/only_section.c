/* SPDX-License-Identifier: BSD-2-Clause */
#include "only_section.h"

#include "base/mem.h"
#include "format/json.h"

#include <stdlib.h>

json_t *evaluate_rate(const uint8_t *is, size_t n, double patients)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += is[i];
    const double value = (double)count / (double)n;
    const hl_interval w = hl_wilson(value, patients);
    return json_pack("{s:f, s:[o, o], s:s}", "value", value, "interval", hl_json_of_real(w.lo),
                     hl_json_of_real(w.hi), "method", "Wilson");
}

/* The rate as predicted or, at an operating point, with its threshold. */
static json_t *rate_at(const evaluate_analysis *s, bool positive, const hl_operating_point *at)
{
    const hl_binary *b = &s->samples;
    uint8_t *is = hl_malloc(b->n, 1);
    for (size_t i = 0; i < b->n; i++)
        is[i] = (at ? b->p[i] >= at->threshold : b->predicted[i]) == positive;
    json_t *rate = evaluate_rate(is, b->n, hl_effective_patients(&s->bootstrap, NULL));
    free(is);
    return rate;
}

void evaluate_add_only(json_t *o, const evaluate_analysis *s)
{
    const bool positive = s->samples.positive[0];
    double metrics[HL_BINARY_METRICS];
    hl_binary_metrics_compute(&s->samples, NULL, metrics);
    json_t *points = json_array();
    for (size_t i = 0; i < s->npoints; i++) {
        const hl_operating_point *at = &s->v->calibration->points[i];
        json_t *one = rate_at(s, positive, at);
        json_object_set_new(one, "name", json_string(at->name));
        json_object_set_new(one, "threshold", hl_json_of_real(at->threshold));
        json_array_append_new(points, one);
    }
    json_object_set_new(o, "only",
                        json_pack("{s:s, s:o, s:o, s:f, s:f}", "metric",
                                  positive ? "sensitivity" : "specificity", "as_predicted",
                                  rate_at(s, positive, NULL), "operating_points", points, "brier",
                                  metrics[HL_BRIER], "ece", metrics[HL_ECE]));
}
