/* SPDX-License-Identifier: BSD-2-Clause */
/* The test on another collection beside the head's own test set, with the differences. */
#include "base/strbuf.h"
#include "interval_text.h"
#include "sections.h"
#include "stats/score_interval.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct measured {
    double value;
    report_interval interval;
} measured;

static const report_interval no_interval = {NAN, NAN, NULL};
static const measured absent = {NAN, {NAN, NAN, NULL}};

static bool is_named(const json_t *o, const char *key, const char *name)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text && strcmp(text, name) == 0;
}

static measured of_rate(const json_t *o)
{
    return (measured){report_real(o, "value"), report_own_interval(o)};
}

/* A metric of the positive class, or of another one against the rest. */
static measured of_metric(const report_binary_metrics *bm, const char *key)
{
    return (measured){report_value_of(bm, key), report_interval_of(bm, key)};
}

static const json_t *point_named(const json_t *list, const char *name)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (is_named(json_array_get(list, i), "name", name))
            return json_array_get(list, i);
    return NULL;
}

static measured of_point(const report_binary_metrics *bm, const char *name, const char *rate)
{
    if (bm->only)
        return is_named(bm->only, "metric", rate)
                   ? of_rate(point_named(json_object_get(bm->only, "operating_points"), name))
                   : absent;
    const json_t *p = point_named(bm->operating_points, name);
    return (measured){
        report_real(json_object_get(p, "measured"), rate),
        report_interval_in(json_object_get(p, "intervals"), json_object_get(p, "methods"), rate)};
}

/* ---- the table ---- */

static void add_measured(page_table *t, measured m)
{
    if (isfinite(m.value))
        report_add_estimate_cell(t, m.value, m.interval);
    else
        page_add_cell(t, "not measured");
}

/* By MOVER from the intervals of both; none where these do not lie around the values. */
static report_interval difference_interval(measured a, measured b, bool lie_around)
{
    const hl_interval of_a = {a.interval.lo, a.interval.hi}, of_b = {b.interval.lo, b.interval.hi};
    const hl_interval d = hl_mover_difference(b.value, of_b, a.value, of_a);
    return lie_around ? (report_interval){d.lo, d.hi, NULL} : no_interval;
}

static void add_row(page_table *t, measured a, measured b, bool lie_around)
{
    add_measured(t, a);
    add_measured(t, b);
    if (isfinite(b.value - a.value))
        report_add_difference_cell(t, b.value - a.value, difference_interval(a, b, lie_around));
    else
        page_add_cell(t, "%s", "");
}

/* Of an object with "metrics" and "intervals", such as the means over the classes. */
static measured of_mean(const json_t *o, const char *key)
{
    return (measured){
        report_real(json_object_get(o, "metrics"), key),
        report_interval_in(json_object_get(o, "intervals"), json_object_get(o, "methods"), key)};
}

/* With more than two classes, each of them against the rest. */
static void add_classes(page_doc *d, const report_run *run)
{
    static const struct {
        const char *key, *name;
    } metrics[] = {
        {"auroc", "AUROC"}, {"sensitivity", "Sensitivity"}, {"specificity", "Specificity"}};
    static const char *const columns[] = {"Internal", "External", "Difference"};
    const report_classes *a = &run->internal_classes, *b = &run->classes;
    if (a->n == 0 || a->n != b->n)
        return;
    page_table *t =
        page_add_table(d, "Each class against the rest, and the mean over the classes.");
    page_add_column(t, "Class", PAGE_COL_TEXT);
    page_add_column(t, "Metric", PAGE_COL_TEXT);
    page_add_columns(t, columns, sizeof columns / sizeof *columns, PAGE_COL_NUMBER);
    for (size_t k = 0; k <= a->n; k++)
        for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
            const char *key = metrics[i].key;
            page_add_cell(t, "%s", k < a->n ? run->metrics.classes[k] : "Macro average");
            page_add_cell(t, "%s", metrics[i].name);
            if (k < a->n)
                add_row(t, of_metric(&a->of[k], key), of_metric(&b->of[k], key), true);
            else
                add_row(t, of_mean(a->macro, key), of_mean(b->macro, key), true);
        }
}

static measured accuracy_of(const report_metrics *r, const report_binary_metrics *bm,
                            const report_classes *c)
{
    return (measured){r->m.accuracy, report_accuracy_interval(bm, c)};
}

static bool has_one_class(const report_metrics *r)
{
    size_t n = 0;
    for (size_t k = 0; k < r->m.nclasses; k++)
        n += r->m.classes[k].support > 0 ? 1 : 0;
    return n == 1;
}

/* That of one class is its recall, and not to be compared with the accuracy of several. */
static void add_accuracy(page_table *t, const report_run *run)
{
    const measured a = accuracy_of(&run->internal, &run->internal_binary, &run->internal_classes);
    const measured b = accuracy_of(&run->metrics, &run->binary_metrics, &run->classes);
    if (!has_one_class(&run->internal) && !has_one_class(&run->metrics)) {
        add_row(t, a, b, true);
        return;
    }
    add_measured(t, a);
    add_measured(t, b);
    page_add_cell(t, "%s", "");
}

