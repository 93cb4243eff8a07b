/* SPDX-License-Identifier: BSD-2-Clause */
#include "comparison.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

const char *const compare_metric_names[COMPARE_METRICS] = {"accuracy", "macro_recall", "auroc"};

typedef struct keyed {
    hl_prediction row;
    size_t i;
} keyed;

static int by_sample(const void *a, const void *b)
{
    return strcmp(((const keyed *)a)->row.sample, ((const keyed *)b)->row.sample);
}

/* Afterwards sample i is the same in all files, whatever their order. */
static void sort_rows(hl_predictions *p)
{
    keyed *k = hl_malloc(p->n, sizeof *k);
    double *sorted = hl_malloc(p->n * p->nclasses, sizeof *sorted);
    for (size_t i = 0; i < p->n; i++)
        k[i] = (keyed){p->rows[i], i};
    qsort(k, p->n, sizeof *k, by_sample);
    for (size_t i = 0; i < p->n; i++) {
        p->rows[i] = k[i].row;
        memcpy(sorted + i * p->nclasses, p->p + k[i].i * p->nclasses, p->nclasses * sizeof *sorted);
    }
    free(k);
    free(p->p);
    p->p = sorted;
}

static int check_once(const compare_model *m, hl_err *e)
{
    for (size_t i = 1; i < m->predictions.n; i++)
        if (strcmp(m->predictions.rows[i].sample, m->predictions.rows[i - 1].sample) == 0)
            return hl_fail(e, "%s: sample '%s' appears twice", m->file,
                           m->predictions.rows[i].sample);
    return 0;
}

static int same_samples(const compare_model *a, const compare_model *b, hl_err *e)
{
    const hl_predictions *x = &a->predictions, *y = &b->predictions;
    for (size_t i = 0; i < x->n || i < y->n; i++) {
        const hl_prediction *p = i < x->n ? &x->rows[i] : NULL, *q = i < y->n ? &y->rows[i] : NULL;
        const int order = !p ? 1 : !q ? -1 : strcmp(p->sample, q->sample);
        if (order)
            return hl_fail(e, "sample '%s' is in %s, but not in %s: expected the same samples",
                           order < 0 ? p->sample : q->sample, order < 0 ? a->file : b->file,
                           order < 0 ? b->file : a->file);
        if (p->label != q->label || strcmp(p->patient, q->patient) != 0)
            return hl_fail(e, "sample '%s' has label %s and patient %s in %s, %s and %s in %s",
                           p->sample, x->classes[p->label], p->patient, a->file,
                           y->classes[q->label], q->patient, b->file);
    }
    return 0;
}

static int set_positive(comparison *c, size_t i, const char *asked, hl_err *e)
{
    const hl_predictions *p = &c->models[i].predictions;
    return i ? hl_predictions_check_positive(p, asked, c->positive, c->models[0].file, e)
             : hl_predictions_choose_positive(p, asked, &c->positive, e);
}

/* Different combinations of the images of the same units can be compared. */
static int check_unit(const comparison *c, const compare_model *m, hl_err *e)
{
    const compare_model *first = &c->models[0];
    const int a = first->predictions.rule.unit, b = m->predictions.rule.unit;
    return a == b ? 0
                  : hl_fail(e, "units differ: %s has predictions of %s, %s of %s", first->file,
                            hl_unit_plurals[a], m->file, hl_unit_plurals[b]);
}

static int read_model(comparison *c, size_t i, const char *subset, const char *positive, hl_err *e)
{
    compare_model *m = &c->models[i], *first = &c->models[0];
    const char *const *classes = i ? c->classes : NULL;
    if (hl_predictions_read(&m->predictions, m->file, classes, c->nclasses, first->file, subset, e))
        return -1;
    c->nmodels++;
    if (m->predictions.n == 0)
        return hl_fail(e, "%s: has no sample of the subset '%s'", m->file, subset);
    sort_rows(&m->predictions);
    if (i == 0) {
        c->classes = m->predictions.classes;
        c->nclasses = m->predictions.nclasses;
        c->n = m->predictions.n;
    }
    return check_unit(c, m, e) || set_positive(c, i, positive, e) || check_once(m, e) ||
                   (i && same_samples(first, m, e))
               ? -1
               : 0;
}

int compare_read(comparison *c, char *const *files, const char *const *names, size_t n,
                 const char *subset, const char *positive, hl_err *e)
{
    *c = (comparison){.positive = HL_NO_POSITIVE};
    c->models = hl_calloc(n, sizeof *c->models);
    for (size_t i = 0; i < n; i++) {
        c->models[i].name = names[i];
        c->models[i].file = files[i];
        if (read_model(c, i, subset, positive, e))
            return -1;
    }
    return 0;
}

/* The models of a class are copies that own nothing. */
static void free_classes(comparison *c)
{
    for (size_t k = 0; c->of_class && k < c->nclasses; k++) {
        free(c->of_class[k].models);
        free(c->of_class[k].pairs);
    }
    free(c->of_class);
}

void compare_free(comparison *c)
{
    free_classes(c);
    for (size_t i = 0; i < c->nmodels; i++)
        hl_predictions_free(&c->models[i].predictions);
    free(c->models);
    free(c->pairs);
    *c = (comparison){0};
}
