/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Holm's step-down correction of p values for the number of tests (Holm, Scand. J. Stat. 1979, 6:
 * 65): the probability that any true hypothesis is rejected stays below the level, whatever the
 * dependence of the tests. Equal to multipletests(p, method="holm") of statsmodels.
 */
#ifndef HILUM_STATS_HOLM_H
#define HILUM_STATS_HOLM_H

#include <stddef.h>

/* Corrects n p-values in place; NaN stays and does not count. */
void hl_holm_adjust(double *p, size_t n);

#endif
