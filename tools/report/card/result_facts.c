/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts about the results in words. */
#include "../sections/interval_text.h"
#include "../sections/metric_table.h"
#include "card.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

void report_fact_metrics(const report_run *run, hl_strbuf *t)
{
    hl_strbuf_puts(t, "Accuracy, precision, recall, F1, AUROC, log loss");
    if (run->binary_metrics.binary)
        hl_strbuf_puts(t,
                       ", predictive values, Matthews correlation, average precision, Brier score, "
                       "calibration error");
    hl_strbuf_puts(t, "; confusion matrix");
    if (run->has.predictions)
        hl_strbuf_puts(t, ", ROC and precision-recall curves");
    if (run->binary_metrics.reliability.n)
        hl_strbuf_puts(t, ", reliability curve");
    hl_strbuf_puts(t, ".");
}

void report_fact_uncertainty(const report_run *run, hl_strbuf *t)
{
    const report_binary_metrics *bm = &run->binary_metrics;
    if (bm->intervals)
        report_describe_intervals(bm, t);
}

void report_fact_explained(const report_run *run, hl_strbuf *t)
{
    if (run->maps.n == 0)
        return;
    hl_strbuf_printf(t, "%zu heat maps: section Heat maps", run->maps.n);
    if (run->maps.sanity)
        hl_strbuf_puts(t, "; sanity check against heads with random weights");
    hl_strbuf_puts(t, ".");
}

void report_fact_internal(const report_run *run, hl_strbuf *t)
{
    const bool external = report_is_external(&run->metrics);
    const report_metrics *own = external ? &run->internal : &run->metrics;
    if (external && !run->has.internal)
        return;
    hl_strbuf_printf(t, "On %" PRIu64 " %s of the %s subset of the %s.", own->m.n,
                     report_units(own), own->subset,
                     external ? "head\xe2\x80\x99s own collection: section External test"
                              : "same collection");
}

void report_fact_external(const report_run *run, hl_strbuf *t)
{
    if (report_is_external(&run->metrics))
        hl_strbuf_printf(t, "On %" PRIu64 " %s of another collection%s.", run->metrics.m.n,
                         report_units(&run->metrics),
                         run->has.internal ? ": section External test" : "");
}

/* Nothing where the metric is undefined. */
static void add_metric(const report_run *run, const char *key, const char *name, double value,
                       hl_strbuf *t)
{
    if (!isfinite(value))
        return;
    const bool first = t->len == 0 || t->data[t->len - 1] == ' ';
    hl_strbuf_printf(t, "%s%s %.3f", first ? "" : ", ", name, value);
    const report_interval i = report_find_interval(run, key);
    if (report_has_interval(i)) {
        hl_strbuf_puts(t, " (");
        report_put_interval(t, i);
        hl_strbuf_puts(t, ")");
    }
}

void report_fact_performance(const report_run *run, hl_strbuf *t)
{
    const hl_metrics *m = &run->metrics.m;
    add_metric(run, "accuracy", "Accuracy", m->accuracy, t);
    add_metric(run, "macro_recall", "macro average recall", run->metrics.m.macro.recall, t);
    char *auroc = report_auroc_name(&run->binary_metrics);
    add_metric(run, "auroc", auroc, report_auroc(&run->metrics, &run->binary_metrics), t);
    free(auroc);
    hl_strbuf_puts(t, ".");
}

void report_fact_accuracy(const report_run *run, hl_strbuf *t)
{
    const report_binary_metrics *bm = &run->binary_metrics;
    if (!bm->positive)
        return;
    const double sensitivity = report_sensitivity(&run->metrics, bm),
                 specificity = report_specificity(&run->metrics, bm);
    if (!isfinite(sensitivity) && !isfinite(specificity))
        return;
    hl_strbuf_printf(t, "For %s: ", bm->positive);
    add_metric(run, "sensitivity", "sensitivity", sensitivity, t);
    add_metric(run, "specificity", "specificity", specificity, t);
    hl_strbuf_puts(t, ".");
}

void report_fact_errors(const report_run *run, hl_strbuf *t)
{
    if (run->has.predictions)
        hl_strbuf_puts(t, "The most certain misclassifications: section Errors.");
}

void report_fact_protocol(const report_run *run, hl_strbuf *t)
{
    hl_strbuf_puts(t, run->has.knobs ? "All settings and digests: sections Knobs and Provenance."
                                     : "All settings and digests: section Provenance.");
}

void report_fact_availability(const report_run *run, hl_strbuf *t)
{
    (void)run;
    hl_strbuf_puts(t, "hilum is free software under the BSD 2-Clause License.");
}

void report_fact_subgroups(const report_run *run, hl_strbuf *t)
{
    const json_t *columns = json_object_get(run->binary_metrics.subgroups, "columns");
    for (size_t i = 0; i < json_array_size(columns); i++) {
        const char *name = json_string_value(json_object_get(json_array_get(columns, i), "column"));
        hl_strbuf_puts(t, i ? ", " : "Measured in groups by ");
        hl_strbuf_puts(t, name ? name : "?");
    }
    if (json_array_size(columns))
        hl_strbuf_puts(t, ": section Subgroups.");
}
