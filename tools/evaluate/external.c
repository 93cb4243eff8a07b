/* SPDX-License-Identifier: BSD-2-Clause */
#include "external.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "format/json.h"
#include "format/string_list.h"
#include "only_section.h"
#include "stats/score_interval.h"
#include "subset_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- classes ---- */

static void name_classes(hl_strbuf *t, char *const *names, size_t n)
{
    for (size_t k = 0; k < n; k++)
        hl_strbuf_item(t, k, 20, "'%s'", names[k]);
}

static int fail_classes(const hl_samples *s, const nn_model *m, hl_err *e)
{
    hl_strbuf own = {0}, expected = {0};
    name_classes(&own, s->classes, s->nclasses);
    name_classes(&expected, m->classes, m->nclasses);
    hl_fail(e,
            "classes differ: %s has %s, %s was trained on %s: split --classes names them alike%s",
            hl_tf_name(s->file), own.data, m->name, expected.data, hl_unicode_remark(own.data));
    hl_strbuf_free(&own);
    hl_strbuf_free(&expected);
    return -1;
}

int evaluate_adopt_classes(hl_samples *s, const nn_model *m, hl_err *e)
{
    int *number = hl_malloc(s->nclasses, sizeof *number);
    bool known = true;
    for (size_t k = 0; k < s->nclasses; k++) {
        number[k] = hl_positive_find(m->classes, m->nclasses, s->classes[k]);
        known &= number[k] >= 0;
    }
    for (size_t i = 0; known && i < s->manifest.n; i++)
        s->manifest.samples[i].cls = (uint32_t)number[s->manifest.samples[i].cls];
    free(number);
    if (!known)
        return fail_classes(s, m, e);
    hl_string_list_free(s->classes, s->nclasses);
    s->classes = hl_string_list_copy(m->classes, m->nclasses);
    s->nclasses = m->nclasses;
    return 0;
}

/* ---- out-of-distribution images ---- */

static void add_ood(json_t *o, const evaluation *v, const evaluate_rows *r, double patients)
{
    uint8_t *is = hl_malloc(r->n, 1);
    size_t n = 0, outside = 0;
    for (size_t i = 0; i < v->manifest->n; i++)
        if (evaluate_has(&v->manifest->samples[i], v->subset)) {
            is[n++] = v->is_ood[i];
            outside += v->is_ood[i];
        }
    json_t *all = evaluate_rate(is, n, patients);
    json_object_set_new(all, "n", json_integer((json_int_t)outside));
    json_object_set_new(all, "expected", json_real(1 - v->calibration->outlier.quantile));
    json_object_set_new(o, "out_of_distribution", all);
    if (outside)
        hl_log_warn("out-of-distribution %s: %zu of %zu", hl_unit_plurals[v->rule.unit], outside,
                    n);
    free(is);
}

void evaluate_external_section(json_t *o, const evaluation *v)
{
    evaluate_rows r;
    hl_bootstrap b;
    evaluate_rows_copy(&r, v, v->p, v->subset);
    hl_bootstrap_init(&b, r.n, r.patients, v->method.seed);
    const double patients = hl_effective_patients(&b, NULL);
    json_t *all = json_pack("{s:I, s:f}", "patients", (json_int_t)b.patients, "temperature",
                            v->calibration->temperature);
    if (v->calibration->outlier.dims)
        add_ood(all, v, &r, patients);
    json_object_set_new(o, "external", all);
    hl_bootstrap_free(&b);
    evaluate_rows_free(&r);
}
