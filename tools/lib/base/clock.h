/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HILUM_BASE_CLOCK_H
#define HILUM_BASE_CLOCK_H

/* Seconds on a clock that never jumps; only differences mean anything. */
double hl_now(void);

#endif
