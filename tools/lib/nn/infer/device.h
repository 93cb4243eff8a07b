/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tools on libtorch have in common at their start: where to compute, and with what. */
#ifndef HILUM_NN_INFER_DEVICE_H
#define HILUM_NN_INFER_DEVICE_H

#include "base/error.h"
#include "shim/torch_shim.h"

#include <stdio.h>

#define NN_DEVICE_WORDS "auto|cpu|cuda"
enum { NN_DEVICE_AUTO, NN_DEVICE_CPU, NN_DEVICE_CUDA };

/* Readies the device that was asked for, one of the words, and says which it is: auto is a GPU that
 * can be used, or else the CPU. */
int nn_choose_device(int word, ts_device *chosen, hl_err *e);

/* The libraries that results depend on, for --version. */
void nn_libraries(FILE *fp);

#endif
