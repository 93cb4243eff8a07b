/* SPDX-License-Identifier: BSD-2-Clause */
/* Several models beside each other and beside the paper's Table 1. */
#include "compare.h"

#include "../plot/plot.h"
#include "../read/paper.h"
#include "../read/provenance_entry.h"
#include "../read/rates.h"
#include "../sections/metric_table.h"
#include "../sections/sections.h"
#include "base/mem.h"
#include "format/string_list.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool same_images(const report_metrics *a, const report_metrics *b)
{
    const json_t *x = chain_find(a->chain, "split"), *y = chain_find(b->chain, "split");
    const bool same_split = x && y ? json_equal(x, y) : x == y;
    return same_split && a->m.n == b->m.n && strcmp(a->subset, b->subset) == 0;
}

void label_runs(report_run *runs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *name = paper_model_name(&runs[i].metrics);
        hl_text label = {0};
        size_t before = 0, all = 0;
        for (size_t j = 0; j < n; j++) {
            const bool same = strcmp(paper_model_name(&runs[j].metrics), name) == 0;
            before += same && j < i;
            all += same;
        }
        hl_text_puts(&label, name);
        if (all > 1)
            hl_text_printf(&label, " (%zu)", before + 1);
        runs[i].label = label.data;
    }
}

/* ---- warnings, each once ---- */

static bool says(const doc_block *b, const char *text)
{
    for (size_t i = 0; i < b->nwarnings; i++)
        if (strcmp(b->warnings[i].text, text) == 0)
            return true;
    return false;
}

/* With the names of all models that it is true of; doc_warn drops repetitions. */
static void warn_for_models(doc_block *b, const doc *each, const report_run *runs, size_t n,
                            const doc_warning *w)
{
    hl_text names = {0};
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (says(&each->blocks[i], w->text))
            hl_text_printf(&names, "%s%s", count++ ? ", " : "", runs[i].label);
    const char *of = count == n && n > 1 ? "All models" : names.data;
    if (w->alarm)
        doc_alarm(b, "%s: %s", of, w->text);
    else
        doc_warn(b, "%s: %s", of, w->text);
    hl_text_free(&names);
}

static void add_all_warnings(doc *d, const report_run *runs, size_t n)
{
    doc_block *b = doc_warnings(d);
    doc each = {0}; /* a block of warnings for each model */
    for (size_t i = 0; i < n; i++)
        warn_of_metrics(doc_warnings(&each), &runs[i].metrics, &runs[i].evidence);
    for (size_t i = 0; i < n; i++)
        for (size_t w = 0; w < each.blocks[i].nwarnings; w++)
            warn_for_models(b, &each, runs, n, &each.blocks[i].warnings[w]);
    doc_free(&each);
    for (size_t i = 1; i < n; i++)
        if (!same_images(&runs[0].metrics, &runs[i].metrics))
            doc_warn(b, "%s and %s were not measured on the same images.", runs[0].label,
                     runs[i].label);
}

/* ---- tables ---- */

static void add_paper_cells(doc_table *t, const paper_row *row)
{
    doc_add_cell(t, "%s", row ? row->macro_recall : "\xe2\x80\x93");
    doc_add_cell(t, "%s", row ? row->accuracy : "\xe2\x80\x93");
}

static void add_model(doc_table *t, const report_run *run)
{
    const report_metrics *r = &run->metrics;
    doc_add_cell(t, "%s", run->label);
    add_paper_cells(t, paper_find(r->space.backbone));
    doc_add_cell(t, "%.2f", 100 * r->m.macro.recall);
    doc_add_cell(t, "%.2f", 100 * r->m.accuracy);
    doc_add_cell(t, "%.2f", 100 * r->baseline);
    if (isfinite(r->m.auroc))
        doc_add_cell(t, "%.3f", r->m.auroc);
    else
        doc_add_cell(t, "undefined");
    doc_add_cell(t, "%" PRIu64, r->m.n);
}

static void add_lead(doc *d, const report_run *runs, size_t n)
{
    doc_say(d, DOC_LEAD, "%zu %s on %" PRIu64 " images of the %s subset.", n,
            n == 1 ? "model" : "models", runs[0].metrics.m.n, runs[0].metrics.subset);
    doc_say(d, DOC_NOTE,
            "Research software, not a medical device: do not diagnose or treat anyone by it.");
}

static void add_table(doc *d, const report_run *runs, size_t n)
{
    static const char *const columns[] = {"Paper: macro recall, %",
                                          "Paper: accuracy, %",
                                          "Macro recall, %",
                                          "Accuracy, %",
                                          "Constant answer, %",
                                          "AUROC",
                                          "Images"};
    doc_say(d, DOC_SECTION, "Table 1");
    doc_table *t =
        doc_add_table(d, "Macro average recall and accuracy, published and measured here. "
                         "The constant answer is the share of the most frequent class.");
    doc_add_column(t, "Model", COL_TEXT);
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        doc_add_column(t, columns[c], COL_NUMBER);
    for (size_t i = 0; i < n; i++)
        add_model(t, &runs[i]);
    doc_say(d, DOC_NOTE, "%s", paper_remark);
}

