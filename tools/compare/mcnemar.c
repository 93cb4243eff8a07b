/* SPDX-License-Identifier: BSD-2-Clause */
#include "mcnemar.h"

#include <math.h>

enum { EXACT_BELOW = 25 };

compare_mcnemar_result compare_mcnemar(uint64_t only_a, uint64_t only_b)
{
    const uint64_t n = only_a + only_b, least = only_a < only_b ? only_a : only_b;
    if (n < EXACT_BELOW) {
        double tail = 0, chosen = 1; /* n over k */
        for (uint64_t k = 0; k <= least; k++) {
            tail += chosen;
            chosen = chosen * (double)(n - k) / (double)(k + 1);
        }
        return (compare_mcnemar_result){true, (double)least, fmin(1, 2 * ldexp(tail, -(int)n))};
    }
    const double gap = fabs((double)only_a - (double)only_b) - 1;
    const double chi = gap > 0 ? gap * gap / (double)n : 0;
    return (compare_mcnemar_result){false, chi, erfc(sqrt(chi / 2))};
}
