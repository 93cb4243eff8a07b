/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of metrics with confidence intervals, and predictive values at another prevalence. */
#include "metric_table.h"

#include "interval_text.h"
#include "sections.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const struct {
    const char *key, *name, *about;
} metrics[] = {
    {"accuracy", "Accuracy", "fraction that is classified correctly"},
    {"balanced_accuracy", "Balanced accuracy", "mean of sensitivity and specificity"},
    {"macro_recall", "Macro average recall", "mean of the recalls of all classes"},
    {"sensitivity", "Sensitivity", "fraction of positives that are predicted positive"},
    {"specificity", "Specificity", "fraction of negatives that are predicted negative"},
    {"ppv", "Positive predictive value", "fraction of positive predictions that are correct"},
    {"npv", "Negative predictive value", "fraction of negative predictions that are correct"},
    {"f1", "F1", "harmonic mean of PPV and sensitivity"},
    {"mcc", "Matthews correlation",
     "from \xe2\x88\x92"
     "1 to 1; 0 is chance"},
    {"auroc", "AUROC", "probability that a positive ranks above a negative"},
    {"average_precision", "Average precision", "area under the precision-recall curve"},
    {"brier", "Brier score", "mean squared error of the probability; smaller is better"},
    {"ece", "Expected calibration error",
     "mean gap between predicted probability and observed fraction; smaller is better"},
    {"log_loss", "Log loss", "mean negative log-likelihood; smaller is better"},
};

/* ---- intervals ---- */

/* With several classes, macro recall and mean AUROC are means over the classes; NULL with two. */
static const char *macro_key(const report_classes *c, const char *key)
{
    if (!c->macro)
        return NULL;
    if (strcmp(key, "macro_recall") == 0)
        return "sensitivity";
    return strcmp(key, "mean_auroc") == 0 ? "auroc" : NULL;
}

report_interval report_find_interval(const report_run *run, const char *key)
{
    if (strcmp(key, "accuracy") == 0)
        return report_accuracy_interval(&run->binary_metrics, &run->classes);
    const char *of_macro = macro_key(&run->classes, key);
    return of_macro ? report_interval_in(json_object_get(run->classes.macro, "intervals"),
                                         json_object_get(run->classes.macro, "methods"), of_macro)
                    : report_interval_of(&run->binary_metrics, key);
}

/* ---- cells ---- */

size_t report_metric_count(void)
{
    return sizeof metrics / sizeof *metrics;
}

/* With several classes and none positive, the AUROC is the mean over them. */
static bool is_mean_auroc(const report_binary_metrics *bm, size_t i)
{
    return !bm->positive && strcmp(metrics[i].key, "auroc") == 0;
}

const char *report_metric_name(const report_binary_metrics *bm, size_t i)
{
    return is_mean_auroc(bm, i) ? "Mean AUROC" : metrics[i].name;
}

double report_metric_value(const report_metrics *r, const report_binary_metrics *bm, size_t i)
{
    if (strcmp(metrics[i].key, "macro_recall") == 0)
        return r->m.macro.recall;
    const double of_two = report_real(bm->binary, metrics[i].key);
    return isfinite(of_two) ? of_two : report_real(r->json, metrics[i].key);
}

void report_add_value_cell(page_table *t, const json_t *of, const json_t *intervals,
                           const json_t *methods, const char *key)
{
    const double v = report_real(of, key);
    if (isfinite(v))
        report_add_estimate_cell(t, v, report_interval_in(intervals, methods, key));
    else
        page_add_cell(t, "undefined");
}

void report_add_metric_cell(page_table *t, const report_run *run, size_t i)
{
    const report_binary_metrics *bm = &run->binary_metrics;
    const char *key = is_mean_auroc(bm, i) ? "mean_auroc" : metrics[i].key;
    const double value = report_metric_value(&run->metrics, bm, i);
    if (isfinite(value))
        report_add_estimate_cell(t, value, report_find_interval(run, key));
    else
        page_add_cell(t, "\xe2\x80\x93");
}

void report_describe_intervals(const report_binary_metrics *bm, hl_strbuf *t)
{
    hl_strbuf_printf(t,
                     "%.0f" PAGE_PERCENT " confidence intervals: %s, %" PRIu64
                     " resamples of %" PRIu64 " patients.",
                     100 * bm->level, bm->method, bm->resamples, bm->patients);
    if (bm->lacking)
        hl_strbuf_printf(t, " %" PRIu64 " of the resamples lacked one of the classes.",
                         bm->lacking);
    if (bm->methods)
        hl_strbuf_puts(
            t, " Where all resamples give one value, or some lack a class or the denominator of "
               "a metric, the interval is "
               "by the named method from the effective number of patients: Wilson "
               "(1927) for proportions, Newcombe (2006, method 5) for the AUROC, MOVER "
               "(Zou and Donner 2008) for means of proportions; or not estimable.");
}

