/* SPDX-License-Identifier: BSD-2-Clause */
/* The figures: learning curves, ROC curve, choice of threshold. */
#include "../common/mem.h"
#include "plot.h"
#include "sections.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int draw(doc *d, const plot *p, const char *title, const char *alt, hl_err *e)
{
    hl_text svg = {0};
    const int status = plot_svg(p, &svg, e);
    if (status == 0)
        doc_add_figure(d, p->id, title, alt, svg.data, NULL);
    hl_text_free(&svg);
    return status;
}

/* ---- learning curves ---- */

typedef struct curve {
    const char *id, *title, *what;
    int train, val;
    bool is_share; /* an accuracy: between 0 and 1 */
} curve;

/* Smallest and largest value there is; false if there is none. */
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

/* 1, 2 or 5 times a power of ten, so that a span holds at most so many of them. */
static double tic_step(double span, int most)
{
    const double least = span / most, ten = pow(10, floor(log10(least)));
    const double factor = least / ten;
    return ten * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
}

static void set_ranges(plot *p, const report_history *h, const curve *c)
{
    double lo = 0, hi = 1, val_lo, val_hi;
    range_of(h->value[c->train], h->n, &lo, &hi);
    if (range_of(h->value[c->val], h->n, &val_lo, &val_hi)) {
        lo = fmin(lo, val_lo);
        hi = fmax(hi, val_hi);
    }
    p->ymin = c->is_share ? fmax(0, floor(lo * 20 - 0.2) / 20) : fmin(0, 1.05 * lo);
    p->ymax = c->is_share ? 1 : (hi > 0 ? 1.05 * hi : 1);
    p->xmin = h->epoch[0];
    p->xmax = h->epoch[h->n - 1];
    if (h->n == 1) {
        p->xmin -= 1;
        p->xmax += 1;
    }
    p->xstep = fmax(1, tic_step(p->xmax - p->xmin, 8)); /* epochs are whole */
    p->ystep = tic_step(p->ymax - p->ymin, 6);
}

static double last_value(const double *v, size_t n)
{
    return n ? v[n - 1] : NAN;
}

static void describe(const report_history *h, const curve *c, bool has_val, hl_text *t)
{
    const double *train = h->value[c->train];
    hl_text_printf(t, "%s in training %.3f after the first epoch and %.3f after the last of %zu",
                   c->what, train[0], last_value(train, h->n), h->n);
    if (has_val)
        hl_text_printf(t, "; in validation %.3f and %.3f", h->value[c->val][0],
                       last_value(h->value[c->val], h->n));
    hl_text_puts(t, ".");
}

static int add_curve(doc *d, const report_history *h, const curve *c, hl_err *e)
{
    double lo, hi;
    const bool has_val = range_of(h->value[c->val], h->n, &lo, &hi);
    const bool points = h->n <= 40;
    const plot_series series[] = {
        {.name = "training",
         .x = h->epoch,
         .y = h->value[c->train],
         .n = h->n,
         .colour = 0,
         .lines = true,
         .points = points},
        {.name = "validation",
         .x = h->epoch,
         .y = h->value[c->val],
         .n = h->n,
         .colour = 1,
         .lines = true,
         .points = points,
         .dashed = true},
    };
    plot p = {.id = c->id,
              .xlabel = "epoch",
              .ylabel = c->is_share ? "accuracy" : "loss",
              .key = c->is_share ? "bottom right" : "top right",
              .series = series,
              .nseries = has_val ? 2 : 1};
    set_ranges(&p, h, c);
    hl_text alt = {0};
    describe(h, c, has_val, &alt);
    const int status = draw(d, &p, c->title, alt.data, e);
    hl_text_free(&alt);
    return status;
}

int add_training(doc *d, const report_history *h, hl_err *e)
{
    static const curve loss = {"loss", "Loss", "Loss", HIST_LOSS, HIST_VAL_LOSS, false};
    static const curve accuracy = {"accuracy",    "Accuracy",        "Accuracy",
                                   HIST_ACCURACY, HIST_VAL_ACCURACY, true};
    doc_say(d, DOC_SECTION, "Learning curves");
    return add_curve(d, h, &loss, e) || add_curve(d, h, &accuracy, e) ? -1 : 0;
}

/* ---- sensitivity and specificity ---- */

typedef struct scored {
    double p;
    uint64_t positive;
} scored;

static int by_falling_score(const void *a, const void *b)
{
    const double x = ((const scored *)a)->p, y = ((const scored *)b)->p;
    return (x < y) - (x > y);
}

/* Steps: two points at each score, before and after it, for thresholds falling from 1 to 0. */
typedef struct rates {
    double *threshold, *sensitivity, *specificity, *false_alarms; /* [n] */
    size_t n;
} rates;

static void add_rate(rates *c, double threshold, double sensitivity, double false_alarms)
{
    c->threshold[c->n] = threshold;
    c->sensitivity[c->n] = sensitivity;
    c->specificity[c->n] = 1 - false_alarms;
    c->false_alarms[c->n++] = false_alarms;
}

