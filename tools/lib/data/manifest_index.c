/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/manifest_index.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static int by_path(const void *a, const void *b)
{
    return strcmp((*(const hl_sample *const *)a)->path, (*(const hl_sample *const *)b)->path);
}

void hl_manifest_index_make(hl_manifest_index *x, const hl_manifest *m)
{
    *x = (hl_manifest_index){.sorted = hl_malloc(m->n, sizeof *x->sorted)};
    for (size_t i = 0; i < m->n; i++)
        if (m->samples[i].augmented == 0)
            x->sorted[x->n++] = &m->samples[i];
    if (x->n)
        qsort(x->sorted, x->n, sizeof *x->sorted, by_path);
}

void hl_manifest_index_free(hl_manifest_index *x)
{
    free(x->sorted);
    *x = (hl_manifest_index){0};
}

static int compare_path(const void *path, const void *sample)
{
    return strcmp(path, (*(const hl_sample *const *)sample)->path);
}

const hl_sample *hl_manifest_find(const hl_manifest_index *x, const char *path)
{
    const hl_sample *const *found =
        x->n ? bsearch(path, x->sorted, x->n, sizeof *x->sorted, compare_path) : NULL;
    return found ? *found : NULL;
}

static void add_text(hl_sha256 *s, const char *text)
{
    hl_sha256_add(s, text, strlen(text) + 1);
}

size_t hl_manifest_left_out(const hl_manifest *all, const hl_manifest *kept,
                            char digest[HL_DIGEST_SIZE])
{
    hl_manifest_index every, left;
    hl_manifest_index_make(&every, all);
    hl_manifest_index_make(&left, kept);
    hl_sha256 *s = hl_sha256_new();
    size_t n = 0;
    for (size_t i = 0; i < every.n; i++) {
        const hl_sample *one = every.sorted[i];
        if (hl_manifest_find(&left, one->path))
            continue;
        n++;
        add_text(s, one->path);
        add_text(s, one->label);
        add_text(s, one->patient);
    }
    hl_sha256_end_text(s, digest);
    hl_manifest_index_free(&every);
    hl_manifest_index_free(&left);
    return n;
}
