/* SPDX-License-Identifier: BSD-2-Clause */
/* A page that compares several models with each other and with the paper's Table 1. */
#include "compare.h"

#include "../plot/plot.h"
#include "../read/provenance_entry.h"
#include "../sections/metric_table.h"
#include "../sections/paper.h"
#include "../sections/sections.h"
#include "../sections/threshold_rates.h"
#include "base/mem.h"
#include "format/string_list.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool same_images(const report_metrics *a, const report_metrics *b)
{
    const json_t *x = report_step_of_data(a, "split"), *y = report_step_of_data(b, "split");
    const bool same_split = x && y ? json_equal(x, y) : x == y;
    return same_split && a->rule.unit == b->rule.unit && a->m.n == b->m.n &&
           strcmp(a->subset, b->subset) == 0;
}

void report_label_runs(report_run *runs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *name = report_paper_model_name(&runs[i].metrics);
        hl_strbuf label = {0};
        size_t before = 0, all = 0;
        for (size_t j = 0; j < n; j++) {
            const bool same = strcmp(report_paper_model_name(&runs[j].metrics), name) == 0;
            before += same && j < i;
            all += same;
        }
        hl_strbuf_puts(&label, name);
        if (all > 1)
            hl_strbuf_printf(&label, " (%zu)", before + 1);
        runs[i].label = label.data;
    }
}

/* ---- warnings, each of them once ---- */

static bool has_warning(const page_block *b, const char *text)
{
    for (size_t i = 0; i < b->nwarnings; i++)
        if (strcmp(b->warnings[i].text, text) == 0)
            return true;
    return false;
}

/* Adds a warning with the names of all models to which it applies; page_warn drops repetitions. */
static void warn_for_models(page_block *b, const page_doc *each, const report_run *runs, size_t n,
                            const page_warning *w)
{
    hl_strbuf names = {0};
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (has_warning(&each->blocks[i], w->text))
            hl_strbuf_printf(&names, "%s%s", count++ ? ", " : "", runs[i].label);
    const char *models = count == n && n > 1 ? "All models" : names.data;
    if (w->alarm)
        page_alarm(b, "%s: %s", models, w->text);
    else
        page_warn(b, "%s: %s", models, w->text);
    hl_strbuf_free(&names);
}

static void add_all_warnings(page_doc *d, const report_run *runs, size_t n)
{
    page_block *b = page_warnings(d);
    page_doc each = {0}; /* a block of warnings for each model */
    for (size_t i = 0; i < n; i++)
        report_warn_of_metrics(page_warnings(&each), &runs[i].metrics, &runs[i].binary_metrics);
    for (size_t i = 0; i < n; i++)
        for (size_t w = 0; w < each.blocks[i].nwarnings; w++)
            warn_for_models(b, &each, runs, n, &each.blocks[i].warnings[w]);
    page_free(&each);
    for (size_t i = 1; i < n; i++)
        if (!same_images(&runs[0].metrics, &runs[i].metrics))
            page_warn(b, "%s and %s were not measured on the same images.", runs[0].label,
                      runs[i].label);
}

/* ---- tables ---- */

static void add_paper_cells(page_table *t, const report_paper_row *row)
{
    page_add_cell(t, "%s", row ? row->macro_recall : "\xe2\x80\x93");
    page_add_cell(t, "%s", row ? row->accuracy : "\xe2\x80\x93");
}

static void add_model(page_table *t, const report_run *run)
{
    const report_metrics *r = &run->metrics;
    page_add_cell(t, "%s", run->label);
    add_paper_cells(t, report_paper_find(r->feature_space.backbone));
    report_add_percent(t, r->m.macro.recall);
    page_add_cell(t, "%.2f", 100 * r->m.accuracy);
    page_add_cell(t, "%.2f", 100 * r->baseline);
    const double auroc = report_auroc(r, &run->binary_metrics);
    if (isfinite(auroc))
        page_add_cell(t, "%.3f", auroc);
    else
        page_add_cell(t, "undefined");
    page_add_cell(t, "%" PRIu64, r->m.n);
}