/* Of class 1 against class 0. */
static rates rates_of(const report_metrics *r, const hl_predictions *p)
{
    const double positives = (double)r->m.classes[1].support;
    const double negatives = (double)r->m.classes[0].support;
    const size_t most = 2 * p->n + 2;
    rates c = {hl_malloc(most, sizeof(double)), hl_malloc(most, sizeof(double)),
               hl_malloc(most, sizeof(double)), hl_malloc(most, sizeof(double)), 0};
    scored *s = hl_malloc(p->n, sizeof *s);
    for (size_t i = 0; i < p->n; i++)
        s[i] = (scored){p->p[2 * i + 1], p->rows[i].label == 1};
    qsort(s, p->n, sizeof *s, by_falling_score);
    double hits = 0, alarms = 0;
    add_rate(&c, 1, 0, 0);
    for (size_t i = 0; i < p->n;) {
        const double score = s[i].p;
        add_rate(&c, score, hits / positives, alarms / negatives); /* until here nothing changes */
        for (; i < p->n && s[i].p == score; i++) {
            hits += s[i].positive != 0;
            alarms += s[i].positive == 0;
        }
        add_rate(&c, score, hits / positives, alarms / negatives);
    }
    add_rate(&c, 0, 1, 1);
    free(s);
    return c;
}

static void free_rates(rates *c)
{
    free(c->threshold);
    free(c->sensitivity);
    free(c->specificity);
    free(c->false_alarms);
}

static plot unit_square(const char *id, const char *xlabel, const char *ylabel)
{
    return (plot){.id = id,
                  .xlabel = xlabel,
                  .ylabel = ylabel,
                  .xmax = 1,
                  .ymax = 1,
                  .xstep = 0.2,
                  .ystep = 0.2,
                  .square = true};
}

static int draw_roc(doc *d, const report_metrics *r, const rates *c, hl_err *e)
{
    static const double ends[] = {0, 1};
    const double x = 1 - r->m.classes[0].recall, y = r->m.classes[1].recall;
    const plot_series series[] = {
        {.name = "chance",
         .x = ends,
         .y = ends,
         .n = 2,
         .colour = 3,
         .lines = true,
         .dashed = true},
        {.name = "this model",
         .x = c->false_alarms,
         .y = c->sensitivity,
         .n = c->n,
         .colour = 0,
         .lines = true},
        {.name = "its answers", .x = &x, .y = &y, .n = 1, .colour = 1, .points = true},
    };
    plot p = unit_square("roc", "1 - specificity", "sensitivity");
    p.series = series;
    p.nseries = 3;
    p.key = "bottom right";
    hl_text alt = {0};
    hl_text_printf(
        &alt,
        "The area under the curve is %.3f. The model\xe2\x80\x99s answers find %.1f" PER_CENT
        " of %s and raise a false alarm in %.1f" PER_CENT " of %s.",
        r->m.auroc, 100 * y, r->classes[1], 100 * x, r->classes[0]);
    const int status = draw(d, &p, "ROC curve", alt.data, e);
    hl_text_free(&alt);
    return status;
}

static int draw_thresholds(doc *d, const report_metrics *r, const rates *c, hl_err *e)
{
    const plot_series series[] = {
        {.name = "sensitivity",
         .x = c->threshold,
         .y = c->sensitivity,
         .n = c->n,
         .colour = 0,
         .lines = true},
        {.name = "specificity",
         .x = c->threshold,
         .y = c->specificity,
         .n = c->n,
         .colour = 1,
         .lines = true,
         .dashed = true},
    };
    plot p = unit_square("threshold", "threshold", "share");
    p.series = series;
    p.nseries = 2;
    p.key = "bottom center";
    hl_text alt = {0};
    hl_text_printf(&alt,
                   "What calling every image %s whose probability reaches the threshold would "
                   "give. The figures on this page are those of 0.5: sensitivity %.1f" PER_CENT
                   ", specificity %.1f" PER_CENT ".",
                   r->classes[1], 100 * r->m.classes[1].recall, 100 * r->m.classes[0].recall);
    const int status = draw(d, &p, "Choice of threshold", alt.data, e);
    hl_text_free(&alt);
    return status;
}

int add_roc(doc *d, const report_metrics *r, const hl_predictions *p, hl_err *e)
{
    /* More classes: a curve each would not be read; their mean AUROC is in the summary. */
    if (r->m.nclasses != 2 || r->m.classes[0].support == 0 || r->m.classes[1].support == 0)
        return 0;
    doc_say(d, DOC_SECTION, "Sensitivity and specificity of %s", r->classes[1]);
    rates c = rates_of(r, p);
    const int status = draw_roc(d, r, &c, e) || draw_thresholds(d, r, &c, e) ? -1 : 0;
    free_rates(&c);
    return status;
}
