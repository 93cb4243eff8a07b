/* SPDX-License-Identifier: BSD-2-Clause */
#include "classes.h"

#include "base/mem.h"
#include "format/json.h"

#include <stdlib.h>

/* A member of o that may be missing. */
static int find_object(const json_t *o, const char *file, const char *key, const json_t **out,
                       hl_err *e)
{
    *out = NULL;
    if (json_object_get(o, key) && !(*out = hl_json_object(o, file, key, e)))
        return -1;
    return 0;
}

static int check_means(const json_t *o, const char *file, hl_err *e)
{
    return o && (!hl_json_object(o, file, "metrics", e) || hl_json_numbers(o, file, "metrics", e) ||
                 hl_json_numbers(o, file, "intervals", e))
               ? -1
               : 0;
}

static int read_all(report_classes *c, const report_metrics *r, const json_t *o, hl_err *e)
{
    const json_t *list = hl_json_list(o, r->file, "classes", e);
    if (!list)
        return -1;
    if (json_array_size(list) != r->m.nclasses)
        return hl_fail(e, "%s: 'one_vs_rest': expected %zu classes, found %zu", r->file,
                       r->m.nclasses, json_array_size(list));
    if (find_object(o, r->file, "macro", &c->macro, e) ||
        find_object(o, r->file, "weighted", &c->weighted, e) ||
        find_object(o, r->file, "together", &c->together, e) ||
        find_object(o, r->file, "together_before", &c->together_before, e) ||
        check_means(c->macro, r->file, e) || check_means(c->weighted, r->file, e) ||
        hl_json_numbers(o, r->file, "together", e) ||
        hl_json_numbers(o, r->file, "together_before", e))
        return -1;
    c->of = hl_calloc(r->m.nclasses, sizeof *c->of);
    for (; c->n < r->m.nclasses; c->n++) {
        const json_t *one = json_array_get(list, c->n);
        if (!json_is_object(one))
            return hl_fail(e, "%s: 'one_vs_rest': expected objects, found something else", r->file);
        if (report_class_read(&c->of[c->n], r, one, c->n, e))
            return -1;
    }
    return 0;
}

int report_classes_read(report_classes *c, const report_metrics *r, hl_err *e)
{
    *c = (report_classes){0};
    const json_t *o;
    if (find_object(r->json, r->file, "one_vs_rest", &o, e))
        return -1;
    if (!o || read_all(c, r, o, e) == 0)
        return 0;
    report_classes_free(c);
    return -1;
}

void report_classes_free(report_classes *c)
{
    for (size_t k = 0; k < c->n; k++)
        report_binary_metrics_free(&c->of[k]);
    free(c->of);
    *c = (report_classes){0};
}

/* The rate that is the accuracy where all samples are of one class, or NULL. */
static const json_t *rate_of_one_class(const report_binary_metrics *bm, const report_classes *c)
{
    for (size_t k = 0; k < c->n; k++)
        if (report_only(&c->of[k], "sensitivity"))
            return report_only(&c->of[k], "sensitivity");
    return c->n == 0 ? json_object_get(bm->only, "as_predicted") : NULL;
}

report_interval report_accuracy_interval(const report_binary_metrics *bm, const report_classes *c)
{
    const json_t *only = rate_of_one_class(bm, c);
    if (c->weighted)
        return report_interval_in(json_object_get(c->weighted, "intervals"),
                                  json_object_get(c->weighted, "methods"), "sensitivity");
    return only ? report_own_interval(only)
                : report_interval_in(bm->intervals, bm->methods, "accuracy");
}
