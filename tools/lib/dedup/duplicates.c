/* SPDX-License-Identifier: BSD-2-Clause */
#include "dedup/duplicates.h"

#include "base/array.h"
#include "base/mem.h"
#include "base/ordered_map.h"
#include "base/progress.h"
#include "base/union_find.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* ---- identical bytes, identical pixels ---- */

typedef struct equality {
    const hl_fingerprint *f;
    bool by_pixels;
} equality;

static int compare_digests(const void *a, const void *b, void *ctx)
{
    const equality *q = ctx;
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    const unsigned char *dx = q->by_pixels ? q->f[x].pixels : q->f[x].file;
    const unsigned char *dy = q->by_pixels ? q->f[y].pixels : q->f[y].file;
    const int order = memcmp(dx, dy, 32);
    return order ? order : (x > y) - (x < y);
}

/* The constant is the SHA-256 of an empty file: empty files are not duplicates of each other. */
static bool has_bytes(const hl_fingerprint *f)
{
    static const unsigned char empty[] = {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14,
                                          0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
                                          0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c,
                                          0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};
    return f->read && memcmp(f->file, empty, sizeof empty) != 0;
}

static void join_run(hl_duplicate *d, hl_union_find *sets, const size_t *run, size_t n,
                     hl_likeness how)
{
    for (size_t i = 0; i < n && n > 1; i++) {
        hl_duplicate *x = &d[run[i]];
        hl_union_find_join(sets, run[0], run[i]);
        if (x->likeness < how) {
            x->likeness = how;
            x->other = run[i ? 0 : 1];
            x->correlation = 1;
        }
    }
}

static void join_equal(hl_duplicate *d, hl_union_find *sets, const hl_fingerprint *f, size_t n,
                       bool by_pixels)
{
    equality q = {f, by_pixels};
    size_t *order = hl_malloc(n, sizeof *order), kept = 0;
    for (size_t i = 0; i < n; i++)
        if (by_pixels ? !f[i].why : has_bytes(&f[i])) /* skips images without that digest */
            order[kept++] = i;
    qsort_r(order, kept, sizeof *order, compare_digests, &q);
    for (size_t i = 0, run; i < kept; i += run) {
        const unsigned char *digest = by_pixels ? f[order[i]].pixels : f[order[i]].file;
        for (run = 1; i + run < kept; run++) {
            const hl_fingerprint *g = &f[order[i + run]];
            if (memcmp(digest, by_pixels ? g->pixels : g->file, 32) != 0)
                break;
        }
        join_run(d, sets, order + i, run, by_pixels ? HL_SAME_PIXELS : HL_SAME_FILE);
    }
    free(order);
}

/* ---- near duplicates ---- */

typedef struct candidates {
    size_t *items;
    size_t n, cap;
} candidates;

typedef struct search {
    const hl_fingerprint *f;
    hl_duplicate *d;
    hl_union_find sets;
    uint64_t (*hashes)[HL_HASH_WORDS]; /* [n], contiguous; of the images that have a hash */
    size_t *images;                    /* [n], indices of these images */
    size_t n;
    candidates *slots;
    hl_progress progress;
} search;

static void add_candidate(candidates *c, size_t i)
{
    c->items = hl_array_reserve(c->items, c->n + 1, &c->cap, sizeof *c->items);
    c->items[c->n++] = i;
}

static inline __attribute__((always_inline)) void scan_any(const search *s, size_t i, candidates *c)
{
    for (size_t j = i + 1; j < s->n; j++)
        if (hl_hash_distance(s->hashes[i], s->hashes[j]) <= HL_HASH_NEAR)
            add_candidate(c, j);
}

/* All pairs are compared, without an index: 5e9 pairs (100,000 images) take seconds, and an index
 * that tolerates this many differing bits would visit a large part of them anyway. */
#ifdef __x86_64__
__attribute__((target("popcnt"))) static void scan_popcnt(const search *s, size_t i, candidates *c)
{
    scan_any(s, i, c);
}
#endif

static void scan(const search *s, size_t i, candidates *c)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("popcnt")) {
        scan_popcnt(s, i, c);
        return;
    }
#endif
    scan_any(s, i, c);
}

static int work(void *ctx, size_t i, size_t slot, hl_err *e)
{
    (void)e;
    search *s = ctx;
    s->slots[slot].n = 0;
    scan(s, i, &s->slots[slot]);
    return 0;
}

static void record_near(hl_duplicate *d, size_t other, double correlation)
{
    if (d->likeness > HL_NEAR || (d->likeness == HL_NEAR && d->correlation >= correlation))
        return;
    d->likeness = HL_NEAR;
    d->other = other;
    d->correlation = correlation;
}

/* Pairs that are in one group already are skipped, so that many copies of one image cost no more
 * comparisons of thumbnails than there are copies. */
static int emit(void *ctx, size_t i, size_t slot, hl_err *e)
{
    (void)e;
    search *s = ctx;
    const candidates *c = &s->slots[slot];
    const size_t a = s->images[i];
    for (size_t k = 0; k < c->n; k++) {
        const size_t b = s->images[c->items[k]];
        if (hl_union_find_root(&s->sets, a) == hl_union_find_root(&s->sets, b))
            continue;
        const double r = hl_thumb_correlation(s->f[a].thumb, s->f[b].thumb);
        if (r < HL_THUMB_NEAR)
            continue;
        hl_union_find_join(&s->sets, a, b);
        record_near(&s->d[a], b, r);
        record_near(&s->d[b], a, r);
    }
    hl_progress_add(&s->progress, 1);
    return 0;
}

static int join_near(search *s, size_t n, int jobs, hl_err *e)
{
    const size_t nslots = hl_ordered_slots(jobs);
    s->hashes = hl_malloc(n, sizeof *s->hashes);
    s->images = hl_malloc(n, sizeof *s->images);
    s->slots = hl_calloc(nslots, sizeof *s->slots);
    for (size_t i = 0; i < n; i++) {
        if (s->f[i].why || s->f[i].plain)
            continue;
        memcpy(s->hashes[s->n], s->f[i].hash, sizeof *s->hashes);
        s->images[s->n++] = i;
    }
    hl_progress_start(&s->progress, "images compared", s->n);
    const int status = hl_ordered_map(s->n, jobs, work, emit, s, e);
    if (status == 0)
        hl_progress_end(&s->progress);
    for (size_t i = 0; i < nslots; i++)
        free(s->slots[i].items);
    free(s->slots);
    free(s->images);
    free(s->hashes);
    return status;
}

int hl_duplicates_find(hl_duplicate *d, const hl_fingerprint *f, size_t n, int jobs, hl_err *e)
{
    search s = {.f = f, .d = d};
    hl_union_find_init(&s.sets, n);
    for (size_t i = 0; i < n; i++)
        d[i] = (hl_duplicate){.group = i, .other = i, .likeness = HL_ALONE};
    join_equal(d, &s.sets, f, n, false);
    join_equal(d, &s.sets, f, n, true);
    const int status = join_near(&s, n, jobs, e);
    for (size_t i = 0; i < n; i++)
        d[i].group = hl_union_find_root(&s.sets, i);
    hl_union_find_free(&s.sets);
    return status;
}
