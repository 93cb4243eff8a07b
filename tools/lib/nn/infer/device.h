/* SPDX-License-Identifier: BSD-2-Clause */
/* Choice of the device, and the libraries to be named by --version, for all tools with networks. */
#ifndef HILUM_NN_INFER_DEVICE_H
#define HILUM_NN_INFER_DEVICE_H

#include "base/error.h"
#include "shim/torch_shim.h"

#include <stdio.h>

#define NN_DEVICE_WORDS "auto|cpu|cuda"
enum { NN_DEVICE_AUTO, NN_DEVICE_CPU, NN_DEVICE_CUDA };

/* Makes the device ready that was asked for (an index of NN_DEVICE_WORDS) and gives it in *chosen.
 * auto is a usable GPU, or else the CPU; cuda without a usable GPU fails. */
int nn_choose_device(int word, ts_device *chosen, hl_err *e);

/* Prints the versions of the libraries that results depend on. */
void nn_libraries(FILE *fp);

#endif
