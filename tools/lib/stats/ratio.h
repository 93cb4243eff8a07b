/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HILUM_STATS_RATIO_H
#define HILUM_STATS_RATIO_H

/* a / b, or 0 unless b > 0, like scikit-learn's zero_division=0. */
static inline double hl_ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

#endif
