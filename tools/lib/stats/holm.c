/* SPDX-License-Identifier: BSD-2-Clause */
#include "stats/holm.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

typedef struct tested {
    double p;
    size_t i;
} tested;

static int by_p(const void *a, const void *b)
{
    const double x = ((const tested *)a)->p, y = ((const tested *)b)->p;
    return (x > y) - (x < y);
}

void hl_holm_adjust(double *p, size_t n)
{
    tested *t = hl_malloc(n, sizeof *t);
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(p[i]))
            t[count++] = (tested){p[i], i};
    qsort(t, count, sizeof *t, by_p);
    double least = 0;
    for (size_t i = 0; i < count; i++) {
        least = fmax(least, fmin(1, t[i].p * (double)(count - i)));
        p[t[i].i] = least;
    }
    free(t);
}
