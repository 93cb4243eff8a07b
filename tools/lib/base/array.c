/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/array.h"

#include "base/mem.h"

#include <string.h>

enum { SMALLEST = 16 };

void *hl_array_reserve(void *array, size_t n, size_t *cap, size_t size)
{
    if (n <= *cap)
        return array;
    size_t larger = *cap ? 2 * *cap : SMALLEST;
    if (larger < n)
        larger = n;
    array = hl_realloc(array, larger, size);
    *cap = larger;
    return array;
}

int hl_compare_strings(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}
