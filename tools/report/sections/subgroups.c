/* SPDX-License-Identifier: BSD-2-Clause */
/* Metrics of groups of patients, and which gaps between them remain after correction. */
#include "base/strbuf.h"
#include "interval_text.h"
#include "metric_table.h"
#include "sections.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *key, *name, *in_text;
} metrics[] = {{"sensitivity", "Sensitivity", "sensitivity"},
               {"specificity", "Specificity", "specificity"},
               {"auroc", "AUROC", "AUROC"}};
enum { METRICS = sizeof metrics / sizeof *metrics };

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}

/* "too small; 12 resamples without a class" */
static void add_remark(page_table *t, const json_t *group, const char *reference)
{
    const double lacking = report_real(group, "resamples_without_a_class");
    hl_strbuf remark = {0};
    hl_strbuf_puts(&remark, json_is_true(json_object_get(group, "too_small")) ? "too small"
                            : strcmp(reference, text_of(group, "group")) == 0 ? "reference"
                                                                              : "");
    if (lacking > 0)
        hl_strbuf_printf(&remark, "%s%.0f %s without a class", remark.len ? "; " : "", lacking,
                         lacking == 1 ? "resample" : "resamples");
    page_add_cell(t, "%s", remark.data);
    hl_strbuf_free(&remark);
}

static void add_groups(page_table *t, const json_t *column)
{
    const json_t *groups = json_object_get(column, "groups");
    const char *reference = text_of(column, "reference");
    for (size_t i = 0; i < json_array_size(groups); i++) {
        const json_t *g = json_array_get(groups, i);
        page_add_cell(t, "%s: %s", text_of(column, "column"), text_of(g, "group"));
        page_add_cell(t, "%.0f", report_real(g, "n"));
        page_add_cell(t, "%.0f", report_real(g, "positives"));
        page_add_cell(t, "%.0f", report_real(g, "patients"));
        for (size_t k = 0; k < METRICS; k++)
            report_add_value_cell(t, json_object_get(g, "metrics"), json_object_get(g, "intervals"),
                                  json_object_get(g, "methods"), metrics[k].key);
        add_remark(t, g, reference);
    }
}

static void list_groups(page_doc *d, const report_metrics *r, const json_t *subgroups)
{
    hl_strbuf caption = {0};
    hl_strbuf_printf(
        &caption,
        "From the same predictions as all metrics of this page. In brackets %.0f" PAGE_PERCENT
        " confidence intervals over patients: by bootstrap or, where the resamples of a group "
        "are all alike or some lack a class, by the named method. The other groups are compared "
        "with the reference, the group of the column with the most patients. A group with fewer "
        "than %.0f positive or %.0f negative patients is too small: no gap of "
        "it is tested.",
        100 * report_real(subgroups, "level"), report_real(subgroups, "min_patients"),
        report_real(subgroups, "min_patients"));
    page_table *t = page_add_table(d, caption.data);
    hl_strbuf_free(&caption);
    static const char *const positives[HL_UNITS] = {"Positive images", "Positive patients",
                                                    "Positive studies"};
    const char *const counts[] = {hl_unit_titles[r->rule.unit], positives[r->rule.unit],
                                  "Patients"};
    page_add_column(t, "Group", PAGE_COL_TEXT);
    page_add_columns(t, counts, sizeof counts / sizeof *counts, PAGE_COL_NUMBER);
    for (size_t k = 0; k < METRICS; k++)
        page_add_column(t, metrics[k].name, PAGE_COL_NUMBER);
    page_add_column(t, "Remark", PAGE_COL_TEXT);
    const json_t *columns = json_object_get(subgroups, "columns");
    for (size_t c = 0; c < json_array_size(columns); c++)
        add_groups(t, json_array_get(columns, c));
}

/* ---- gaps ---- */

/* Calls each for every gap that was tested. */
typedef void each_gap(void *ctx, const json_t *column, const json_t *group, size_t metric,
                      const json_t *gap);

