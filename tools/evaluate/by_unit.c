/* SPDX-License-Identifier: BSD-2-Clause */
#include "by_unit.h"

#include "base/log.h"
#include "base/mem.h"
#include "predict_all.h"

#include <stdlib.h>

int evaluate_units_group(hl_units *u, const evaluation *v, const char *file, hl_err *e)
{
    const hl_unit unit = (hl_unit)v->rule.unit;
    if (hl_units_group(u, unit, v->manifest, true, file, e))
        return -1;
    int status = hl_units_label(u, v->manifest, v->classes, v->nclasses, v->positive, e);
    if (status)
        hl_fail_in(e, file);
    else if (v->subset == EVALUATE_ALL && u->divided != SIZE_MAX)
        status = hl_fail(e,
                         "%s: --unit %s and --subset all: %s has images in more than one subset: "
                         "expected all of them in one",
                         file, hl_unit_names[unit], u->manifest.samples[u->divided].path);
    if (status)
        hl_units_free(u);
    return status;
}

static double *combine(const evaluate_units *u, const evaluation *v, const double *p)
{
    double *out = hl_malloc(u->units.manifest.n * v->nclasses, sizeof *out);
    hl_units_combine(&u->units, v->rule.combine, v->nclasses, v->positive, p, out);
    return out;
}

/* The prediction of a unit of one image is that of the image. */
static uint32_t *predict(const evaluate_units *u, const evaluation *v)
{
    const size_t n = u->units.manifest.n, k = v->nclasses;
    uint32_t *predicted = hl_malloc(n, sizeof *predicted);
    for (size_t i = 0; i < n; i++)
        predicted[i] = evaluate_most_probable(u->p + i * k, k);
    for (size_t i = 0; i < u->units.images; i++)
        if (u->units.count[u->units.of[i]] == 1)
            predicted[u->units.of[i]] = v->predicted[i];
    return predicted;
}

/* One such image is enough. */
static uint8_t *mark(const evaluate_units *u, const evaluation *v)
{
    uint8_t *is_ood = hl_calloc(u->units.manifest.n, 1);
    for (size_t i = 0; i < u->units.images; i++)
        is_ood[u->units.of[i]] |= v->is_ood[i];
    return is_ood;
}

int evaluate_units_combine(evaluate_units *u, evaluation *v, const char *file, hl_err *e)
{
    *u = (evaluate_units){0};
    if (v->rule.unit == HL_UNIT_IMAGE)
        return 0;
    if (evaluate_units_group(&u->units, v, file, e))
        return -1;
    u->p = combine(u, v, v->p);
    u->raw = v->raw ? combine(u, v, v->raw) : NULL;
    u->predicted = predict(u, v);
    u->is_ood = v->is_ood ? mark(u, v) : NULL;
    v->manifest = &u->units.manifest;
    v->units = &u->units;
    v->p = u->p;
    v->raw = u->raw;
    v->predicted = u->predicted;
    v->is_ood = u->is_ood;
    const size_t mixed = evaluate_units_mixed(v, v->subset);
    if (mixed)
        hl_log_info("%s whose images have different labels: %zu of %zu, counted as %s",
                    hl_unit_plurals[v->rule.unit], mixed, evaluate_count(v, v->subset),
                    v->classes[v->positive]);
    return 0;
}

void evaluate_units_free(evaluate_units *u)
{
    hl_units_free(&u->units);
    free(u->p);
    free(u->raw);
    free(u->predicted);
    free(u->is_ood);
    *u = (evaluate_units){0};
}

size_t evaluate_units_mixed(const evaluation *v, int subset)
{
    size_t n = 0;
    for (size_t i = 0; i < v->manifest->n; i++)
        n += evaluate_has(&v->manifest->samples[i], subset) && v->units->mixed[i];
    return n;
}

size_t evaluate_units_images(const evaluation *v, int subset)
{
    size_t n = 0;
    for (size_t i = 0; i < v->manifest->n; i++)
        n += evaluate_has(&v->manifest->samples[i], subset) ? v->units->count[i] : 0;
    return n;
}
