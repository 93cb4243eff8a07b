/* SPDX-License-Identifier: BSD-2-Clause */
/* Ranks and order of numbers. */
#ifndef HILUM_STATS_RANKS_H
#define HILUM_STATS_RANKS_H

#include <stddef.h>

/* ranks[i]: rank of values[i] among the n values, from 1; ties share the mean of their ranks. */
void hl_midranks(size_t n, const double *values, double *ranks);

/* Ascending order of doubles, for qsort. */
int hl_compare_doubles(const void *a, const void *b);

#endif
