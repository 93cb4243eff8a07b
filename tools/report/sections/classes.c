/* SPDX-License-Identifier: BSD-2-Clause */
/* Several classes, each against the rest: a table, curves, operating points and calibration. */
#include "../plot/plot.h"
#include "base/mem.h"
#include "interval_text.h"
#include "metric_table.h"
#include "sections.h"
#include "threshold_rates.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the table ---- */

typedef struct column {
    const char *key, *name;
} column;

static const column decisions[] = {
    {"sensitivity", "Sensitivity"}, {"specificity", "Specificity"}, {"ppv", "PPV"}, {"npv", "NPV"}};
static const column probabilities[] = {{"auroc", "AUROC"},
                                       {"average_precision", "Average precision"},
                                       {"brier", "Brier score"},
                                       {"ece", "ECE"}};
enum { COLUMNS = sizeof decisions / sizeof *decisions };

static void add_cells(page_table *t, const column *columns, const json_t *metrics,
                      const json_t *intervals, const json_t *methods)
{
    for (size_t i = 0; i < COLUMNS; i++)
        report_add_value_cell(t, metrics, intervals, methods, columns[i].key);
}

/* Where the class or the rest has no sample, there are one rate at most, Brier score and ECE. */
static void add_class_cells(page_table *t, const column *columns, const report_binary_metrics *bm)
{
    if (bm->binary) {
        add_cells(t, columns, bm->binary, bm->intervals, bm->methods);
        return;
    }
    for (size_t i = 0; i < COLUMNS; i++) {
        const double value = report_value_of(bm, columns[i].key);
        if (isfinite(value))
            report_add_estimate_cell(t, value, report_interval_of(bm, columns[i].key));
        else
            page_add_cell(t, "\xe2\x80\x93");
    }
}

static void add_mean(page_table *t, const column *columns, const char *name, uint64_t n,
                     const json_t *o)
{
    page_add_cell(t, "%s", name);
    page_add_cell(t, "%" PRIu64, n);
    add_cells(t, columns, json_object_get(o, "metrics"), json_object_get(o, "intervals"),
              json_object_get(o, "methods"));
}

static void add_table(page_doc *d, const report_run *run, const column *columns,
                      const char *caption)
{
    const report_classes *c = &run->classes;
    const report_metrics *r = &run->metrics;
    page_table *t = page_add_table(d, caption);
    page_add_column(t, "Class", PAGE_COL_TEXT);
    page_add_column(t, "Support", PAGE_COL_NUMBER);
    for (size_t i = 0; i < COLUMNS; i++)
        page_add_column(t, columns[i].name, PAGE_COL_NUMBER);
    for (size_t k = 0; k < c->n; k++) {
        page_add_cell(t, "%s", r->classes[k]);
        page_add_cell(t, "%" PRIu64, r->m.classes[k].support);
        add_class_cells(t, columns, &c->of[k]);
    }
    if (!c->weighted)
        return;
    page_start_summary(t);
    if (c->macro)
        add_mean(t, columns, "Macro average", r->m.n, c->macro);
    add_mean(t, columns, "Weighted average", r->m.n, c->weighted);
}

/* The intervals of all classes are made alike; other methods and lacking resamples are those of any
 * class. */
static void describe_intervals(const report_classes *c, hl_strbuf *t)
{
    report_binary_metrics all = {0};
    for (size_t k = 0; k < c->n; k++) {
        const report_binary_metrics *of = &c->of[k];
        const uint64_t lacking = of->lacking > all.lacking ? of->lacking : all.lacking;
        if (of->intervals && (!all.intervals || (of->methods && !all.methods)))
            all = *of;
        all.lacking = lacking;
    }
    if (!all.intervals)
        return;
    hl_strbuf_puts(t, " In brackets: ");
    report_describe_intervals(&all, t);
}

void report_add_class_tables(page_doc *d, const report_run *run)
{
    hl_strbuf caption = {0};
    hl_strbuf_printf(&caption,
                     "Each class against all others together, by the largest probability; support "
                     "is the number of %s.",
                     report_units(&run->metrics));
    describe_intervals(&run->classes, &caption);
    add_table(d, run, decisions, caption.data);
    add_table(d, run, probabilities,
              "Ranking at all thresholds, and calibration of the probabilities.");
    hl_strbuf_free(&caption);
}

