/* SPDX-License-Identifier: BSD-2-Clause */
#include "assign.h"

#include "base/mem.h"
#include "base/rng.h"
#include "base/strbuf.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Samples order[first .. first + n - 1], of which the first `own` are of the group's class. */
typedef struct group {
    const char *key;
    double u;
    size_t first, n, own;
    uint32_t cls;
    bool placed;
} group;

typedef struct drawing {
    hl_manifest *m;
    const split_assignment *a;
    double test;   /* a->test, or 0 where the test subset is given */
    size_t *order; /* [n] samples to place, sorted by group and class */
    size_t n;
    group *groups;
    size_t ngroups;
    size_t (*counts)[HL_SUBSETS]; /* [classes] images placed so far */
} drawing;

static const char *key_of(const drawing *d, size_t sample)
{
    const hl_sample *s = &d->m->samples[sample];
    if (!d->a->by_patient)
        return s->path;
    return d->a->keys ? d->a->keys[sample] : s->patient;
}

static int compare_samples(const void *a, const void *b, void *ctx)
{
    const drawing *d = ctx;
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    const int order = strcmp(key_of(d, x), key_of(d, y));
    if (order)
        return order;
    const uint32_t cx = d->m->samples[x].cls, cy = d->m->samples[y].cls;
    return (cx > cy) - (cx < cy);
}

/* The number of a group, of the purpose DRAW CLASS "\0" GROUP; draw has len bytes, its NUL
 * included.
 */
static double group_number(const drawing *d, const group *g, const char *draw, size_t len)
{
    const char *label = d->m->classes[g->cls];
    hl_strbuf purpose = {0};
    hl_strbuf_add(&purpose, draw, len);
    hl_strbuf_add(&purpose, label, strlen(label) + 1);
    hl_strbuf_puts(&purpose, g->key);
    hl_rng r = hl_rng_make_bytes(d->a->seed, purpose.data, purpose.len);
    hl_strbuf_free(&purpose);
    return hl_rng_uniform(&r);
}

static void find_groups(drawing *d)
{
    for (size_t i = 0; i < d->m->n; i++)
        if (!d->a->keep_test || d->m->samples[i].subset != HL_TEST)
            d->order[d->n++] = i;
    const size_t n = d->n;
    qsort_r(d->order, n, sizeof *d->order, compare_samples, d);
    for (size_t i = 0; i < n;) {
        group *g = &d->groups[d->ngroups++];
        *g = (group){.key = key_of(d, d->order[i]), .first = i};
        g->cls = d->m->samples[d->order[i]].cls;
        for (; i < n && strcmp(key_of(d, d->order[i]), g->key) == 0; i++) {
            g->n++;
            g->own += d->m->samples[d->order[i]].cls == g->cls;
        }
        g->u = group_number(d, g, "split", sizeof "split");
    }
}

static void place(drawing *d, group *g, hl_subset subset)
{
    g->placed = true;
    for (size_t i = g->first; i < g->first + g->n; i++) {
        hl_sample *s = &d->m->samples[d->order[i]];
        s->subset = subset;
        d->counts[s->cls][subset]++;
    }
}

static void place_by_number(drawing *d)
{
    const double from = d->a->from, test = from + (1.0 - from) * d->test;
    const double val = test + (1.0 - test) * d->a->val;
    for (size_t i = 0; i < d->ngroups; i++) {
        group *g = &d->groups[i];
        if (!g->placed)
            place(d, g, g->u < test ? HL_TEST : (g->u < val ? HL_VAL : HL_TRAIN));
    }
}

/* ---- exact numbers ---- */

static int compare_groups(const void *a, const void *b)
{
    const group *x = a, *y = b;
    if (x->cls != y->cls)
        return x->cls < y->cls ? -1 : 1;
    if (x->u != y->u)
        return x->u < y->u ? -1 : 1;
    return strcmp(x->key, y->key);
}

/* Rounds up; a product like 0.1 * 30, which is slightly above 3 in floating point, counts as 3. */
static size_t images_for(double fraction, size_t n)
{
    return (size_t)ceil(fraction * (double)n - 1e-9);
}

