/* SPDX-License-Identifier: BSD-2-Clause */
/* Several classes: what is compared for the positive class, for each class against the rest. */
#include "base/mem.h"
#include "comparison.h"
#include "stats/holm.h"

#include <stdlib.h>
#include <string.h>

/* The models are copies that own nothing: their predictions are those of c. */
static comparison with_positive(const comparison *c, int cls)
{
    comparison of = *c;
    of.positive = cls;
    of.pairs = NULL;
    of.npairs = of.lacking = 0;
    of.of_class = NULL;
    of.models = hl_malloc(c->nmodels, sizeof *of.models);
    memcpy(of.models, c->models, c->nmodels * sizeof *of.models);
    return of;
}

static void correct(comparison *c)
{
    const size_t n = c->nclasses * c->npairs;
    double *p = hl_malloc(n, sizeof *p);
    for (size_t i = 0; i < n; i++)
        p[i] = c->of_class[i / c->npairs].pairs[i % c->npairs].delong.p;
    hl_holm_adjust(p, n);
    for (size_t i = 0; i < n; i++)
        c->of_class[i / c->npairs].pairs[i % c->npairs].delong_holm = p[i];
    free(p);
}

int compare_compute_classes(comparison *c, int jobs, hl_err *e)
{
    if (c->nclasses < 3)
        return 0;
    c->of_class = hl_calloc(c->nclasses, sizeof *c->of_class);
    for (size_t k = 0; k < c->nclasses; k++) {
        c->of_class[k] = with_positive(c, (int)k);
        if (compare_compute(&c->of_class[k], c->resamples, c->seed, jobs, e))
            return -1;
    }
    correct(c);
    return 0;
}

void compare_free_classes(comparison *c)
{
    for (size_t k = 0; c->of_class && k < c->nclasses; k++) {
        free(c->of_class[k].models);
        free(c->of_class[k].pairs);
    }
    free(c->of_class);
    c->of_class = NULL;
}
