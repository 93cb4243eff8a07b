/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HILUM_BASE_CLOCK_H
#define HILUM_BASE_CLOCK_H

/* Seconds on a monotonic clock; only differences are meaningful. */
double hl_now(void);

#endif
