/* SPDX-License-Identifier: BSD-2-Clause */
/* Discrimination of the positive class at all thresholds: ROC and precision-recall curves. */
#include "../plot/plot.h"
#include "base/mem.h"
#include "interval_text.h"
#include "sections.h"
#include "threshold_rates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The pointwise confidence band of a curve; added first, so that the curve is drawn over it. */
static size_t add_band(report_plot_series *series, size_t n, const report_curve *band)
{
    if (band->n == 0)
        return n;
    series[n] = (report_plot_series){.name = "95 % interval",
                                     .style = REPORT_PLOT_BAND,
                                     .x = band->x,
                                     .lo = band->lo,
                                     .hi = band->hi,
                                     .n = band->n,
                                     .colour = 0};
    return n + 1;
}

static void describe_interval(const report_binary_metrics *bm, const char *key, hl_strbuf *t)
{
    const report_interval i = report_interval_in(bm->intervals, bm->methods, key);
    if (!report_has_interval(i))
        return;
    hl_strbuf_printf(t, " (%.0f" PAGE_PERCENT " interval ", 100 * bm->level);
    report_put_interval(t, i);
    hl_strbuf_puts(t, ")");
}

/* ---- ROC ---- */

/* The operating points that have a threshold, sensitivity and specificity. */
typedef struct marks {
    size_t n;
    double *x, *y; /* [n] */
} marks;

static marks operating_marks(const report_binary_metrics *bm)
{
    const size_t n = json_array_size(bm->operating_points);
    marks m = {0, hl_malloc(n + 1, sizeof(double)), hl_malloc(n + 1, sizeof(double))};
    for (size_t i = 0; i < n; i++) {
        const json_t *point = json_array_get(bm->operating_points, i);
        const json_t *o = json_object_get(point, "measured");
        if (!isfinite(report_threshold(point)))
            continue;
        m.x[m.n] = 1 - report_real(o, "specificity");
        m.y[m.n] = report_real(o, "sensitivity");
        m.n += isfinite(m.x[m.n]) && isfinite(m.y[m.n]);
    }
    return m;
}

static void describe_roc(const report_metrics *r, const report_binary_metrics *bm, hl_strbuf *t)
{
    hl_strbuf_printf(t, "The area under the curve is %.3f", report_auroc(r, bm));
    describe_interval(bm, "auroc", t);
    hl_strbuf_printf(t,
                     ". %s, the sensitivity for %s is %.1f" PAGE_PERCENT
                     " and the specificity is %.1f" PAGE_PERCENT ".",
                     r->m.nclasses == 2 ? "At the threshold 0.5" : "By the largest probability",
                     bm->positive, 100 * report_sensitivity(r, bm),
                     100 * report_specificity(r, bm));
}

/* The data of the ROC plot; the series point into it. */
typedef struct roc {
    double *x, *y;
    double false_positives, true_positives; /* rates of the predicted classes */
    marks marks;
    report_plot_series series[5];
    size_t n;
} roc;

static void make_roc(roc *c, const report_metrics *r, const report_binary_metrics *bm,
                     const report_rates *rates)
{
    static const double ends[] = {0, 1};
    const size_t bytes = rates->n * sizeof(double);
    *c = (roc){.x = hl_malloc(bytes, 1),
               .y = hl_malloc(bytes, 1),
               .false_positives = 1 - report_specificity(r, bm),
               .true_positives = report_sensitivity(r, bm),
               .marks = operating_marks(bm)};
    memcpy(c->x, rates->false_alarms, bytes);
    memcpy(c->y, rates->sensitivity, bytes);
    const size_t points = report_thin(c->x, c->y, rates->n);
    c->n = add_band(c->series, 0, &bm->roc_band);
    c->series[c->n++] = (report_plot_series){
        .name = "chance", .x = ends, .y = ends, .n = 2, .colour = REPORT_PLOT_GREY, .dash = 1};
    c->series[c->n++] =
        (report_plot_series){.name = "this model", .x = c->x, .y = c->y, .n = points, .colour = 0};
    if (c->marks.n)
        c->series[c->n++] = (report_plot_series){.name = "operating points",
                                                 .style = REPORT_PLOT_POINTS,
                                                 .x = c->marks.x,
                                                 .y = c->marks.y,
                                                 .n = c->marks.n,
                                                 .colour = 2};
    c->series[c->n++] = (report_plot_series){.name = r->m.nclasses == 2 ? "at threshold 0.5"
                                                                        : "largest probability",
                                             .style = REPORT_PLOT_POINTS,
                                             .x = &c->false_positives,
                                             .y = &c->true_positives,
                                             .n = 1,
                                             .colour = 1};
}

