/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/union_find.h"

#include "base/mem.h"

#include <stdlib.h>

void hl_union_find_init(hl_union_find *s, size_t n)
{
    *s = (hl_union_find){.parent = hl_malloc(n, sizeof *s->parent), .n = n};
    for (size_t i = 0; i < n; i++)
        s->parent[i] = i;
}

void hl_union_find_free(hl_union_find *s)
{
    free(s->parent);
    *s = (hl_union_find){0};
}

size_t hl_union_find_root(hl_union_find *s, size_t i)
{
    while (s->parent[i] != i) {
        s->parent[i] = s->parent[s->parent[i]]; /* path halving */
        i = s->parent[i];
    }
    return i;
}

bool hl_union_find_join(hl_union_find *s, size_t a, size_t b)
{
    a = hl_union_find_root(s, a);
    b = hl_union_find_root(s, b);
    if (a == b)
        return false;
    s->parent[a < b ? b : a] = a < b ? a : b;
    return true;
}