static void describe_method(const report_metrics *r, const report_binary_metrics *bm, hl_strbuf *t)
{
    if (bm->positive)
        hl_strbuf_printf(t, "The positive class is %s. ", bm->positive);
    hl_strbuf_puts(t, r->m.nclasses == 2 ? "At the threshold 0.5 where a metric needs one."
                                         : "By the largest probability where a metric needs a "
                                           "decision.");
    if (!bm->intervals)
        return;
    hl_strbuf_puts(t, " ");
    report_describe_intervals(bm, t);
}

/* With more than two classes, accuracy, macro recall and log loss are of all of them together, and
 * not of the class that the table is for. */
static bool is_of_all(const report_metrics *r, const report_binary_metrics *bm, const char *key)
{
    return r->m.nclasses != 2 && bm->positive && !isfinite(report_real(bm->binary, key));
}

static void add_rows(page_table *t, const report_metrics *r, const report_binary_metrics *bm)
{
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        const double value = report_metric_value(r, bm, i);
        const report_interval of = report_interval_in(bm->intervals, bm->methods, metrics[i].key);
        const bool has = report_has_interval(of);
        if ((!isfinite(value) && !has) || is_of_all(r, bm, metrics[i].key))
            continue;
        page_add_cell(t, "%s", metrics[i].name);
        page_add_number(t, value);
        hl_strbuf interval = {0};
        if (has)
            report_put_interval(&interval, of);
        else
            hl_strbuf_puts(&interval, of.method ? of.method : "\xe2\x80\x93");
        page_add_cell(t, "%s", interval.data);
        hl_strbuf_free(&interval);
        page_add_cell(t, "%s", metrics[i].about);
    }
}

/* A metric with its confidence interval, as part of a sentence. */
static void describe_metric(const json_t *prevalence, const char *key, const char *name,
                            hl_strbuf *t)
{
    const report_interval i = report_interval_in(json_object_get(prevalence, "intervals"),
                                                 json_object_get(prevalence, "methods"), key);
    hl_strbuf_printf(t, "%s %.3f", name, report_real(prevalence, key));
    if (!report_has_interval(i))
        return;
    hl_strbuf_puts(t, " (");
    report_put_interval(t, i);
    hl_strbuf_puts(t, ")");
}

static void add_prevalence(page_doc *d, const report_metrics *r, const report_binary_metrics *bm)
{
    const double assumed = report_real(bm->prevalence, "value"),
                 measured = (double)r->m.classes[bm->cls].support / (double)r->m.n;
    hl_strbuf t = {0};
    hl_strbuf_printf(&t,
                     "If %.*f" PAGE_PERCENT " of the patients had %s, instead of %.1f" PAGE_PERCENT
                     " of these %s: ",
                     assumed < 0.01 ? 3 : 1, 100 * assumed, bm->positive, 100 * measured,
                     report_units(r));
    describe_metric(bm->prevalence, "ppv", "positive predictive value", &t);
    hl_strbuf_puts(&t, ", ");
    describe_metric(bm->prevalence, "npv", "negative predictive value", &t);
    page_add_text(d, PAGE_TEXT, "%s.", t.data);
    hl_strbuf_free(&t);
}

void report_add_metrics(page_doc *d, const report_metrics *r, const report_binary_metrics *bm)
{
    if (!bm->binary && !bm->intervals)
        return;
    page_add_text(d, PAGE_SECTION, "Metrics%s%s%s", bm->positive ? " for " : "",
                  bm->positive ? bm->positive : "",
                  bm->intervals ? " with confidence intervals" : "");
    hl_strbuf caption = {0};
    describe_method(r, bm, &caption);
    page_table *t = page_add_table(d, caption.data);
    hl_strbuf_free(&caption);
    page_add_column(t, "Metric", PAGE_COL_TEXT);
    page_add_column(t, "Value", PAGE_COL_NUMBER);
    page_add_column(t, "Interval", PAGE_COL_NUMBER);
    page_add_column(t, "Meaning", PAGE_COL_TEXT);
    add_rows(t, r, bm);
    if (bm->prevalence && bm->positive)
        add_prevalence(d, r, bm);
}
