/* SPDX-License-Identifier: BSD-2-Clause */
#include "groups.h"

#include "base/mem.h"
#include "base/union_find.h"
#include "dedup/duplicates.h"

#include <stdlib.h>
#include <string.h>

static int compare_patients(const void *a, const void *b, void *ctx)
{
    const hl_manifest *m = ctx;
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return strcmp(m->samples[x].patient, m->samples[y].patient);
}

/* Patients numbered in the order of their names. */
typedef struct patients {
    size_t *of;         /* [samples] number of the sample's patient */
    const char **names; /* [n] */
    size_t n;
} patients;

static void number_patients(patients *p, const hl_manifest *m)
{
    size_t *order = hl_malloc(m->n, sizeof *order);
    *p = (patients){.of = hl_malloc(m->n, sizeof *p->of),
                    .names = hl_malloc(m->n, sizeof *p->names)};
    for (size_t i = 0; i < m->n; i++)
        order[i] = i;
    qsort_r(order, m->n, sizeof *order, compare_patients, (void *)m);
    for (size_t i = 0; i < m->n; i++) {
        if (i == 0 || compare_patients(&order[i - 1], &order[i], (void *)m) != 0)
            p->names[p->n++] = m->samples[order[i]].patient;
        p->of[order[i]] = p->n - 1;
    }
    free(order);
}

/* The root of a set is its smallest number: the patient that sorts first. */
static void join_patients(split_groups *t, const hl_duplicate *d, const hl_manifest *m)
{
    patients p;
    hl_union_find sets;
    number_patients(&p, m);
    hl_union_find_init(&sets, p.n);
    for (size_t i = 0; i < m->n; i++) {
        t->copies += d[i].likeness != HL_ALONE;
        hl_union_find_join(&sets, p.of[d[i].group], p.of[i]);
    }
    size_t *size = hl_calloc(p.n, sizeof *size);
    for (size_t i = 0; i < p.n; i++)
        size[hl_union_find_root(&sets, i)]++;
    for (size_t i = 0; i < p.n; i++)
        t->joined += size[i] > 1 ? size[i] : 0;
    for (size_t i = 0; i < m->n; i++)
        t->keys[i] = p.names[hl_union_find_root(&sets, p.of[i])];
    free(size);
    hl_union_find_free(&sets);
    free(p.of);
    free(p.names);
}

int split_groups_find(split_groups *t, const hl_manifest *m, const hl_fingerprint_options *how,
                      hl_err *e)
{
    *t = (split_groups){.keys = hl_malloc(m->n, sizeof *t->keys)};
    hl_fingerprint *f = hl_calloc(m->n, sizeof *f);
    hl_duplicate *d = hl_malloc(m->n, sizeof *d);
    int status = hl_fingerprint_set_read(f, m, how, e);
    if (status == 0)
        status = hl_duplicates_find(d, f, m->n, how->jobs, e);
    if (status == 0) {
        hl_fingerprint_set_digest(f, m, t->digest);
        for (size_t i = 0; i < m->n; i++)
            t->unreadable += f[i].why != NULL;
        join_patients(t, d, m);
    } else {
        split_groups_free(t);
    }
    hl_fingerprint_set_free(f, m->n);
    free(f);
    free(d);
    return status;
}

void split_groups_free(split_groups *t)
{
    free(t->keys);
    *t = (split_groups){0};
}
