/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The forward pass of a backbone on the CPU through oneDNN itself, which knows kernels that
 * libtorch never asks for: Winograd's for 3 x 3 convolutions (Lavin and Gray, arXiv:1509.09308),
 * additions and activations done by the convolution before them, values that stay in the kernels'
 * own order from layer to layer. Each worker runs batches by itself on one thread, so workers never
 * wait for each other, and a result does not depend on how many there are.
 */
#ifndef HILUM_NN_INFER_ONEDNN_BACKEND_H
#define HILUM_NN_INFER_ONEDNN_BACKEND_H

#include "base/error.h"
#include "nn/arch/net.h"
#include "nn/infer/preprocess_input.h"
#include "nn/weights/weights.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct nn_onednn nn_onednn;

/* "none" in a build without it. */
const char *nn_onednn_version(void);

/* Whether this program has oneDNN, this CPU has the vectors that make it fast (AVX2; for bfloat16
 * AVX-512), and the layers up to the output are ones that it does here. */
bool nn_onednn_suits(const nn_net *n, int output, bool bf16);

typedef struct nn_onednn_options {
    size_t batch;   /* images a worker takes at a time; fewer cost up to as much */
    size_t workers; /* batches that are run at the same time */
    bool bf16;      /* values and kernels in bfloat16, sums in float32 */
} nn_onednn_options;

/* Neither n nor w is kept. */
int nn_onednn_new(nn_onednn **g, const nn_net *n, const nn_weights *w, int output,
                  const nn_onednn_options *o, hl_err *e);
void nn_onednn_free(nn_onednn *g);

size_t nn_onednn_workers(const nn_onednn *g);

/* images: U8 [n, H, W, channels], channels 1 or 3; map: F32 [n, h, w, C], the output. May be called
 * by several threads at once; each waits for a worker. */
int nn_onednn_forward(nn_onednn *g, const uint8_t *images, size_t n, int channels,
                      const nn_normalize *scaling, float *map, hl_err *e);

#endif
