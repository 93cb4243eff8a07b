/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/union_find.h"

#include "base/mem.h"

#include <stdlib.h>

void hl_sets_init(hl_sets *s, size_t n)
{
    *s = (hl_sets){.parent = hl_malloc(n, sizeof *s->parent), .n = n};
    for (size_t i = 0; i < n; i++)
        s->parent[i] = i;
}

void hl_sets_free(hl_sets *s)
{
    free(s->parent);
    *s = (hl_sets){0};
}

size_t hl_sets_find(hl_sets *s, size_t i)
{
    while (s->parent[i] != i) {
        s->parent[i] = s->parent[s->parent[i]]; /* halves the way for who comes next */
        i = s->parent[i];
    }
    return i;
}

bool hl_sets_join(hl_sets *s, size_t a, size_t b)
{
    a = hl_sets_find(s, a);
    b = hl_sets_find(s, b);
    if (a == b)
        return false;
    s->parent[a < b ? b : a] = a < b ? a : b;
    return true;
}
