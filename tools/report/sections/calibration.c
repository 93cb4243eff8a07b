/* SPDX-License-Identifier: BSD-2-Clause */
/* Calibration: the effect of temperature scaling, and the reliability curve. */
#include "../plot/plot.h"
#include "base/mem.h"
#include "sections.h"
#include "stats/score_interval.h"

#include <math.h>
#include <stdlib.h>

/* The points of the reliability curve: bins that contain images. */
typedef struct bins {
    size_t n;
    double *p, *observed, *lo, *hi, images;
} bins;

static bins filled_bins(const report_curve *c)
{
    bins b = {0};
    b.p = hl_malloc(c->n, sizeof *b.p);
    b.observed = hl_malloc(c->n, sizeof *b.observed);
    b.lo = hl_malloc(c->n, sizeof *b.lo);
    b.hi = hl_malloc(c->n, sizeof *b.hi);
    for (size_t i = 0; i < c->n; i++) {
        if (!(c->count[i] > 0) || !isfinite(c->mean_p[i]) || !isfinite(c->observed[i]))
            continue;
        b.p[b.n] = c->mean_p[i];
        b.observed[b.n] = c->observed[i];
        const hl_interval w = hl_wilson(c->observed[i], c->patients ? c->patients[i] : c->count[i]);
        b.lo[b.n] = w.lo;
        b.hi[b.n] = w.hi;
        b.images += c->count[i];
        b.n++;
    }
    return b;
}

static void free_bins(bins *b)
{
    free(b->p);
    free(b->observed);
    free(b->lo);
    free(b->hi);
}

static int draw(page_doc *d, const report_metrics *r, const report_binary_metrics *bm,
                const bins *b, hl_err *e)
{
    static const double ends[] = {0, 1};
    const report_plot_series series[] = {
        {.name = "perfect calibration",
         .x = ends,
         .y = ends,
         .n = 2,
         .colour = REPORT_PLOT_GREY,
         .dash = 1},
        {.name = NULL, .x = b->p, .y = b->observed, .n = b->n, .colour = 0},
        {.name = "this model",
         .style = REPORT_PLOT_ERRORS,
         .x = b->p,
         .y = b->observed,
         .lo = b->lo,
         .hi = b->hi,
         .n = b->n,
         .colour = 0},
    };
    report_plot p = report_plot_unit_square("reliability", "mean predicted probability",
                                            "observed fraction", "outside top center horizontal");
    p.series = series;
    p.nseries = 3;
    hl_strbuf alt = {0};
    hl_strbuf_printf(&alt,
                     "%.0f %s in %zu groups of similar predicted probability of %s: mean predicted "
                     "probability and observed fraction. Bars: Wilson 95" PAGE_PERCENT
                     " confidence intervals%s.",
                     b->images, report_units(r), b->n, bm->positive,
                     bm->reliability.patients ? " over patients" : "");
    const double ece = report_real(bm->binary, "ece");
    if (isfinite(ece))
        hl_strbuf_printf(&alt, " The expected calibration error is %.3f.", ece);
    const int status = report_plot_add(d, &p, "Reliability", alt.data, e);
    hl_strbuf_free(&alt);
    return status;
}

/* Without a positive class, only the log loss is there. */
static void add_pair(page_table *t, const char *name, const report_before_after *pair)
{
    if (!isfinite(pair->before) && !isfinite(pair->after))
        return;
    page_add_cell(t, "%s", name);
    page_add_number(t, pair->before);
    page_add_number(t, pair->after);
}

static void list_before_after(page_doc *d, const report_binary_metrics *bm)
{
    hl_strbuf caption = {0};
    hl_strbuf_printf(&caption,
                     "Before and after temperature scaling with temperature %.3f, which was fitted "
                     "on the validation images. Smaller is better.",
                     bm->temperature);
    page_table *t = page_add_table(d, caption.data);
    hl_strbuf_free(&caption);
    page_add_column(t, "Metric", PAGE_COL_TEXT);
    page_add_column(t, "Before", PAGE_COL_NUMBER);
    page_add_column(t, "After", PAGE_COL_NUMBER);
    add_pair(t, "Log loss", &bm->log_loss);
    add_pair(t, "Brier score", &bm->brier);
    add_pair(t, "Expected calibration error", &bm->ece);
}

int report_add_calibration(page_doc *d, const report_metrics *r, const report_binary_metrics *bm,
                           hl_err *e)
{
    bins b = filled_bins(&bm->reliability);
    int status = 0;
    if (b.n || bm->is_calibrated)
        page_add_text(d, PAGE_SECTION, "Calibration%s%s", bm->positive ? " for " : "",
                      bm->positive ? bm->positive : "");
    if (bm->temperature_note) {
        char *sentence = page_sentence(bm->temperature_note);
        page_add_text(d, PAGE_TEXT, "%s", sentence);
        free(sentence);
    }
    if (bm->is_calibrated && !report_lacks_temperature(bm))
        list_before_after(d, bm);
    if (b.n && bm->positive)
        status = draw(d, r, bm, &b, e);
    free_bins(&b);
    return status;
}
