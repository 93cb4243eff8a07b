/* SPDX-License-Identifier: BSD-2-Clause */
#include "difference.h"

#include <math.h>

static const double z = 1.959963984540054; /* 97.5 % quantile of the normal distribution */

static double square(double x)
{
    return x * x;
}

static hl_interval mover(evaluate_measured a, evaluate_measured b)
{
    const hl_interval x = a.estimate.interval, y = b.estimate.interval;
    const double d = a.value - b.value;
    return (hl_interval){d - sqrt(square(a.value - x.lo) + square(y.hi - b.value)),
                         d + sqrt(square(x.hi - a.value) + square(b.value - y.lo))};
}

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
    const hl_interval i = by_bootstrap ? bootstrap : mover(a, b);
    if (!hl_interval_has_width(i))
        return d;
    d.estimate = (hl_estimate){i, by_bootstrap ? HL_BY_BOOTSTRAP : HL_BY_MOVER};
    d.p = p_of(d.value, i);
    return d;
}