static void add_lead(page_doc *d, const report_run *runs, size_t n)
{
    uint64_t least = runs[0].metrics.m.n, most = least;
    for (size_t i = 1; i < n; i++) {
        least = runs[i].metrics.m.n < least ? runs[i].metrics.m.n : least;
        most = runs[i].metrics.m.n > most ? runs[i].metrics.m.n : most;
    }
    const char *models = n == 1 ? "model" : "models", *units = report_units(&runs[0].metrics);
    if (least == most)
        page_add_text(d, PAGE_LEAD, "%zu %s on %" PRIu64 " %s of the %s subset.", n, models, least,
                      units, runs[0].metrics.subset);
    else
        page_add_text(d, PAGE_LEAD, "%zu %s on different sets, of %" PRIu64 " to %" PRIu64 " %s.",
                      n, models, least, most, units);
    page_add_text(
        d, PAGE_NOTE,
        "Research software, not a medical device: do not use it to diagnose or treat patients.");
}

static void add_table(page_doc *d, const report_run *runs, size_t n)
{
    char *auroc = report_auroc_name(&runs[0].binary_metrics);
    const char *const columns[] = {"Paper: macro recall, %",
                                   "Paper: accuracy, %",
                                   "Macro recall, %",
                                   "Accuracy, %",
                                   "Majority-class baseline, %",
                                   auroc,
                                   hl_unit_titles[runs[0].metrics.rule.unit]};
    page_add_text(d, PAGE_SECTION, "Table 1");
    page_table *t =
        page_add_table(d, "Macro average recall and accuracy, as published and as measured here. "
                          "The majority-class baseline is the accuracy of always predicting the "
                          "most frequent class.");
    page_add_column(t, "Model", PAGE_COL_TEXT);
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        page_add_column(t, columns[c], PAGE_COL_NUMBER);
    free(auroc);
    for (size_t i = 0; i < n; i++)
        add_model(t, &runs[i]);
    page_add_text(d, PAGE_NOTE, "%s", report_paper_remark);
}

static void add_spaces(page_doc *d, const report_run *runs, size_t n)
{
    page_add_text(d, PAGE_SECTION, "Feature spaces");
    page_table *t = page_add_table(d, "How the features of each model are computed.");
    static const char *const columns[] = {"Input",         "Resampling", "Normalisation",
                                          "Feature layer", "Pooling",    "Weights"};
    page_add_column(t, "Model", PAGE_COL_TEXT);
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        page_add_column(t, columns[c], c < 1 ? PAGE_COL_NUMBER : PAGE_COL_TEXT);
    for (size_t i = 0; i < n; i++) {
        const hl_feature_space *s = &runs[i].metrics.feature_space;
        page_add_cell(t, "%s", runs[i].label);
        page_add_cell(t, "%" PRId64 " \xc3\x97 %" PRId64, s->height, s->width);
        page_add_cell(t, "%s, %s", s->filter, s->fit);
        page_add_cell(t, "%s", s->normalize);
        page_add_cell(t, "%s", s->feature_layer);
        page_add_cell(t, "%s", s->pool);
        page_add_cell(t, "%.19s", s->weights);
    }
}

/* All metrics of all models, with their confidence intervals. */
static void add_metrics(page_doc *d, const report_run *runs, size_t n)
{
    const report_metrics *first = &runs[0].metrics;
    const char *positive = runs[0].binary_metrics.positive;
    hl_strbuf caption = {0};
    page_add_text(d, PAGE_SECTION, "Metrics");
    if (positive)
        hl_strbuf_printf(&caption, "The positive class is %s. ", positive);
    hl_strbuf_printf(&caption, "%s; in brackets, confidence intervals if the run has them.",
                     first->m.nclasses == 2 ? "At the threshold 0.5 where a metric needs one"
                                            : "By the largest probability");
    page_table *t = page_add_table(d, caption.data);
    hl_strbuf_free(&caption);
    page_add_column(t, "Metric", PAGE_COL_TEXT);
    for (size_t i = 0; i < n; i++)
        page_add_column(t, runs[i].label, PAGE_COL_NUMBER);
    for (size_t m = 0; m < report_metric_count(); m++) {
        bool any = false;
        for (size_t i = 0; i < n; i++)
            any |= isfinite(report_metric_value(&runs[i].metrics, &runs[i].binary_metrics, m));
        if (!any)
            continue;
        page_add_cell(t, "%s", report_metric_name(&runs[0].binary_metrics, m));
        for (size_t i = 0; i < n; i++)
            report_add_metric_cell(t, &runs[i], m);
    }
}

/* ---- all ROC curves in one figure ---- */

/* Names from files must not become gnuplot code: a curve is labelled with the model's position in
 * the tables, and with its name if it is one of the paper's. */
static void name_curve(const report_run *run, size_t place, hl_strbuf *t)
{
    const report_paper_row *row = report_paper_find(run->metrics.feature_space.backbone);
    hl_strbuf_printf(t, "%zu. %s", place + 1, row ? row->model : "model");
}