/* Fills a subset of one class with its groups, in their order, up to `target` images. Where all
 * groups that remain are too large, the smallest is added if that comes nearer to the target. */
static void fill(drawing *d, group *groups, size_t n, hl_subset subset, size_t target)
{
    if (n == 0)
        return;
    const size_t *count = &d->counts[groups[0].cls][subset];
    group *smallest = NULL;
    for (size_t i = 0; i < n && *count < target; i++) {
        group *g = &groups[i];
        if (g->placed)
            continue;
        if (*count + g->own <= target)
            place(d, g, subset);
        else if (!smallest || g->own < smallest->own)
            smallest = g;
    }
    if (*count < target && smallest && *count + smallest->own - target < target - *count)
        place(d, smallest, subset);
}

static void place_exactly(drawing *d)
{
    size_t *images = hl_calloc(d->m->nclasses, sizeof *images);
    for (size_t i = 0; i < d->n; i++)
        images[d->m->samples[d->order[i]].cls]++;
    qsort(d->groups, d->ngroups, sizeof *d->groups, compare_groups);
    for (size_t i = 0, n; i < d->ngroups; i += n) {
        group *groups = d->groups + i;
        const uint32_t cls = groups[0].cls;
        for (n = 1; i + n < d->ngroups && groups[n].cls == cls; n++)
            continue;
        fill(d, groups, n, HL_TEST, images_for(d->test, images[cls]));
        const size_t rest = images[cls] - d->counts[cls][HL_TEST];
        fill(d, groups, n, HL_VAL, images_for(d->a->val, rest));
        for (size_t k = 0; k < n; k++)
            if (!groups[k].placed)
                place(d, &groups[k], HL_TRAIN);
    }
    free(images);
}

/* ---- folds ---- */

/* images[fold]: of the current class, and of all classes. */
static size_t emptiest_fold(size_t folds, size_t (*images)[2])
{
    size_t best = 0;
    for (size_t f = 1; f < folds; f++)
        if (images[f][0] < images[best][0] ||
            (images[f][0] == images[best][0] && images[f][1] < images[best][1]))
            best = f;
    return best;
}

/* Places the groups of the requested fold in the test subset and gives all groups the number by
 * which validation is drawn. A group counts with the images of its own class; its others are few.
 */
static void deal_folds(drawing *d)
{
    const size_t folds = d->a->folds;
    char draw[32] = "fold";
    const size_t len = 5 + (size_t)snprintf(draw + 5, sizeof draw - 5, "%zu", d->a->fold) + 1;
    size_t(*images)[2] = hl_calloc(folds, sizeof *images);
    qsort(d->groups, d->ngroups, sizeof *d->groups, compare_groups);
    for (size_t i = 0; i < d->ngroups; i++) {
        group *g = &d->groups[i];
        const bool new_class = i > 0 && g[-1].cls != g->cls;
        for (size_t f = 0; new_class && f < folds; f++)
            images[f][0] = 0;
        const size_t fold = emptiest_fold(folds, images);
        images[fold][0] += g->own;
        images[fold][1] += g->n;
        if (fold + 1 == d->a->fold)
            place(d, g, HL_TEST);
    }
    for (size_t i = 0; i < d->ngroups; i++)
        d->groups[i].u = group_number(d, &d->groups[i], draw, len);
    free(images);
}

size_t split_assign_subsets(hl_manifest *m, const split_assignment *a)
{
    drawing d = {.m = m, .a = a, .test = a->folds || a->keep_test ? 0 : a->test};
    d.order = hl_malloc(m->n, sizeof *d.order);
    d.groups = hl_malloc(m->n, sizeof *d.groups);
    d.counts = hl_calloc(m->nclasses, sizeof *d.counts);
    find_groups(&d);
    size_t mixed = 0;
    for (size_t i = 0; i < d.ngroups; i++)
        mixed += d.groups[i].own < d.groups[i].n;
    if (a->folds)
        deal_folds(&d);
    if (a->exact)
        place_exactly(&d);
    else
        place_by_number(&d);
    free(d.order);
    free(d.groups);
    free(d.counts);
    return mixed;
}
