/* SPDX-License-Identifier: BSD-2-Clause */
#include "difference.h"

#include <math.h>

static const double z = 1.959963984540054; /* 97.5 % quantile of the normal distribution */

static double p_of(double difference, hl_interval i)
{
    const double distance = difference > 0 ? difference - i.lo : i.hi - difference;
    return difference == 0 ? 1 : erfc(z * fabs(difference) / distance / sqrt(2));
}

evaluate_difference evaluate_difference_of(evaluate_measured a, evaluate_measured b,
                                           hl_interval bootstrap)
{
    evaluate_difference d = {a.value - b.value, {{NAN, NAN}, HL_NOT_ESTIMABLE}, NAN};
    const bool by_bootstrap = a.estimate.method == HL_BY_BOOTSTRAP &&
                              b.estimate.method == HL_BY_BOOTSTRAP && bootstrap.lo < d.value &&
                              d.value < bootstrap.hi;
    const hl_interval i = by_bootstrap ? bootstrap
                                       : hl_mover_difference(a.value, a.estimate.interval, b.value,
                                                             b.estimate.interval);
    if (!hl_interval_has_width(i))
        return d;
    d.estimate = (hl_estimate){i, by_bootstrap ? HL_BY_BOOTSTRAP : HL_BY_MOVER};
    d.p = p_of(d.value, i);
    return d;
}
