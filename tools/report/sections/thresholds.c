/* SPDX-License-Identifier: BSD-2-Clause */
/* The choice of a threshold: sensitivity and specificity at each, and the operating points. */
#include "../plot/plot.h"
#include "metric_table.h"
#include "sections.h"
#include "threshold_rates.h"

#include <math.h>

static int draw_thresholds(page_doc *d, const report_metrics *r, const report_binary_metrics *bm,
                           const report_rates *c, hl_err *e)
{
    const report_plot_series series[] = {
        {.name = "sensitivity", .x = c->threshold, .y = c->sensitivity, .n = c->n, .colour = 0},
        {.name = "specificity",
         .x = c->threshold,
         .y = c->specificity,
         .n = c->n,
         .colour = 1,
         .dash = 1},
    };
    report_plot p = report_plot_unit_square("threshold", "threshold", "fraction", "bottom center");
    p.series = series;
    p.nseries = 2;
    hl_strbuf alt = {0};
    hl_strbuf_printf(
        &alt,
        "Sensitivity and specificity if every %s whose predicted probability of %s is at least "
        "the threshold is called positive. Unless stated otherwise, this page uses %s: sensitivity "
        "%.1f" PAGE_PERCENT ", specificity %.1f" PAGE_PERCENT ".",
        hl_unit_names[r->rule.unit], bm->positive,
        r->m.nclasses == 2 ? "the threshold 0.5" : "the class of the largest probability",
        100 * report_sensitivity(r, bm), 100 * report_specificity(r, bm));
    const int status =
        report_plot_add(d, &p, "Sensitivity and specificity by threshold", alt.data, e);
    hl_strbuf_free(&alt);
    return status;
}

static const char *const rates[] = {"sensitivity", "specificity", "ppv", "npv"};
enum { RATES = sizeof rates / sizeof *rates };

/* Rounding must not turn a threshold into 0 or 1, which all probabilities reach, or none. */
static void add_threshold_cell(page_table *t, double threshold, bool all_positive)
{
    const char *note = all_positive ? " (all positive)" : "";
    if (threshold > 0 && threshold < 0.0005)
        page_add_cell(t, "< 0.001%s", note);
    else if (threshold < 1 && threshold >= 0.9995)
        page_add_cell(t, "> 0.999%s", note);
    else
        page_add_cell(t, "%.3f%s", threshold, note);
}

/* Rates without a threshold would be those of calling no sample positive. */
static void add_missing_point(page_table *t)
{
    page_add_cell(t, "none");
    for (size_t k = 0; k < 2 + RATES; k++) /* on validation samples and on these */
        page_add_cell(t, "\xe2\x80\x93");
}

static void add_point(page_table *t, const json_t *o, double threshold)
{
    const json_t *val = json_object_get(o, "val"), *here = json_object_get(o, "measured");
    add_threshold_cell(
        t, threshold, report_real(val, "sensitivity") == 1 && report_real(val, "specificity") == 0);
    report_add_value_cell(t, val, NULL, NULL, "sensitivity");
    report_add_value_cell(t, val, NULL, NULL, "specificity");
    for (size_t k = 0; k < RATES; k++)
        report_add_value_cell(t, here, json_object_get(o, "intervals"),
                              json_object_get(o, "methods"), rates[k]);
}

static void add_point_rows(page_table *t, const report_binary_metrics *bm, bool name_class)
{
    for (size_t i = 0; i < json_array_size(bm->operating_points); i++) {
        const json_t *o = json_array_get(bm->operating_points, i);
        const double threshold = report_threshold(o);
        if (name_class)
            page_add_cell(t, "%s", bm->positive);
        page_add_cell(t, "%s", json_string_value(json_object_get(o, "name")));
        if (isfinite(threshold))
            add_point(t, o, threshold);
        else
            add_missing_point(t);
    }
}

static bool lacks_a_threshold(const report_binary_metrics *bm, size_t n)
{
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < json_array_size(bm[k].operating_points); i++)
            if (!isfinite(report_threshold(json_array_get(bm[k].operating_points, i))))
                return true;
    return false;
}

void report_list_points(page_doc *d, const report_binary_metrics *bm, size_t n)
{
    static const char *const columns[] = {"Threshold",
                                          "Validation: sensitivity",
                                          "Validation: specificity",
                                          "Sensitivity",
                                          "Specificity",
                                          "PPV",
                                          "NPV"};
    hl_strbuf caption = {0};
    hl_strbuf_puts(&caption, "Each threshold was chosen to reach its target in the validation "
                             "subset, and then measured on the samples of this report");
    if (bm->intervals)
        hl_strbuf_printf(&caption,
                         "; in brackets the %.0f" PAGE_PERCENT
                         " intervals over patients, by bootstrap or the named method",
                         100 * bm->level);
    hl_strbuf_puts(&caption, ".");
    if (lacks_a_threshold(bm, n))
        hl_strbuf_puts(&caption, " None: no threshold reaches the target in the validation subset "
                                 "and still finds a positive sample.");
    page_table *t = page_add_table(d, caption.data);
    hl_strbuf_free(&caption);
    if (n > 1)
        page_add_column(t, "Class", PAGE_COL_TEXT);
    page_add_column(t, "Target", PAGE_COL_TEXT);
    page_add_columns(t, columns, sizeof columns / sizeof *columns, PAGE_COL_NUMBER);
    for (size_t k = 0; k < n; k++)
        add_point_rows(t, &bm[k], n > 1);
}

int report_add_thresholds(page_doc *d, const report_metrics *r, const report_binary_metrics *bm,
                          const hl_predictions *p, hl_err *e)
{
    report_rates c = {0};
    const bool drawn = p && report_rates_of(&c, p, bm->cls);
    const bool listed = bm->positive && json_array_size(bm->operating_points) > 0;
    if (!bm->positive || (!drawn && !listed))
        return 0;
    page_add_text(d, PAGE_SECTION, "Choice of threshold for %s", bm->positive);
    if (listed)
        report_list_points(d, bm, 1);
    else if (!bm->only)
        page_add_text(d, PAGE_TEXT,
                      "There are no operating points: the validation %s, on which they are fixed, "
                      "lack a class.",
                      report_units(r));
    const int status = drawn ? draw_thresholds(d, r, bm, &c, e) : 0;
    report_rates_free(&c);
    return status;
}
