/* SPDX-License-Identifier: BSD-2-Clause */
#include "subset_rows.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void evaluate_rows_copy(evaluate_rows *r, const evaluation *v, const double *p, int subset)
{
    const size_t n = evaluate_count(v, subset), k = v->nclasses;
    *r = (evaluate_rows){.nclasses = k};
    r->labels = hl_malloc(n, sizeof *r->labels);
    r->predicted = hl_malloc(n, sizeof *r->predicted);
    r->p = hl_malloc(n * k, sizeof *r->p);
    r->patients = hl_malloc(n, sizeof *r->patients);
    for (size_t i = 0; i < v->manifest->n; i++) {
        const hl_sample *s = &v->manifest->samples[i];
        if (!evaluate_has(s, subset))
            continue;
        r->labels[r->n] = s->cls;
        r->predicted[r->n] = v->predicted[i];
        r->patients[r->n] = s->patient;
        memcpy(r->p + r->n++ * k, p + i * k, k * sizeof *p);
    }
}

void evaluate_rows_free(evaluate_rows *r)
{
    free(r->labels);
    free(r->predicted);
    free(r->p);
    free(r->patients);
    *r = (evaluate_rows){0};
}

void evaluate_rows_binary(hl_binary *b, const evaluate_rows *r, const evaluation *v)
{
    hl_binary_of_class(b, r->n, r->nclasses, r->labels, r->predicted, r->p, (uint32_t)v->positive);
}
