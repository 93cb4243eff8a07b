/* SPDX-License-Identifier: BSD-2-Clause */
/* Disjoint sets of the numbers 0 .. n-1 (union-find). A set is named by its smallest member, so
 * names do not depend on the order of the joins. */
#ifndef HILUM_BASE_UNION_FIND_H
#define HILUM_BASE_UNION_FIND_H

#include <stdbool.h>
#include <stddef.h>

typedef struct hl_union_find {
    size_t *parent; /* owned; never larger than the member itself */
    size_t n;
} hl_union_find;

void hl_union_find_init(hl_union_find *s, size_t n); /* every number a set of its own */
void hl_union_find_free(hl_union_find *s);

size_t hl_union_find_root(hl_union_find *s,
                          size_t i); /* the smallest member of the set that holds i */

/* One set of two; false where it was one already. */
bool hl_union_find_join(hl_union_find *s, size_t a, size_t b);

#endif
