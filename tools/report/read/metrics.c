/* SPDX-License-Identifier: BSD-2-Clause */
#include "metrics.h"

#include "base/mem.h"
#include "format/json.h"
#include "format/old_names.h"
#include "format/string_list.h"
#include "provenance_entry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Files of 0.1.0 have 0 where a value is undefined. */
static int read_value(const report_metrics *r, const json_t *o, const char *key, bool is_defined,
                      double *value, hl_err *e)
{
    if (is_defined)
        return hl_json_real(o, r->file, key, value, e);
    const int status = hl_json_real_or_null(o, r->file, key, value, e);
    *value = NAN;
    return status;
}

/* Without samples of a class, its recall and F1 are undefined. */
static int read_class(const report_metrics *r, const json_t *o, hl_class_metrics *c, hl_err *e)
{
    return hl_json_count(o, r->file, "support", &c->support, e) ||
                   hl_json_real(o, r->file, "precision", &c->precision, e) ||
                   read_value(r, o, "recall", c->support > 0, &c->recall, e) ||
                   read_value(r, o, "f1", c->support > 0, &c->f1, e)
               ? -1
               : 0;
}

static int read_weighted(report_metrics *r, hl_err *e)
{
    const json_t *o = hl_json_object(r->json, r->file, "weighted_avg", e);
    return o ? read_class(r, o, &r->m.weighted, e) : -1;
}

static int read_macro(report_metrics *r, hl_err *e)
{
    hl_class_metrics *c = &r->m.macro;
    const bool is_defined = !hl_metrics_lack_a_class(&r->m);
    const json_t *o = hl_json_object(r->json, r->file, "macro_avg", e);
    return !o || hl_json_count(o, r->file, "support", &c->support, e) ||
                   read_value(r, o, "precision", is_defined, &c->precision, e) ||
                   read_value(r, o, "recall", is_defined, &c->recall, e) ||
                   read_value(r, o, "f1", is_defined, &c->f1, e)
               ? -1
               : 0;
}

static int read_classes(report_metrics *r, hl_err *e)
{
    const json_t *names = hl_json_list(r->json, r->file, "classes", e);
    const json_t *per_class = hl_json_object(r->json, r->file, "per_class", e);
    if (!names || !per_class)
        return -1;
    const size_t n = json_array_size(names);
    if (n < 1)
        return hl_fail(e, "%s: 'classes': expected at least one name, found none", r->file);
    if (hl_string_list_check_count(n, r->file, e))
        return -1;
    r->m.nclasses = n;
    r->classes = hl_calloc(n, sizeof *r->classes);
    r->m.classes = hl_calloc(n, sizeof *r->m.classes);
    for (size_t k = 0; k < n; k++) {
        r->classes[k] = json_string_value(json_array_get(names, k));
        if (!r->classes[k])
            return hl_fail(e, "%s: 'classes': expected names, found something else", r->file);
        const json_t *o = hl_json_object(per_class, r->file, r->classes[k], e);
        if (!o || read_class(r, o, &r->m.classes[k], e))
            return -1;
    }
    return 0;
}

static int read_confusion(report_metrics *r, hl_err *e)
{
    const size_t width = r->m.nclasses;
    const json_t *rows = hl_json_list(r->json, r->file, "confusion_matrix", e);
    if (!rows)
        return -1;
    r->m.confusion = hl_calloc(width * width, sizeof *r->m.confusion);
    uint64_t sum = 0;
    bool valid = json_array_size(rows) == width;
    for (size_t i = 0; valid && i < width * width; i++) {
        const json_t *row = json_array_get(rows, i / width), *v = json_array_get(row, i % width);
        valid = json_array_size(row) == width && json_is_integer(v) && json_integer_value(v) >= 0;
        r->m.confusion[i] = valid ? (uint64_t)json_integer_value(v) : 0;
        sum += r->m.confusion[i];
    }
    if (!valid)
        return hl_fail(e, "%s: 'confusion_matrix': expected %zu rows of %zu counts", r->file, width,
                       width);
    if (sum != r->m.n)
        return hl_fail(e, "%s: 'confusion_matrix': expected %llu %s in all, found %llu", r->file,
                       (unsigned long long)r->m.n, report_units(r), (unsigned long long)sum);
    return 0;
}