static void describe_roc(const report_run *runs, size_t n, hl_strbuf *t)
{
    const char *positive = runs[0].binary_metrics.positive;
    hl_strbuf_printf(t, "Areas under the curves%s%s:", positive ? " for " : "",
                     positive ? positive : "");
    for (size_t i = 0; i < n; i++)
        hl_strbuf_printf(t, "%s %s %.3f", i ? "," : "", runs[i].label,
                         report_auroc(&runs[i].metrics, &runs[i].binary_metrics));
    hl_strbuf_puts(t, ".");
}

/* Thins the rates in place. */
static int draw_overlay(page_doc *d, const report_run *runs, size_t n, report_rates *rates,
                        const bool *drawn, hl_err *e)
{
    static const double ends[] = {0, 1};
    report_plot_series *series = hl_calloc(n + 1, sizeof *series);
    hl_strbuf *names = hl_calloc(n, sizeof *names), alt = {0};
    size_t curves = 1;
    series[0] = (report_plot_series){
        .name = "chance", .x = ends, .y = ends, .n = 2, .colour = REPORT_PLOT_GREY, .dash = 1};
    for (size_t i = 0; i < n; i++) {
        if (!drawn[i])
            continue;
        report_rates *c = &rates[i];
        name_curve(&runs[i], i, &names[i]);
        series[curves++] =
            (report_plot_series){.name = names[i].data,
                                 .x = c->false_alarms,
                                 .y = c->sensitivity,
                                 .n = report_thin(c->false_alarms, c->sensitivity, c->n),
                                 .colour = (int)(i % REPORT_PLOT_COLOURS),
                                 .dash = i ? (int)(i % 4) + 1 : 0};
    }
    report_plot p =
        report_plot_unit_square("roc", "1 - specificity", "sensitivity", "bottom right");
    p.series = series;
    p.nseries = curves;
    describe_roc(runs, n, &alt);
    const int status = report_plot_add(d, &p, "ROC curves of all models", alt.data, e);
    for (size_t i = 0; i < n; i++)
        hl_strbuf_free(&names[i]);
    hl_strbuf_free(&alt);
    free(names);
    free(series);
    return status;
}

static int add_overlay(page_doc *d, const report_run *runs, size_t n, hl_err *e)
{
    report_rates *rates = hl_calloc(n, sizeof *rates);
    bool *drawn = hl_calloc(n, sizeof *drawn), any = false;
    for (size_t i = 0; i < n; i++) {
        const report_run *run = &runs[i];
        drawn[i] = run->has.predictions &&
                   report_rates_of(&rates[i], &run->predictions, run->binary_metrics.cls);
        any |= drawn[i];
    }
    int status = 0;
    if (any) {
        page_add_text(d, PAGE_SECTION, "ROC curves");
        status = draw_overlay(d, runs, n, rates, drawn, e);
    }
    for (size_t i = 0; i < n; i++)
        report_rates_free(&rates[i]);
    free(rates);
    free(drawn);
    return status;
}

static const char *positive_of(const report_run *run)
{
    return run->binary_metrics.positive ? run->binary_metrics.positive : "none";
}

/* Models with different classes answer different questions. */
static int check_classes(const report_run *runs, size_t n, hl_err *e)
{
    const report_metrics *first = &runs[0].metrics;
    for (size_t i = 1; i < n; i++) {
        const report_metrics *r = &runs[i].metrics;
        if (hl_string_list_match((char *const *)first->classes, first->m.nclasses, first->file,
                                 (char *const *)r->classes, r->m.nclasses, r->file, e))
            return -1;
        if (runs[i].binary_metrics.cls != runs[0].binary_metrics.cls)
            return hl_fail(e, "positive classes differ: %s has '%s', %s has '%s'", first->file,
                           positive_of(&runs[0]), r->file, positive_of(&runs[i]));
    }
    return 0;
}

int report_compare_models(page_doc *d, const report_run *runs, size_t n, const char *tests,
                          hl_err *e)
{
    if (check_classes(runs, n, e))
        return -1;
    add_all_warnings(d, runs, n);
    add_lead(d, runs, n);
    page_add_contents(d);
    add_table(d, runs, n);
    add_metrics(d, runs, n);
    if (tests && report_add_differences(d, tests, e))
        return -1;
    if (add_overlay(d, runs, n, e))
        return -1;
    add_spaces(d, runs, n);
    report_add_disclaimer(d);
    return 0;
}
