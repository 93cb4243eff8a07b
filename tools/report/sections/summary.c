/* SPDX-License-Identifier: BSD-2-Clause */
/* The top of the page: the results in a sentence and in key metrics. */
#include "interval_text.h"
#include "metric_table.h"
#include "paper.h"
#include "sections.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void format_interval(const report_run *run, const char *key, const char *otherwise,
                            hl_strbuf *t)
{
    const report_interval i = report_find_interval(run, key);
    hl_strbuf_puts(t, "");
    if (report_has_interval(i))
        report_put_percent_interval(t, i);
    else if (i.method)
        hl_strbuf_puts(t, "interval not estimable");
    else
        hl_strbuf_puts(t, otherwise);
}

static void add_fraction(page_block *b, const report_run *run, const char *key, const char *name,
                         double value, const char *otherwise)
{
    hl_strbuf remark = {0};
    format_interval(run, key, otherwise, &remark);
    if (isfinite(value))
        page_add_stat(b, name, remark.data, "%.1f" PAGE_PERCENT, 100 * value);
    else
        page_add_stat(b, name, remark.data, "undefined");
    hl_strbuf_free(&remark);
}

static void format_auroc(double auroc, char buf[16])
{
    if (isfinite(auroc))
        snprintf(buf, 16, "%.3f", auroc);
    else
        snprintf(buf, 16, "undefined");
}

static void format_percent(double fraction, char buf[32])
{
    if (isfinite(fraction))
        snprintf(buf, 32, "%.1f" PAGE_PERCENT, 100 * fraction);
    else
        snprintf(buf, 32, "undefined");
}

static void add_auroc(page_block *b, const report_run *run)
{
    const report_metrics *r = &run->metrics;
    const report_binary_metrics *bm = &run->binary_metrics;
    char value[16], *name = report_auroc_name(bm);
    hl_strbuf remark = {0};
    format_auroc(report_auroc(r, bm), value);
    const char *key = bm->positive ? "auroc" : "mean_auroc";
    const report_interval i = report_find_interval(run, key);
    if (report_has_interval(i))
        report_put_interval(&remark, i);
    else if (i.method)
        hl_strbuf_puts(&remark, "interval not estimable");
    else
        hl_strbuf_puts(&remark, bm->positive ? "area under the ROC curve" : "one vs rest");
    page_add_stat(b, name, remark.data, "%s", value);
    hl_strbuf_free(&remark);
    free(name);
}

/* "Sensitivity for PNEUMONIA" and its like */
static void add_rate(page_block *b, const report_run *run, const char *key, const char *name,
                     double value, const char *otherwise)
{
    hl_strbuf full = {0};
    hl_strbuf_printf(&full, "%s for %s", name, run->binary_metrics.positive);
    add_fraction(b, run, key, full.data, value, otherwise);
    hl_strbuf_free(&full);
}

static void add_stats(page_doc *d, const report_run *run)
{
    const report_metrics *r = &run->metrics;
    const report_binary_metrics *bm = &run->binary_metrics;
    const hl_metrics *m = &r->m;
    page_block *b = page_stats(d);
    char majority[64];
    snprintf(majority, sizeof majority, "majority class: %.1f" PAGE_PERCENT, 100 * r->baseline);
    add_fraction(b, run, "accuracy", "Accuracy", m->accuracy, majority);
    add_fraction(b, run, "macro_recall", "Macro average recall", r->m.macro.recall,
                 isfinite(r->m.macro.recall) ? "mean over the classes" : "a class has no sample");
    if (bm->positive) {
        add_rate(b, run, "sensitivity", "Sensitivity", report_sensitivity(r, bm),
                 "recall of this class");
        add_rate(b, run, "specificity", "Specificity", report_specificity(r, bm),
                 "recall of all others");
    }
    add_auroc(b, run);
    if (m->nclasses != 2)
        page_add_stat(b, "Log loss", "smaller is better", "%.3f", m->log_loss);
}

/* How the images of a patient or study became one sample; nothing if images are measured. */
static void add_unit(page_doc *d, const report_metrics *r)
{
    const char *unit = hl_unit_names[r->rule.unit];
    const double images = report_real(r->json, "images"),
                 mixed = report_real(r->json, "mixed_labels");
    if (r->rule.unit == HL_UNIT_IMAGE)
        return;
    hl_strbuf t = {0};
    hl_strbuf_printf(&t, "The probability of a %s is the %s of those of its images", unit,
                     r->rule.combine == HL_COMBINE_MAX ? "largest" : "mean");
    if (isfinite(images))
        hl_strbuf_printf(&t, ", %.0f in all", images);
    if (mixed > 0)
        hl_strbuf_printf(&t,
                         "; of the %s %.0f %s images of both labels and %s as positive, since one "
                         "image is enough",
                         report_units(r), mixed, mixed == 1 ? "has" : "have",
                         mixed == 1 ? "counts" : "count");
    page_add_text(d, PAGE_TEXT, "%s.", t.data);
    hl_strbuf_free(&t);
}

/* Of the intervals on the page, in per cent; NaN without any. */
static double level_of(const report_run *run)
{
    double level = run->binary_metrics.intervals ? run->binary_metrics.level : NAN;
    for (size_t k = 0; k < run->classes.n && isnan(level); k++)
        level = run->classes.of[k].intervals ? run->classes.of[k].level : NAN;
    return 100 * level;
}

void report_add_summary(page_doc *d, const report_run *run)
{
    const report_metrics *r = &run->metrics;
    const report_binary_metrics *bm = &run->binary_metrics;
    const hl_metrics *m = &r->m;
    char auroc[16], recall[32], where[64];
    format_auroc(report_auroc(r, bm), auroc);
    format_percent(r->m.macro.recall, recall);
    const bool all = strcmp(r->subset, "all") == 0;
    if (report_is_external(r))
        snprintf(where, sizeof where, "another collection");
    else
        snprintf(where, sizeof where, all ? "all subsets" : "the %.40s subset", r->subset);
    page_add_text(d, PAGE_LEAD,
                  "%s, measured on the %" PRIu64 " %s of %s: accuracy %.1f" PAGE_PERCENT
                  ", macro average recall %s, %sAUROC %s%s%s. Always predicting the most frequent "
                  "class would have an accuracy of "
                  "%.1f" PAGE_PERCENT ".",
                  report_paper_model_name(r), m->n, report_units(r), where, 100 * m->accuracy,
                  recall, bm->positive ? "" : "mean ", auroc, bm->positive ? " for " : "",
                  bm->positive ? bm->positive : "", 100 * r->baseline);
    add_unit(d, r);
    page_add_text(
        d, PAGE_NOTE,
        "Research software, not a medical device: do not use it to diagnose or treat patients.");
    add_stats(d, run);
    if (isfinite(level_of(run)))
        page_add_text(d, PAGE_NOTE,
                      "Below each metric: its %.0f" PAGE_PERCENT " confidence interval.",
                      level_of(run));
}