static int read_metrics(report_metrics *r, hl_err *e)
{
    hl_metrics *m = &r->m;
    if (hl_json_count(r->json, r->file, "n", &m->n, e) ||
        hl_json_real(r->json, r->file, "accuracy", &m->accuracy, e) ||
        hl_json_real_or_null(r->json, r->file, "auroc", &m->auroc, e) ||
        hl_json_real(r->json, r->file, "log_loss", &m->log_loss, e) ||
        hl_json_real(r->json, r->file, "baseline_accuracy", &r->baseline, e) || read_macro(r, e) ||
        read_weighted(r, e))
        return -1;
    return m->n ? 0 : hl_fail(e, "%s: 'n': expected at least one image, found none", r->file);
}

static int read_space(report_metrics *r, hl_err *e)
{
    const json_t *o = hl_json_object(r->json, r->file, "feature_space", e);
    if (!o)
        return -1;
    char *text = json_dumps(o, 0);
    const int status = hl_feature_space_parse(&r->feature_space, text, e);
    free(text);
    return status ? hl_fail_in(e, r->file) : 0;
}

static int read_rule(report_metrics *r, hl_err *e)
{
    static const char *const keys[] = {"unit", "combine"};
    const char *word[2] = {NULL, NULL};
    for (size_t i = 0; i < 2; i++)
        if (json_object_get(r->json, keys[i]) &&
            !(word[i] = hl_json_text(r->json, r->file, keys[i], e)))
            return -1;
    return hl_unit_rule_parse(&r->rule, word[0], word[1], r->file, e);
}

static int read_all(report_metrics *r, hl_err *e)
{
    const char *format = hl_json_text(r->json, r->file, "format", e);
    if (!format)
        return -1;
    if (strcmp(format, "hilum-metrics 1") != 0)
        return hl_fail(e, "%s: 'format': expected 'hilum-metrics 1', found '%s'", r->file, format);
    if (!(r->subset = hl_json_text(r->json, r->file, "subset", e)) ||
        !(r->subsets = hl_json_object(r->json, r->file, "subsets", e)) ||
        !(r->warnings = hl_json_list(r->json, r->file, "warnings", e)) ||
        !(r->provenance = hl_json_list(r->json, r->file, "provenance", e)))
        return -1;
    return read_rule(r, e) || read_classes(r, e) || read_metrics(r, e) || read_confusion(r, e) ||
                   read_space(r, e) || hl_json_numbers(r->json, r->file, "subsets", e)
               ? -1
               : 0;
}

int report_metrics_read(report_metrics *r, const char *path, hl_err *e)
{
    *r = (report_metrics){0};
    r->json = hl_json_read(path, &r->file, e);
    hl_use_current_names(r->json);
    hl_use_current_names(json_object_get(r->json, "intervals"));
    hl_use_current_names(json_object_get(r->json, "feature_space"));
    if (r->json && read_all(r, e) == 0)
        return 0;
    report_metrics_free(r);
    return -1;
}

const char *report_units(const report_metrics *r)
{
    return hl_unit_plurals[r->rule.unit];
}

bool report_is_external(const report_metrics *r)
{
    return json_is_object(json_object_get(r->json, "external"));
}

const json_t *report_step_of_data(const report_metrics *r, const char *tool)
{
    return report_is_external(r) ? report_provenance_first(r->provenance, tool)
                                 : report_provenance_find(r->provenance, tool);
}

void report_metrics_free(report_metrics *r)
{
    json_decref(r->json);
    free(r->classes);
    hl_metrics_free(&r->m);
    *r = (report_metrics){0};
}
