/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether models differ: the results of the tool compare as a table. */
#include "../read/binary_metrics.h"
#include "../sections/interval_text.h"
#include "compare.h"
#include "data/unit.h"
#include "format/json.h"
#include "sys/cli.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static void add_difference(page_table *t, const json_t *pair, const char *metric)
{
    const json_t *o = json_object_get(json_object_get(pair, "difference"), metric);
    const double value = report_real(o, "value");
    if (isfinite(value))
        report_add_difference_cell(t, value, report_own_interval(o));
    else
        page_add_cell(t, "\xe2\x80\x93");
}

static void add_p(page_table *t, const json_t *test)
{
    const double p = report_real(test, "p_holm");
    if (!isfinite(p))
        page_add_cell(t, "\xe2\x80\x93");
    else if (p < 0.001)
        page_add_cell(t, "< 0.001");
    else
        page_add_cell(t, "%.3f", p);
}

static int check_numbers(const json_t *pair, const char *file, hl_err *e)
{
    static const char *const metrics[] = {"accuracy", "macro_recall", "auroc"};
    const json_t *difference = hl_json_object(pair, file, "difference", e);
    if (!difference)
        return -1;
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        const json_t *o = json_object_get(difference, metrics[i]);
        if (hl_json_numbers(o, file, "value", e) || hl_json_numbers(o, file, "interval", e))
            return -1;
    }
    return 0;
}

static int add_pair(page_table *t, const json_t *pair, const char *file, hl_err *e)
{
    const char *a = hl_json_text(pair, file, "a", e), *b = a ? hl_json_text(pair, file, "b", e) : 0;
    const json_t *tests[] = {json_object_get(pair, "accuracy_test"),
                             json_object_get(pair, "auroc_test")};
    if (!b || check_numbers(pair, file, e) || hl_json_numbers(tests[0], file, "p_holm", e) ||
        hl_json_numbers(tests[1], file, "p_holm", e))
        return -1;
    page_add_cell(t, "%s \xe2\x88\x92 %s", a, b);
    add_difference(t, pair, "accuracy");
    add_p(t, tests[0]);
    add_difference(t, pair, "macro_recall");
    add_difference(t, pair, "auroc");
    add_p(t, tests[1]);
    return 0;
}

/* Of several classes: each against the rest. */
static int add_class(page_table *t, const json_t *of, const char *file, hl_err *e)
{
    const char *name = hl_json_text(of, file, "class", e);
    const json_t *pairs = name ? hl_json_list(of, file, "pairs", e) : NULL;
    if (!pairs)
        return -1;
    for (size_t i = 0; i < json_array_size(pairs); i++) {
        const json_t *pair = json_array_get(pairs, i), *test = json_object_get(pair, "auroc_test");
        const char *a = hl_json_text(pair, file, "a", e);
        const char *b = a ? hl_json_text(pair, file, "b", e) : NULL;
        if (!b || check_numbers(pair, file, e) || hl_json_numbers(test, file, "p_holm", e))
            return -1;
        page_add_cell(t, "%s", name);
        page_add_cell(t, "%s \xe2\x88\x92 %s", a, b);
        add_difference(t, pair, "auroc");
        add_p(t, test);
    }
    return 0;
}

static int add_classes(page_doc *d, const json_t *all, const char *file, hl_err *e)
{
    if (!json_object_get(all, "classes"))
        return 0;
    const json_t *classes = hl_json_list(all, file, "classes", e);
    if (!classes)
        return -1;
    page_table *t = page_add_table(d, "AUROC of each class against the rest; the p values are "
                                      "corrected for all models and classes together.");
    page_add_column(t, "Class", PAGE_COL_TEXT);
    page_add_column(t, "Models", PAGE_COL_TEXT);
    page_add_column(t, "AUROC", PAGE_COL_NUMBER);
    page_add_column(t, "DeLong p", PAGE_COL_NUMBER);
    int status = 0;
    for (size_t k = 0; k < json_array_size(classes) && status == 0; k++)
        status = add_class(t, json_array_get(classes, k), file, e);
    return status;
}

static int check_format(const json_t *all, const char *file, hl_err *e)
{
    static const char format[] = "hilum-compare 1";
    const char *found = hl_json_text(all, file, "format", e);
    if (!found)
        return -1;
    return strcmp(found, format) == 0
               ? 0
               : hl_fail(e, "%s: 'format': expected '%s', found '%s'", file, format, found);
}

static const char *units_of(const json_t *all)
{
    const char *unit = json_string_value(json_object_get(all, "unit"));
    const int found = unit ? hl_choice_find(HL_UNIT_WORDS, unit) : -1;
    return hl_unit_plurals[found < 0 ? HL_UNIT_IMAGE : found];
}

/* How many resamples lacked a class; older comparisons do not say. */
static void describe_lacking(const json_t *all, hl_strbuf *t)
{
    const json_t *intervals = json_object_get(all, "intervals");
    const double lacking = report_real(intervals, "resamples_without_a_class");
    if (lacking > 0)
        hl_strbuf_printf(t,
                         " %.0f of %.0f resamples lacked a class, and count for the accuracy only; "
                         "if they are more than 2.5" PAGE_PERCENT
                         ", other differences have no interval.",
                         lacking, report_real(intervals, "resamples"));
}

int report_add_differences(page_doc *d, const char *path, hl_err *e)
{
    const char *file;
    json_t *all = hl_json_read(path, &file, e);
    const json_t *pairs =
        all && check_format(all, file, e) == 0 ? hl_json_list(all, file, "pairs", e) : NULL;
    uint64_t n, patients;
    int status = pairs ? hl_json_count(all, file, "n", &n, e) ||
                             hl_json_count(all, file, "patients", &patients, e)
                       : -1;
    if (status == 0) {
        const char *positive = json_string_value(json_object_get(all, "positive"));
        hl_strbuf auroc = {0};
        hl_strbuf_printf(&auroc, "AUROC%s%s", positive ? " for " : "", positive ? positive : "");
        const char *const columns[] = {"Accuracy", "McNemar p", "Macro recall", auroc.data,
                                       "DeLong p"};
        page_add_text(d, PAGE_SECTION, "Do the models differ?");
        hl_strbuf caption = {0};
        hl_strbuf_printf(
            &caption,
            "Differences on the same %" PRIu64 " %s of %" PRIu64
            " patients, first model minus second; in brackets, 95" PAGE_PERCENT
            " confidence intervals by paired bootstrap over patients. The p values are "
            "two-sided and corrected by Holm\xe2\x80\x99s method.",
            n, units_of(all), patients);
        describe_lacking(all, &caption);
        page_table *t = page_add_table(d, caption.data);
        hl_strbuf_free(&caption);
        page_add_column(t, "Models", PAGE_COL_TEXT);
        for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
            page_add_column(t, columns[c], PAGE_COL_NUMBER);
        hl_strbuf_free(&auroc);
        for (size_t i = 0; i < json_array_size(pairs) && status == 0; i++)
            status = add_pair(t, json_array_get(pairs, i), file, e);
        if (status == 0)
            status = add_classes(d, all, file, e);
    }
    json_decref(all);
    return status ? -1 : 0;
}
