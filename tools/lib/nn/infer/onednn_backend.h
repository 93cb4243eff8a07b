/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inference through oneDNN: the forward pass of a backbone on a CPU with AVX2 or AVX-512, by a
 * fusion plan. Called directly, oneDNN offers what libtorch does not use: additions and activations
 * fused into the preceding convolution, and values that stay in the kernels' own layout from layer
 * to layer. Most 3 x 3 convolutions, and those along lines of 3 or 7 taps, are computed by
 * winograd.h instead.
 *
 * Each worker runs batches on one thread, so workers never wait for each other and results do not
 * depend on their number.
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

/* "none" in a build without oneDNN. */
const char *nn_onednn_version(void);

/* The vector instructions that backbones are computed with on this CPU: "AVX-512", "AVX2", or
 * "none" where oneDNN is not used. ONEDNN_MAX_CPU_ISA restricts them. */
const char *nn_onednn_isa(void);

/* Whether this program has oneDNN, this CPU has the vector extensions that make it fast (AVX2, or
 * AVX-512 for bfloat16), and all layers up to the output are supported. */
bool nn_onednn_suits(const nn_net *n, int output, bool bf16);

typedef struct nn_onednn_options {
    size_t batch; /* images per batch of a worker; a partial batch may take as long as a full one */
    size_t workers; /* batches run at the same time */
    bool bf16;      /* values and kernels in bfloat16, sums in float32 */
} nn_onednn_options;

/* Loads the layers that the output layer needs. Keeps neither n nor w. */
int nn_onednn_new(nn_onednn **b, const nn_net *n, const nn_weights *w, int output,
                  const nn_onednn_options *o, hl_err *e);
void nn_onednn_free(nn_onednn *b); /* NULL is fine */

size_t nn_onednn_workers(const nn_onednn *b);

/* Computes the output layer; images: U8 [n, H, W, channels], channels 1 or 3; map: F32 [n, h, w,
 * C]. May be called from several threads at once; each waits for a free worker. */
int nn_onednn_forward(nn_onednn *b, const uint8_t *images, size_t n, int channels,
                      const nn_normalize *scaling, float *map, hl_err *e);

#endif
