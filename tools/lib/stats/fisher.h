/* SPDX-License-Identifier: BSD-2-Clause */
/* Fisher's exact test of independence in a table of two by two. */
#ifndef HILUM_STATS_FISHER_H
#define HILUM_STATS_FISHER_H

#include <stddef.h>

/* k of n items of one kind have a property, and other_k of other_n of the other kind. Returns the
 * two-sided p: the probability, with these totals, of all tables that are no more probable than
 * this one, as R's fisher.test and SciPy's fisher_exact define it. */
double hl_fisher_exact(size_t k, size_t n, size_t other_k, size_t other_n);

#endif
