/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arrays that grow by doubling.
 *
 *   list->items = hl_array_reserve(list->items, list->n + 1, &list->cap, sizeof *list->items);
 *   list->items[list->n++] = item;
 */
#ifndef HILUM_BASE_ARRAY_H
#define HILUM_BASE_ARRAY_H

#include <stddef.h>

/* Makes room for at least n elements of `size` bytes each and returns the array, which may have
 * moved; the caller frees it. *cap is its capacity in elements; start with NULL and 0. Running out
 * of memory ends the program (mem.h). */
void *hl_array_reserve(void *array, size_t n, size_t *cap, size_t size);

/* For qsort and bsearch of an array of strings (char *): the order of strcmp. */
int hl_compare_strings(const void *a, const void *b);

#endif