static void for_gaps(const json_t *subgroups, each_gap *each, void *ctx)
{
    const json_t *columns = json_object_get(subgroups, "columns");
    for (size_t c = 0; c < json_array_size(columns); c++) {
        const json_t *column = json_array_get(columns, c);
        const json_t *groups = json_object_get(column, "groups");
        for (size_t i = 0; i < json_array_size(groups); i++) {
            const json_t *g = json_array_get(groups, i), *gaps = json_object_get(g, "gaps");
            for (size_t k = 0; k < METRICS; k++)
                if (json_object_get(gaps, metrics[k].key))
                    each(ctx, column, g, k, json_object_get(gaps, metrics[k].key));
        }
    }
}

static void add_p(page_table *t, double p)
{
    if (p < 0.001)
        page_add_cell(t, "< 0.001");
    else
        page_add_cell(t, "%.3f", p);
}

static void add_gap(void *ctx, const json_t *column, const json_t *group, size_t metric,
                    const json_t *gap)
{
    page_table *t = ctx;
    const report_interval i = report_own_interval(gap);
    page_add_cell(t, "%s: %s \xe2\x88\x92 %s", text_of(column, "column"), text_of(group, "group"),
                  text_of(column, "reference"));
    page_add_cell(t, "%s", metrics[metric].name);
    report_add_difference_cell(t, report_real(gap, "difference"), i);
    add_p(t, report_real(gap, "p"));
    add_p(t, report_real(gap, "p_holm"));
}

static void list_gaps(page_doc *d, const json_t *subgroups)
{
    static const char *const numbers[] = {"Difference", "p", "p, Holm"};
    hl_strbuf caption = {0};
    hl_strbuf_printf(&caption,
                     "Differences from the reference, from the same resamples of the patients, or "
                     "from the intervals of both groups where one of them is not the "
                     "bootstrap\xe2\x80\x99s. The last column is corrected by Holm\xe2\x80\x99s "
                     "method for all %.0f gaps.",
                     report_real(subgroups, "tests"));
    page_table *t = page_add_table(d, caption.data);
    hl_strbuf_free(&caption);
    page_add_column(t, "Gap", PAGE_COL_TEXT);
    page_add_column(t, "Metric", PAGE_COL_TEXT);
    page_add_columns(t, numbers, sizeof numbers / sizeof *numbers, PAGE_COL_NUMBER);
    for_gaps(subgroups, add_gap, t);
}

/* "sensitivity of sex: M (0.123 below F)" */
typedef struct remaining {
    hl_strbuf names;
    size_t n;
} remaining;

static void name_remaining(void *ctx, const json_t *column, const json_t *group, size_t metric,
                           const json_t *gap)
{
    remaining *r = ctx;
    const double difference = report_real(gap, "difference");
    if (!json_is_true(json_object_get(gap, "significant")))
        return;
    hl_strbuf_item(&r->names, r->n++, 20, "%s for %s %s (%.3f %s %s)", metrics[metric].in_text,
                   text_of(column, "column"), text_of(group, "group"), fabs(difference),
                   difference < 0 ? "below" : "above", text_of(column, "reference"));
}

static void summarise(page_doc *d, const json_t *subgroups)
{
    const double tests = report_real(subgroups, "tests");
    remaining r = {0};
    for_gaps(subgroups, name_remaining, &r);
    if (!(tests > 0))
        page_add_text(d, PAGE_TEXT,
                      "No gap between groups was tested: there are too few patients, or no "
                      "resamples.");
    else if (r.n == 0)
        page_add_text(d, PAGE_TEXT,
                      "Of %.0f gaps between groups that were tested, none is significant at the "
                      "level 0.05 after Holm\xe2\x80\x99s correction. That is no proof that there "
                      "is none: see the intervals.",
                      tests);
    else
        page_add_text(d, PAGE_TEXT,
                      "Of %.0f gaps between groups that were tested, %zu %s significant at the "
                      "level 0.05 after Holm\xe2\x80\x99s correction: %s.",
                      tests, r.n, r.n == 1 ? "is" : "are", r.names.data);
    hl_strbuf_free(&r.names);
}

void report_add_subgroups(page_doc *d, const report_metrics *r, const report_binary_metrics *bm)
{
    const json_t *subgroups = bm->subgroups;
    if (!subgroups || !bm->positive)
        return;
    page_add_text(d, PAGE_SECTION, "Subgroups for %s", bm->positive);
    summarise(d, subgroups);
    list_groups(d, r, subgroups);
    if (report_real(subgroups, "tests") > 0)
        list_gaps(d, subgroups);
}
