/* SPDX-License-Identifier: BSD-2-Clause */
#include "stats/temperature.h"

#include <math.h>

void hl_temperature_apply(double temperature, size_t n, size_t nclasses, double *p)
{
    if (temperature == 1)
        return;
    for (double *row = p; row < p + n * nclasses; row += nclasses) {
        double top = row[0], sum = 0;
        for (size_t k = 1; k < nclasses; k++)
            top = fmax(top, row[k]);
        /* Relative to the largest one, so that small probabilities do not underflow. */
        for (size_t k = 0; k < nclasses; k++)
            sum += row[k] = exp(log(row[k] / top) / temperature);
        for (size_t k = 0; k < nclasses; k++)
            row[k] /= sum;
    }
}