/* ---- a curve for each class ---- */

/* Nobody tells apart more curves than this. */
enum { MOST_CURVES = 10, NAME_SIZE = 48 };

typedef enum { OF_ROC, OF_PRECISION, OF_RELIABILITY } kind;

/* The curves of a plot; the series point into it. */
typedef struct curves {
    double *x[MOST_CURVES], *y[MOST_CURVES];
    char name[MOST_CURVES][NAME_SIZE];
    report_plot_series series[MOST_CURVES + 1];
    size_t n, nseries;
} curves;

/* The name of a class as gnuplot takes it: other characters become question marks. */
static void plain_name(const char *name, char out[NAME_SIZE])
{
    size_t n = strlen(name);
    n = n < NAME_SIZE ? n : NAME_SIZE - 1;
    while (n && ((unsigned char)name[n] & 0xc0) == 0x80) /* not within a character */
        n--;
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)name[i];
        out[i] = '?';
        if (c >= 0x80 || isalnum(c) || strchr(" _-.,:+/()", c))
            out[i] = name[i];
    }
    out[n] = '\0';
}

/* Precision holds down to the recall of the point before. */
static size_t fill_rates(const report_rates *c, kind of, double *x, double *y)
{
    size_t n = 0;
    if (of == OF_ROC) {
        memcpy(x, c->false_alarms, c->n * sizeof *x);
        memcpy(y, c->sensitivity, c->n * sizeof *y);
        return report_thin(x, y, c->n);
    }
    for (size_t i = 2; i < c->n; i += 2) {
        x[n] = c->sensitivity[i - 2];
        y[n++] = c->precision[i];
        x[n] = c->sensitivity[i];
        y[n++] = c->precision[i];
    }
    return report_thin(x, y, n);
}

static size_t fill_bins(const report_curve *c, double *x, double *y)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        if (c->count[i] > 0 && isfinite(c->mean_p[i]) && isfinite(c->observed[i])) {
            x[n] = c->mean_p[i];
            y[n++] = c->observed[i];
        }
    return n;
}

static void add_series(curves *c, const char *name, size_t k, kind of, size_t points)
{
    plain_name(name, c->name[c->n]);
    c->series[c->nseries++] = (report_plot_series){
        .name = c->name[c->n],
        .style = of == OF_RELIABILITY ? REPORT_PLOT_MARKED_LINE : REPORT_PLOT_LINE,
        .x = c->x[c->n],
        .y = c->y[c->n],
        .n = points,
        .colour = (int)(k % REPORT_PLOT_COLOURS),
        .dash = (int)(k / REPORT_PLOT_COLOURS)};
    c->n++;
}

static void add_curve(curves *c, const report_run *run, size_t k, kind of)
{
    const report_curve *bins = &run->classes.of[k].reliability;
    report_rates rates = {0};
    if (of == OF_RELIABILITY ? bins->n == 0 : !report_rates_of(&rates, &run->predictions, (int)k))
        return;
    const size_t most = of == OF_RELIABILITY ? bins->n : rates.n;
    c->x[c->n] = hl_malloc(most, sizeof(double));
    c->y[c->n] = hl_malloc(most, sizeof(double));
    const size_t points = of == OF_RELIABILITY ? fill_bins(bins, c->x[c->n], c->y[c->n])
                                               : fill_rates(&rates, of, c->x[c->n], c->y[c->n]);
    report_rates_free(&rates);
    add_series(c, run->metrics.classes[k], k, of, points);
}

/* Whether fewer than MOST_CURVES classes have more samples. */
static bool is_drawn(const report_metrics *r, size_t k)
{
    size_t more = 0;
    for (size_t j = 0; j < r->m.nclasses; j++)
        more += r->m.classes[j].support > r->m.classes[k].support ||
                (r->m.classes[j].support == r->m.classes[k].support && j < k);
    return more < MOST_CURVES;
}