static void free_roc(roc *c)
{
    free(c->x);
    free(c->y);
    free(c->marks.x);
    free(c->marks.y);
}

/* A good curve is squeezed into this corner. */
static int draw_corner(page_doc *d, const roc *c, hl_err *e)
{
    report_plot p =
        report_plot_unit_square("roc-corner", "1 - specificity", "sensitivity", "bottom right");
    p.series = c->series;
    p.nseries = c->n;
    p.xmax = 0.2;
    p.ymin = 0.8;
    p.xstep = p.ystep = 0.05;
    hl_strbuf svg = {0};
    const int status = report_plot_svg(&p, &svg, e);
    if (status == 0)
        page_add_figure(d, p.id, "ROC curve, upper left corner",
                        "The same curve where specificity and sensitivity are at least 0.8.",
                        svg.data, NULL);
    hl_strbuf_free(&svg);
    return status;
}

static int draw_roc(page_doc *d, const report_metrics *r, const report_binary_metrics *bm,
                    const report_rates *rates, hl_err *e)
{
    roc c;
    make_roc(&c, r, bm, rates);
    report_plot p =
        report_plot_unit_square("roc", "1 - specificity", "sensitivity", "bottom right");
    p.series = c.series;
    p.nseries = c.n;
    hl_strbuf alt = {0};
    describe_roc(r, bm, &alt);
    int status = report_plot_add(d, &p, "ROC curve", alt.data, e);
    if (status == 0 && report_auroc(r, bm) > 0.9)
        status = draw_corner(d, &c, e);
    hl_strbuf_free(&alt);
    free_roc(&c);
    return status;
}

/* ---- precision and recall ---- */

/* A step curve: the precision of each point holds down to the recall of the point before. */
static size_t pr_steps(const report_rates *c, double *x, double *y)
{
    size_t n = 0;
    for (size_t i = 2; i < c->n; i += 2) { /* the points after each score */
        x[n] = c->sensitivity[i - 2];
        y[n++] = c->precision[i];
        x[n] = c->sensitivity[i];
        y[n++] = c->precision[i];
    }
    return report_thin(x, y, n);
}

static void describe_pr(const report_binary_metrics *bm, double prevalence, hl_strbuf *t)
{
    const double ap = report_real(bm->binary, "average_precision");
    if (isfinite(ap)) {
        hl_strbuf_printf(t, "The average precision is %.3f", ap);
        describe_interval(bm, "average_precision", t);
        hl_strbuf_puts(t, ". ");
    }
    hl_strbuf_printf(t,
                     "Precision is the fraction of those predicted as %s that are %s. A random "
                     "ranking would have a precision of %.1f" PAGE_PERCENT ", the prevalence here.",
                     bm->positive, bm->positive, 100 * prevalence);
}

static int draw_pr(page_doc *d, const report_binary_metrics *bm, const report_rates *c, hl_err *e)
{
    static const double ends[] = {0, 1};
    const double prevalence = c->positives / (c->positives + c->negatives);
    const double random[] = {prevalence, prevalence};
    double *x = hl_malloc(c->n, sizeof *x), *y = hl_malloc(c->n, sizeof *y);
    const size_t points = pr_steps(c, x, y);
    report_plot_series series[3];
    size_t n = add_band(series, 0, &bm->pr_band);
    series[n++] = (report_plot_series){
        .name = "chance", .x = ends, .y = random, .n = 2, .colour = REPORT_PLOT_GREY, .dash = 1};
    series[n++] =
        (report_plot_series){.name = "this model", .x = x, .y = y, .n = points, .colour = 0};
    report_plot p =
        report_plot_unit_square("pr", "recall (sensitivity)", "precision (PPV)", "bottom left");
    p.series = series;
    p.nseries = n;
    hl_strbuf alt = {0};
    describe_pr(bm, prevalence, &alt);
    const int status = report_plot_add(d, &p, "Precision and recall", alt.data, e);
    hl_strbuf_free(&alt);
    free(x);
    free(y);
    return status;
}

int report_add_discrimination(page_doc *d, const report_metrics *r, const report_binary_metrics *bm,
                              const hl_predictions *p, hl_err *e)
{
    /* Several classes without a positive one have their curves in another section. */
    report_rates c;
    if (!report_rates_of(&c, p, bm->cls))
        return 0;
    page_add_text(d, PAGE_SECTION, "Sensitivity and specificity for %s", bm->positive);
    const int status = draw_roc(d, r, bm, &c, e) || draw_pr(d, bm, &c, e) ? -1 : 0;
    report_rates_free(&c);
    return status;
}
