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

/* Returns the array with room for at least n elements of this size, moved if it had to grow; *cap
 * is its room, 0 for an array NULL. Running out of memory ends the program (mem.h). */
void *hl_array_reserve(void *array, size_t n, size_t *cap, size_t size);

#endif
