/* SPDX-License-Identifier: BSD-2-Clause */
/* Temperature scaling (Guo et al. 2017), which calibrates the probabilities of a classifier. */
#ifndef HILUM_STATS_TEMPERATURE_H
#define HILUM_STATS_TEMPERATURE_H

#include <stddef.h>

/* Calibrates n rows of probabilities [n, nclasses] in place: each becomes p^(1/T), divided by the
 * sum of its row. That is the softmax of logits / T, and keeps the order of the classes. */
void hl_temperature_apply(double temperature, size_t n, size_t nclasses, double *p);

#endif
