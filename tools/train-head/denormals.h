/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floats below 1.2e-38, of which there are some more with ever fewer digits, cost many processors
 * far more time than others. Training makes them: averages of gradients that have become 0 shrink
 * by a tenth at each step until they are such numbers, and stay there.
 */
#ifndef HILUM_TRAIN_HEAD_DENORMALS_H
#define HILUM_TRAIN_HEAD_DENORMALS_H

/* From here on they count as 0, in this thread and in those that it starts. On x86 and
 * aarch64; elsewhere nothing changes. */
void train_flush_denormals(void);

#endif
