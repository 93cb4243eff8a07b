/* SPDX-License-Identifier: BSD-2-Clause */
/* Loss and accuracy by epoch. */
#include "../plot/plot.h"
#include "sections.h"

#include <math.h>

typedef struct curve {
    const char *name, *title; /* name: also the axis label and the start of the plot's id */
    int train, val;           /* columns of the history */
    bool is_fraction;         /* an accuracy, from 0 to 1 */
} curve;

/* Smallest and largest finite value; false if there is none. */
static bool range_of(const double *v, size_t n, double *lo, double *hi)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(v[i]))
            continue;
        *lo = any ? fmin(*lo, v[i]) : v[i];
        *hi = any ? fmax(*hi, v[i]) : v[i];
        any = true;
    }
    return any;
}

static void set_ranges(report_plot *p, const report_history *h, const curve *c)
{
    double lo = 0, hi = 1, val_lo, val_hi;
    range_of(h->value[c->train], h->n, &lo, &hi);
    if (range_of(h->value[c->val], h->n, &val_lo, &val_hi)) {
        lo = fmin(lo, val_lo);
        hi = fmax(hi, val_hi);
    }
    p->ymin = c->is_fraction ? fmax(0, floor(lo * 20 - 0.2) / 20) : fmin(0, 1.05 * lo);
    p->ymax = c->is_fraction ? 1 : (hi > 0 ? 1.05 * hi : 1);
    p->xmin = h->epoch[0];
    p->xmax = h->epoch[h->n - 1];
    if (h->n == 1) {
        p->xmin -= 1;
        p->xmax += 1;
    }
    p->xstep = fmax(1, report_plot_step(p->xmax - p->xmin, 8)); /* epochs are integers */
    p->ystep = report_plot_step(p->ymax - p->ymin, 6);
}

static double last_value(const double *v, size_t n)
{
    return n ? v[n - 1] : NAN;
}

static void describe(const report_history *h, const curve *c, bool has_val, hl_strbuf *t)
{
    const double *train = h->value[c->train];
    hl_strbuf_printf(t, "Training %s: %.3f after the first epoch, %.3f after the last of %zu",
                     c->name, train[0], last_value(train, h->n), h->n);
    if (has_val)
        hl_strbuf_printf(t, "; validation %s: %.3f and %.3f", c->name, h->value[c->val][0],
                         last_value(h->value[c->val], h->n));
    hl_strbuf_puts(t, ".");
}

static int add_curve(page_doc *d, const report_history *h, const curve *c, const char *suffix,
                     hl_err *e)
{
    double lo, hi;
    const bool has_val = range_of(h->value[c->val], h->n, &lo, &hi);
    const report_plot_style style = h->n <= 40 ? REPORT_PLOT_MARKED_LINE : REPORT_PLOT_LINE;
    const report_plot_series series[] = {
        {.name = "training",
         .x = h->epoch,
         .y = h->value[c->train],
         .n = h->n,
         .style = style,
         .colour = 0},
        {.name = "validation",
         .x = h->epoch,
         .y = h->value[c->val],
         .n = h->n,
         .style = style,
         .colour = 1,
         .dash = 1},
    };
    hl_strbuf id = {0}, alt = {0};
    hl_strbuf_printf(&id, "%s%s", c->name, suffix);
    report_plot p = {.id = id.data,
                     .xlabel = "epoch",
                     .ylabel = c->name,
                     .key = c->is_fraction ? "bottom right" : "top right",
                     .series = series,
                     .nseries = has_val ? 2 : 1};
    set_ranges(&p, h, c);
    describe(h, c, has_val, &alt);
    const int status = report_plot_add(d, &p, c->title, alt.data, e);
    hl_strbuf_free(&alt);
    hl_strbuf_free(&id);
    return status;
}

int report_add_curves(page_doc *d, const report_history *h, const char *suffix, hl_err *e)
{
    static const curve loss = {"loss", "Loss", REPORT_HISTORY_LOSS, REPORT_HISTORY_VAL_LOSS, false};
    static const curve accuracy = {"accuracy", "Accuracy", REPORT_HISTORY_ACCURACY,
                                   REPORT_HISTORY_VAL_ACCURACY, true};
    return add_curve(d, h, &loss, suffix, e) || add_curve(d, h, &accuracy, suffix, e) ? -1 : 0;
}

int report_add_training(page_doc *d, const report_metrics *r, const report_history *h, hl_err *e)
{
    page_add_text(d, PAGE_SECTION, "Learning curves");
    if (r->rule.unit != HL_UNIT_IMAGE)
        page_add_text(d, PAGE_TEXT,
                      "The head is trained on images: these curves are of images, "
                      "not of %s.",
                      report_units(r));
    return report_add_curves(d, h, "", e);
}
