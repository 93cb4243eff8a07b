/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Denormal numbers: floats below 1.2e-38, on which many processors are far slower. Training
 * produces them: moving averages of gradients that have become 0 shrink by a tenth per step until
 * they are denormal, and stay there.
 */
#ifndef HILUM_TRAIN_HEAD_DENORMALS_H
#define HILUM_TRAIN_HEAD_DENORMALS_H

/* Makes denormals count as 0, in this thread and in those that it starts, on x86 and aarch64;
 * elsewhere it does nothing. */
void train_flush_denormals(void);

#endif
