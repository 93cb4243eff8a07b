/* SPDX-License-Identifier: BSD-2-Clause */
#include "stats/ranks.h"

#include "base/mem.h"

#include <stdlib.h>

typedef struct ranked {
    double value;
    size_t i;
} ranked;

static int by_value(const void *a, const void *b)
{
    const double x = ((const ranked *)a)->value, y = ((const ranked *)b)->value;
    return (x > y) - (x < y);
}

void hl_midranks(size_t n, const double *values, double *ranks)
{
    ranked *r = hl_malloc(n, sizeof *r);
    for (size_t i = 0; i < n; i++)
        r[i] = (ranked){values[i], i};
    qsort(r, n, sizeof *r, by_value);
    for (size_t i = 0; i < n;) {
        size_t end = i;
        while (end < n && r[end].value == r[i].value)
            end++;
        const double mean = (double)(i + end + 1) / 2;
        for (; i < end; i++)
            ranks[r[i].i] = mean;
    }
    free(r);
}

int hl_compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
