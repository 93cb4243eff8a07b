/* SPDX-License-Identifier: BSD-2-Clause */
/* Every figure with its interval, and what the answers are worth at another prevalence. */
#include "metric_table.h"

#include "sections.h"

#include <inttypes.h>
#include <math.h>

static const struct {
    const char *key, *name, *about;
} figures[] = {
    {"accuracy", "Accuracy", "share of right answers"},
    {"balanced_accuracy", "Balanced accuracy", "mean of sensitivity and specificity"},
    {"macro_recall", "Macro average recall", "mean recall of the classes"},
    {"sensitivity", "Sensitivity", "found among those who have it"},
    {"specificity", "Specificity", "cleared among those who do not"},
    {"ppv", "Positive predictive value", "right among the alarms"},
    {"npv", "Negative predictive value", "right among the all-clears"},
    {"f1", "F1", "harmonic mean of PPV and sensitivity"},
    {"mcc", "Matthews correlation",
     "from \xe2\x88\x92"
     "1 to 1; 0 is chance"},
    {"auroc", "AUROC", "chance that a case is ranked before a non-case"},
    {"average_precision", "Average precision", "area under precision and recall"},
    {"brier", "Brier score", "mean squared error of the probability; smaller is better"},
    {"ece", "Expected calibration error", "gap between said and observed; smaller is better"},
    {"log_loss", "Log loss", "smaller is better"},
};

size_t figure_count(void)
{
    return sizeof figures / sizeof *figures;
}

const char *figure_name(size_t f)
{
    return figures[f].name;
}

double figure_value(const report_metrics *r, const report_evidence *v, size_t f)
{
    const double of_two = evidence_real(v->binary, figures[f].key);
    return isfinite(of_two) ? of_two : evidence_real(r->json, figures[f].key);
}

void add_figure_cell(doc_table *t, const report_metrics *r, const report_evidence *v, size_t f)
{
    double lo, hi;
    const double value = figure_value(r, v, f);
    if (!isfinite(value))
        doc_add_cell(t, "\xe2\x80\x93");
    else if (evidence_interval(v->intervals, figures[f].key, &lo, &hi))
        doc_add_cell(t, "%.3f (%.3f\xe2\x80\x93%.3f)", value, lo, hi);
    else
        doc_add_cell(t, "%.3f", value);
}

static void say_method(const report_evidence *v, hl_text *t)
{
    hl_text_puts(t, "At the threshold 0.5, where a figure needs one.");
    if (!v->intervals)
        return;
    hl_text_printf(
        t, " Intervals: %.0f" PER_CENT ", %s, %" PRIu64 " resamples of %" PRIu64 " patients.",
        100 * v->level, v->method, v->resamples, v->patients);
}

static void add_rows(doc_table *t, const report_metrics *r, const report_evidence *v)
{
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        double lo, hi;
        const double value = figure_value(r, v, i);
        const bool has = evidence_interval(v->intervals, figures[i].key, &lo, &hi);
        if (!isfinite(value) && !has)
            continue;
        doc_add_cell(t, "%s", figures[i].name);
        doc_add_number(t, value);
        if (has)
            doc_add_cell(t, "%.3f\xe2\x80\x93%.3f", lo, hi);
        else
            doc_add_cell(t, "\xe2\x80\x93");
        doc_add_cell(t, "%s", figures[i].about);
    }
}

/* A figure with its interval in a sentence. */
static void say(const json_t *prevalence, const char *key, const char *name, hl_text *t)
{
    double lo, hi;
    hl_text_printf(t, "%s %.3f", name, evidence_real(prevalence, key));
    if (evidence_interval(json_object_get(prevalence, "intervals"), key, &lo, &hi))
        hl_text_printf(t, " (%.3f\xe2\x80\x93%.3f)", lo, hi);
}

static void add_prevalence(doc *d, const report_metrics *r, const report_evidence *v)
{
    const double share = (double)r->m.classes[1].support / (double)r->m.n;
    hl_text t = {0};
    hl_text_printf(&t,
                   "Where %.1f" PER_CENT " of the patients have %s instead of %.1f" PER_CENT
                   " of these images: ",
                   100 * evidence_real(v->prevalence, "value"), r->classes[1], 100 * share);
    say(v->prevalence, "ppv", "positive predictive value", &t);
    hl_text_puts(&t, ", ");
    say(v->prevalence, "npv", "negative predictive value", &t);
    doc_say(d, DOC_TEXT, "%s.", t.data);
    hl_text_free(&t);
}

void add_figures(doc *d, const report_metrics *r, const report_evidence *v)
{
    if (!v->binary && !v->intervals)
        return;
    doc_say(d, DOC_SECTION, v->intervals ? "Figures with intervals" : "Figures of two classes");
    hl_text caption = {0};
    say_method(v, &caption);
    doc_table *t = doc_add_table(d, caption.data);
    hl_text_free(&caption);
    doc_add_column(t, "Figure", COL_TEXT);
    doc_add_column(t, "Value", COL_NUMBER);
    doc_add_column(t, "Interval", COL_NUMBER);
    doc_add_column(t, "What it says", COL_TEXT);
    add_rows(t, r, v);
    if (v->prevalence && r->m.nclasses == 2)
        add_prevalence(d, r, v);
}