static void add_spaces(doc *d, const report_run *runs, size_t n)
{
    doc_say(d, DOC_SECTION, "Feature spaces");
    doc_table *t = doc_add_table(d, "What the features of each model are.");
    static const char *const columns[] = {"Input",  "Resampling", "Normalisation",
                                          "Cut at", "Pooling",    "Weights"};
    doc_add_column(t, "Model", COL_TEXT);
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        doc_add_column(t, columns[c], c < 1 ? COL_NUMBER : COL_TEXT);
    for (size_t i = 0; i < n; i++) {
        const hl_space *s = &runs[i].metrics.space;
        doc_add_cell(t, "%s", runs[i].label);
        doc_add_cell(t, "%" PRId64 " \xc3\x97 %" PRId64, s->height, s->width);
        doc_add_cell(t, "%s, %s", s->filter, s->fit);
        doc_add_cell(t, "%s", s->normalize);
        doc_add_cell(t, "%s", s->cut);
        doc_add_cell(t, "%s", s->pool);
        doc_add_cell(t, "%.19s", s->weights);
    }
}

/* Every figure of every model, with its interval. */
static void add_intervals(doc *d, const report_run *runs, size_t n)
{
    doc_say(d, DOC_SECTION, "Figures");
    doc_table *t = doc_add_table(d, "At the threshold 0.5, where a figure needs one; in brackets "
                                    "the intervals, as far as the metrics hold them.");
    doc_add_column(t, "Figure", COL_TEXT);
    for (size_t i = 0; i < n; i++)
        doc_add_column(t, runs[i].label, COL_NUMBER);
    for (size_t f = 0; f < figure_count(); f++) {
        bool any = false;
        for (size_t i = 0; i < n; i++)
            any |= isfinite(figure_value(&runs[i].metrics, &runs[i].evidence, f));
        if (!any)
            continue;
        doc_add_cell(t, "%s", figure_name(f));
        for (size_t i = 0; i < n; i++)
            add_figure_cell(t, &runs[i].metrics, &runs[i].evidence, f);
    }
}

/* ---- all ROC curves in one figure ---- */

/* Names from files never become gnuplot code: a model is called by its place in the tables, and by
 * its name where this program knows that. */
static void name_curve(const report_run *run, size_t place, hl_text *t)
{
    const paper_row *row = paper_find(run->metrics.space.backbone);
    hl_text_printf(t, "%zu. %s", place + 1, row ? row->model : "model");
}

static void describe_roc(const report_run *runs, size_t n, hl_text *t)
{
    hl_text_puts(t, "Areas under the curves:");
    for (size_t i = 0; i < n; i++)
        hl_text_printf(t, "%s %s %.3f", i ? "," : "", runs[i].label, runs[i].metrics.m.auroc);
    hl_text_puts(t, ".");
}

/* Takes over nothing; the rates must live until the figure is drawn. */
static int draw_overlay(doc *d, const report_run *runs, size_t n, report_rates *rates,
                        const bool *drawn, hl_err *e)
{
    static const double ends[] = {0, 1};
    plot_series *series = hl_calloc(n + 1, sizeof *series);
    hl_text *names = hl_calloc(n, sizeof *names), alt = {0};
    size_t curves = 1;
    series[0] = (plot_series){
        .name = "chance", .x = ends, .y = ends, .n = 2, .colour = PLOT_GREY, .dash = 1};
    for (size_t i = 0; i < n; i++) {
        if (!drawn[i])
            continue;
        report_rates *c = &rates[i];
        name_curve(&runs[i], i, &names[i]);
        series[curves++] = (plot_series){.name = names[i].data,
                                         .x = c->false_alarms,
                                         .y = c->sensitivity,
                                         .n = report_thin(c->false_alarms, c->sensitivity, c->n),
                                         .colour = (int)(i % PLOT_COLOURS),
                                         .dash = i ? (int)(i % 4) + 1 : 0};
    }
    plot p = plot_unit_square("roc", "1 - specificity", "sensitivity", "bottom right");
    p.series = series;
    p.nseries = curves;
    describe_roc(runs, n, &alt);
    const int status = plot_add(d, &p, "ROC curves of all models", alt.data, e);
    for (size_t i = 0; i < n; i++)
        hl_text_free(&names[i]);
    hl_text_free(&alt);
    free(names);
    free(series);
    return status;
}

static int add_overlay(doc *d, const report_run *runs, size_t n, hl_err *e)
{
    report_rates *rates = hl_calloc(n, sizeof *rates);
    bool *drawn = hl_calloc(n, sizeof *drawn), any = false;
    for (size_t i = 0; i < n; i++) {
        const report_run *run = &runs[i];
        drawn[i] = run->has.predictions &&
                   report_rates_of(&rates[i], &run->predictions, run->metrics.m.nclasses);
        any |= drawn[i];
    }
    int status = 0;
    if (any) {
        doc_say(d, DOC_SECTION, "ROC curves");
        status = draw_overlay(d, runs, n, rates, drawn, e);
    }
    for (size_t i = 0; i < n; i++)
        report_rates_free(&rates[i]);
    free(rates);
    free(drawn);
    return status;
}

/* Models of other classes answer another question. */
static int check_classes(const report_run *runs, size_t n, hl_err *e)
{
    const report_metrics *first = &runs[0].metrics;
    for (size_t i = 1; i < n; i++) {
        const report_metrics *r = &runs[i].metrics;
        if (hl_names_match((char *const *)first->classes, first->m.nclasses, first->file,
                           (char *const *)r->classes, r->m.nclasses, r->file, e))
            return -1;
    }
    return 0;
}

int compare_models(doc *d, const report_run *runs, size_t n, const char *tests, hl_err *e)
{
    if (check_classes(runs, n, e))
        return -1;
    add_all_warnings(d, runs, n);
    add_lead(d, runs, n);
    doc_add_contents(d);
    add_table(d, runs, n);
    add_intervals(d, runs, n);
    if (tests && add_differences(d, tests, e))
        return -1;
    if (add_overlay(d, runs, n, e))
        return -1;
    add_spaces(d, runs, n);
    add_disclaimer(d);
    return 0;
}
