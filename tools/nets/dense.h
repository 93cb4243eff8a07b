/* SPDX-License-Identifier: BSD-2-Clause */
/* A fully connected layer on the CPU, for answers; training goes through libtorch. */
#ifndef HL_NET_DENSE_H
#define HL_NET_DENSE_H

#include "../common/error.h"

#include <stdbool.h>
#include <stddef.h>

/* y = x kernel + bias, or with relu the larger of that and 0. x: [n, inputs], kernel: [inputs,
 * units], bias: [units], y: [n, units]. A row's result depends neither on the rows beside it nor on
 * the number of threads: it is always one, which is soon done. */
int net_dense(const float *x, size_t n, const float *kernel, const float *bias, size_t inputs,
              size_t units, bool relu, float *y, hl_err *e);

#endif