/* Without a positive class there is the accuracy alone. */
static void add_metrics(page_table *t, const report_run *run)
{
    static const struct {
        const char *key, *name;
    } metrics[] = {{"auroc", "AUROC"},
                   {"average_precision", "Average precision"},
                   {"accuracy", "Accuracy"},
                   {"balanced_accuracy", "Balanced accuracy"},
                   {"sensitivity", "Sensitivity"},
                   {"specificity", "Specificity"},
                   {"brier", "Brier score"},
                   {"ece", "ECE"}};
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        const bool accuracy = strcmp(metrics[i].key, "accuracy") == 0;
        if (!accuracy && !run->internal_binary.positive && !run->binary_metrics.positive)
            continue;
        page_add_cell(t, "%s", metrics[i].name);
        if (accuracy) {
            add_accuracy(t, run);
            continue;
        }
        add_row(t, of_metric(&run->internal_binary, metrics[i].key),
                of_metric(&run->binary_metrics, metrics[i].key),
                strcmp(metrics[i].key, "ece") != 0);
    }
}

static void add_points(page_table *t, const report_run *run)
{
    static const char *const rates[] = {"sensitivity", "specificity"};
    const json_t *points = run->internal_binary.operating_points;
    for (size_t i = 0; i < json_array_size(points); i++) {
        const json_t *p = json_array_get(points, i);
        const char *name = json_string_value(json_object_get(p, "name"));
        for (size_t k = 0; name && k < 2; k++) {
            const double threshold = report_threshold(p);
            const bool exists = isfinite(threshold);
            if (exists)
                page_add_cell(t, "%s: %s at %.3f", name, rates[k], threshold);
            else
                page_add_cell(t, "%s: %s, no threshold", name, rates[k]);
            add_row(t, exists ? of_point(&run->internal_binary, name, rates[k]) : absent,
                    exists ? of_point(&run->binary_metrics, name, rates[k]) : absent, true);
        }
    }
}

/* How the head's own calibration is applied. */
static void add_calibration(page_doc *d, const report_run *run, const json_t *external)
{
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "The head was trained on another collection, whose own test set is the "
                       "internal one. ");
    if (run->internal_binary.is_calibrated)
        hl_strbuf_printf(&t,
                         "Its temperature (%.4f) and its operating points are applied as they "
                         "were fitted there",
                         report_real(external, "temperature"));
    else
        hl_strbuf_puts(&t, "Its operating points are applied as they were fitted there, and its "
                           "probabilities are not calibrated");
    page_add_text(d, PAGE_TEXT, "%s; nothing was fitted to these images.", t.data);
    hl_strbuf_free(&t);
}

static void add_ood(page_doc *d, const report_metrics *r, const json_t *external)
{
    const json_t *ood = json_object_get(external, "out_of_distribution");
    const measured m = of_rate(ood);
    const bool images = r->rule.unit == HL_UNIT_IMAGE;
    if (!isfinite(m.value))
        return;
    const int digits = report_interval_digits(100 * m.interval.lo, 100 * m.interval.hi, 1);
    page_add_text(d, PAGE_TEXT,
                  "Out-of-distribution %s%s: %.0f, %.*f" PAGE_PERCENT " (%.*f to %.*f). Of images "
                  "like those of the training %.1f" PAGE_PERCENT " are expected to be.",
                  report_units(r), images ? "" : ", with at least one such image",
                  report_real(ood, "n"), digits, 100 * m.value, digits, 100 * m.interval.lo, digits,
                  100 * m.interval.hi, 100 * report_real(ood, "expected"));
}

void report_add_external(page_doc *d, const report_run *run)
{
    static const char *const columns[] = {"Internal", "External", "Difference"};
    const json_t *external = json_object_get(run->metrics.json, "external");
    const char *positive = run->binary_metrics.positive;
    page_add_text(d, PAGE_SECTION, "External test%s%s", positive ? " for " : "",
                  positive ? positive : "");
    add_calibration(d, run, external);
    add_ood(d, &run->metrics, external);
    hl_strbuf caption = {0};
    hl_strbuf_printf(
        &caption,
        "%s%s%sInternal: %" PRIu64 " %s; external: %" PRIu64 " %s; difference: external less "
        "internal. In brackets, 95" PAGE_PERCENT " confidence intervals over patients, by "
        "bootstrap or the named method; those of the differences are made of both by MOVER (of two "
        "Wilson intervals method 10 of "
        "Newcombe 1998). The bootstrap interval of an ECE may lie beside it, so its difference has "
        "no interval.",
        positive ? "The positive class is " : "", positive ? positive : "", positive ? ". " : "",
        run->internal.m.n, report_units(&run->internal), run->metrics.m.n,
        report_units(&run->metrics));
    page_table *t = page_add_table(d, caption.data);
    hl_strbuf_free(&caption);
    page_add_column(t, "Metric", PAGE_COL_TEXT);
    page_add_columns(t, columns, sizeof columns / sizeof *columns, PAGE_COL_NUMBER);
    add_metrics(t, run);
    add_points(t, run);
    add_classes(d, run);
}
