/* SPDX-License-Identifier: BSD-2-Clause */
/* The value of a ranked worklist: cases found against the fraction of the list that is read. */
#include "../plot/plot.h"
#include "interval_text.h"
#include "sections.h"

#include <math.h>

/* The point nearest to a fraction of the list. */
static size_t nearest(const report_curve *c, double fraction)
{
    size_t best = 0;
    for (size_t i = 1; i < c->n; i++)
        if (fabs(c->x[i] - fraction) < fabs(c->x[best] - fraction))
            best = i;
    return best;
}

static void describe(const char *units, const char *positive, const report_curve *c, hl_strbuf *t)
{
    const size_t i = nearest(c, 0.5);
    hl_strbuf_printf(
        t,
        "If the %s are read in order of falling probability of %s, the first %.0f" PAGE_PERCENT
        " of the list contain %.1f" PAGE_PERCENT " of all %s %s",
        units, positive, 100 * c->x[i], 100 * c->y[i], positive, units);
    if (isfinite(c->lo[i]) && isfinite(c->hi[i])) {
        const int digits = report_interval_digits(100 * c->lo[i], 100 * c->hi[i], 1);
        hl_strbuf_printf(t, " (95" PAGE_PERCENT " interval %.*f to %.*f)", digits, 100 * c->lo[i],
                         digits, 100 * c->hi[i]);
    }
    hl_strbuf_puts(t, ". The dotted line is the best possible order, the dashed line a random "
                      "one.");
}

int report_add_triage(page_doc *d, const report_metrics *r, const report_binary_metrics *bm,
                      hl_err *e)
{
    const report_curve *c = &bm->triage;
    if (c->n == 0 || !bm->positive)
        return 0;
    static const double ends[] = {0, 1};
    const double prevalence = (double)r->m.classes[bm->cls].support / (double)r->m.n;
    const double best_x[] = {0, prevalence, 1}, best_y[] = {0, 1, 1};
    const report_plot_series series[] = {
        {.name = "95 % interval",
         .style = REPORT_PLOT_BAND,
         .x = c->x,
         .lo = c->lo,
         .hi = c->hi,
         .n = c->n,
         .colour = 0},
        {.name = "best possible", .x = best_x, .y = best_y, .n = 3, .colour = 2, .dash = 2},
        {.name = "random order",
         .x = ends,
         .y = ends,
         .n = 2,
         .colour = REPORT_PLOT_GREY,
         .dash = 1},
        {.name = "this model", .x = c->x, .y = c->y, .n = c->n, .colour = 0},
    };
    report_plot p = report_plot_unit_square("triage", "fraction of the list read",
                                            "fraction of cases found", "bottom right");
    p.series = series;
    p.nseries = 4;
    page_add_text(d, PAGE_SECTION, "Triage for %s", bm->positive);
    hl_strbuf alt = {0};
    describe(report_units(r), bm->positive, c, &alt);
    const int status =
        report_plot_add(d, &p, "Cases found when the list is read from the top", alt.data, e);
    hl_strbuf_free(&alt);
    return status;
}
