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

size_t report_metric_count(void)
{
    return sizeof figures / sizeof *figures;
}

const char *report_metric_name(size_t f)
{
    return figures[f].name;
}

double report_metric_value(const report_metrics *r, const report_binary_metrics *bm, size_t f)
{
    const double of_two = report_real(bm->binary, figures[f].key);
    return isfinite(of_two) ? of_two : report_real(r->json, figures[f].key);
}

void report_add_metric_cell(page_table *t, const report_metrics *r, const report_binary_metrics *bm,
                            size_t f)
{
    double lo, hi;
    const double value = report_metric_value(r, bm, f);
    if (!isfinite(value))
        page_add_cell(t, "\xe2\x80\x93");
    else if (report_interval(bm->intervals, figures[f].key, &lo, &hi))
        page_add_cell(t, "%.3f (%.3f\xe2\x80\x93%.3f)", value, lo, hi);
    else
        page_add_cell(t, "%.3f", value);
}

static void say_method(const report_binary_metrics *bm, hl_strbuf *t)
{
    hl_strbuf_puts(t, "At the threshold 0.5, where a figure needs one.");
    if (!bm->intervals)
        return;
    hl_strbuf_printf(
        t, " Intervals: %.0f" PAGE_PERCENT ", %s, %" PRIu64 " resamples of %" PRIu64 " patients.",
        100 * bm->level, bm->method, bm->resamples, bm->patients);
}

static void add_rows(page_table *t, const report_metrics *r, const report_binary_metrics *bm)
{
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        double lo, hi;
        const double value = report_metric_value(r, bm, i);
        const bool has = report_interval(bm->intervals, figures[i].key, &lo, &hi);
        if (!isfinite(value) && !has)
            continue;
        page_add_cell(t, "%s", figures[i].name);
        page_add_number(t, value);
        if (has)
            page_add_cell(t, "%.3f\xe2\x80\x93%.3f", lo, hi);
        else
            page_add_cell(t, "\xe2\x80\x93");
        page_add_cell(t, "%s", figures[i].about);
    }
}

/* A figure with its interval in a sentence. */
static void say(const json_t *prevalence, const char *key, const char *name, hl_strbuf *t)
{
    double lo, hi;
    hl_strbuf_printf(t, "%s %.3f", name, report_real(prevalence, key));
    if (report_interval(json_object_get(prevalence, "intervals"), key, &lo, &hi))
        hl_strbuf_printf(t, " (%.3f\xe2\x80\x93%.3f)", lo, hi);
}

static void add_prevalence(page_doc *d, const report_metrics *r, const report_binary_metrics *bm)
{
    const double share = (double)r->m.classes[1].support / (double)r->m.n;
    hl_strbuf t = {0};
    hl_strbuf_printf(&t,
                     "Where %.1f" PAGE_PERCENT
                     " of the patients have %s instead of %.1f" PAGE_PERCENT " of these images: ",
                     100 * report_real(bm->prevalence, "value"), r->classes[1], 100 * share);
    say(bm->prevalence, "ppv", "positive predictive value", &t);
    hl_strbuf_puts(&t, ", ");
    say(bm->prevalence, "npv", "negative predictive value", &t);
    page_add_text(d, PAGE_TEXT, "%s.", t.data);
    hl_strbuf_free(&t);
}

void report_add_metrics(page_doc *d, const report_metrics *r, const report_binary_metrics *bm)
{
    if (!bm->binary && !bm->intervals)
        return;
    page_add_text(d, PAGE_SECTION,
                  bm->intervals ? "Figures with intervals" : "Figures of two classes");
    hl_strbuf caption = {0};
    say_method(bm, &caption);
    page_table *t = page_add_table(d, caption.data);
    hl_strbuf_free(&caption);
    page_add_column(t, "Figure", PAGE_COL_TEXT);
    page_add_column(t, "Value", PAGE_COL_NUMBER);
    page_add_column(t, "Interval", PAGE_COL_NUMBER);
    page_add_column(t, "What it says", PAGE_COL_TEXT);
    add_rows(t, r, bm);
    if (bm->prevalence && r->m.nclasses == 2)
        add_prevalence(d, r, bm);
}
