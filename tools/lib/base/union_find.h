/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Disjoint sets of the numbers 0 .. n-1 (union-find). A set is identified by its smallest member,
 * so the result does not depend on the order of the joins.
 */
#ifndef HILUM_BASE_UNION_FIND_H
#define HILUM_BASE_UNION_FIND_H

#include <stdbool.h>
#include <stddef.h>

typedef struct hl_union_find {
    size_t *parent; /* owned; parent[i] <= i */
    size_t n;
} hl_union_find;

void hl_union_find_init(hl_union_find *s, size_t n); /* n sets of one number each */
void hl_union_find_free(hl_union_find *s);

/* The smallest member of the set that contains i. */
size_t hl_union_find_root(hl_union_find *s, size_t i);

/* Merges the sets of a and b; false if they were the same set already. */
bool hl_union_find_join(hl_union_find *s, size_t a, size_t b);

#endif
