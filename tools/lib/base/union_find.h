/* SPDX-License-Identifier: BSD-2-Clause */
/* Disjoint sets of the numbers 0 .. n-1 (union-find). A set is named by its smallest member, so
 * names do not depend on the order of the joins. */
#ifndef HILUM_BASE_UNION_FIND_H
#define HILUM_BASE_UNION_FIND_H

#include <stdbool.h>
#include <stddef.h>

typedef struct hl_sets {
    size_t *parent; /* owned; never larger than the member itself */
    size_t n;
} hl_sets;

void hl_sets_init(hl_sets *s, size_t n); /* every number a set of its own */
void hl_sets_free(hl_sets *s);

size_t hl_sets_find(hl_sets *s, size_t i); /* the smallest member of the set that holds i */

/* One set of two; false where it was one already. */
bool hl_sets_join(hl_sets *s, size_t a, size_t b);

#endif