static int draw(page_doc *d, const report_run *run, kind of, const char *title, report_plot p,
                const char *about, hl_err *e)
{
    static const double ends[] = {0, 1};
    curves c = {0};
    hl_strbuf alt = {0};
    if (of != OF_PRECISION)
        c.series[c.nseries++] =
            (report_plot_series){.name = of == OF_ROC ? "chance" : "perfect calibration",
                                 .x = ends,
                                 .y = ends,
                                 .n = 2,
                                 .colour = REPORT_PLOT_GREY,
                                 .dash = 1};
    for (size_t k = 0; k < run->classes.n; k++)
        if (is_drawn(&run->metrics, k))
            add_curve(&c, run, k, of);
    p.series = c.series;
    p.nseries = c.nseries;
    hl_strbuf_puts(&alt, about);
    if (run->classes.n > MOST_CURVES)
        hl_strbuf_printf(&alt, " Drawn are the %d classes with the most %s.", MOST_CURVES,
                         report_units(&run->metrics));
    const int status = c.n ? report_plot_add(d, &p, title, alt.data, e) : 0;
    hl_strbuf_free(&alt);
    for (size_t i = 0; i < c.n; i++) {
        free(c.x[i]);
        free(c.y[i]);
    }
    return status;
}

static int draw_all(page_doc *d, const report_run *run, hl_err *e)
{
    if (run->has.predictions &&
        (draw(d, run, OF_ROC, "ROC curves of the classes",
              report_plot_unit_square("roc-classes", "1 - specificity", "sensitivity",
                                      "bottom right"),
              "Sensitivity for each class against the fraction of all others that would be taken "
              "for it. The areas are in the table.",
              e) ||
         draw(d, run, OF_PRECISION, "Precision and recall of the classes",
              report_plot_unit_square("pr-classes", "recall (sensitivity)", "precision (PPV)",
                                      "bottom left"),
              "A random ranking would have the prevalence of the class as its precision.", e)))
        return -1;
    return draw(d, run, OF_RELIABILITY, "Reliability of the classes",
                report_plot_unit_square("reliability-classes", "mean predicted probability",
                                        "observed fraction", "top left"),
                "Groups of similar predicted probability of a class: mean predicted probability "
                "and observed fraction. The expected calibration errors are in the table.",
                e);
}

/* ---- calibration of all classes together ---- */

static void add_together(page_doc *d, const report_classes *c, bool both)
{
    static const struct {
        const char *key, *name;
    } metrics[] = {{"log_loss", "Log loss"},
                   {"brier", "Brier score, sum over the classes"},
                   {"top_label_ece", "Expected calibration error of the predicted class"}};
    if (!c->together)
        return;
    page_table *t = page_add_table(
        d, both ? "Probabilities of all classes together, before and after temperature scaling. "
                  "Smaller is better."
                : "Probabilities of all classes together. Smaller is better.");
    page_add_column(t, "Metric", PAGE_COL_TEXT);
    if (both)
        page_add_column(t, "Before", PAGE_COL_NUMBER);
    page_add_column(t, both ? "After" : "Value", PAGE_COL_NUMBER);
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        page_add_cell(t, "%s", metrics[i].name);
        if (both)
            page_add_number(t, report_real(c->together_before, metrics[i].key));
        page_add_number(t, report_real(c->together, metrics[i].key));
    }
}

int report_add_classes(page_doc *d, const report_run *run, hl_err *e)
{
    const report_classes *c = &run->classes;
    size_t points = 0;
    if (c->n == 0)
        return 0;
    for (size_t k = 0; k < c->n; k++)
        points += json_array_size(c->of[k].operating_points);
    page_add_text(d, PAGE_SECTION, "Each class against the rest");
    report_add_class_tables(d, run);
    if (draw_all(d, run, e))
        return -1;
    add_together(d, c, c->together_before && !report_lacks_temperature(&run->binary_metrics));
    if (points) {
        page_add_text(d, PAGE_SECTION, "Operating points of the classes");
        report_list_points(d, c->of, c->n);
    }
    return 0;
}
