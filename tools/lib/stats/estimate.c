/* SPDX-License-Identifier: BSD-2-Clause */
#include "stats/estimate.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

const char *const hl_interval_method_names[HL_INTERVAL_METHODS] = {
    "bootstrap", "Wilson", "Newcombe", "MOVER", "bounds", "not estimable",
};

bool hl_interval_has_width(hl_interval i)
{
    /* Less is what rounding leaves of no width; predictions have nine digits. */
    static const double least = 1e-9;
    return isfinite(i.lo) && isfinite(i.hi) && i.hi - i.lo > least;
}

static hl_estimate estimate(hl_interval bootstrap, bool incomplete, hl_interval other,
                            hl_interval_method method)
{
    if (hl_interval_has_width(bootstrap) && !incomplete)
        return (hl_estimate){bootstrap, HL_BY_BOOTSTRAP};
    if (hl_interval_has_width(other))
        return (hl_estimate){other, method};
    return (hl_estimate){{NAN, NAN}, HL_NOT_ESTIMABLE};
}

hl_estimate hl_estimate_proportion(hl_interval bootstrap, bool incomplete, double p,
                                   double patients)
{
    return estimate(bootstrap, incomplete, hl_wilson(p, patients), HL_BY_WILSON);
}

hl_estimate hl_estimate_auroc(hl_interval bootstrap, bool incomplete, double area, double m,
                              double n)
{
    return estimate(bootstrap, incomplete, hl_newcombe_auroc(area, m, n), HL_BY_NEWCOMBE);
}

hl_estimate hl_estimate_mean(hl_interval bootstrap, bool incomplete, const double *p,
                             const double *patients, size_t k)
{
    hl_interval *each = hl_malloc(k, sizeof *each);
    for (size_t i = 0; i < k; i++)
        each[i] = hl_wilson(p[i], patients[i]);
    const hl_interval mover = hl_mover_mean(p, each, k);
    free(each);
    return estimate(bootstrap, incomplete, mover, HL_BY_MOVER);
}

hl_estimate hl_estimate_other(hl_interval bootstrap, bool incomplete)
{
    return estimate(bootstrap, incomplete, (hl_interval){NAN, NAN}, HL_NOT_ESTIMABLE);
}
