/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The forward pass of a backbone through libtorch, as plan.h lays it out.
 */
#ifndef HILUM_NN_INFER_TORCH_BACKEND_H
#define HILUM_NN_INFER_TORCH_BACKEND_H

#include "nn/arch/net.h"
#include "nn/weights/weights.h"
#include "shim/torch_shim.h"

#include <stdbool.h>

typedef struct nn_torch nn_torch;

typedef struct nn_torch_options {
    ts_dtype dtype;   /* TS_F32, TS_F16, TS_BF16 */
    bool tf32;        /* GPU: TS_F32 products may round their inputs to 10 bits */
    ts_device device; /* made ready by ts_use_device */
} nn_torch_options;

/* Prepares the layers that the taps need. Neither n nor w is kept. */
int nn_torch_new(nn_torch **r, const nn_net *n, const nn_weights *w, const int *taps, int ntaps,
                 const nn_torch_options *o, hl_err *e);
void nn_torch_free(nn_torch *r);

/* x: F32 [N, 3, H, W] on the device. outs[i]: output of taps[i], [N, C, h, w], in the run's type;
 * the caller frees each, also those that are there after a failure (NULL before). */
int nn_torch_forward(nn_torch *r, const ts_tensor *x, ts_tensor **outs, hl_err *e);

/* Most bytes of activations that exist at one time, for one image. The images themselves, copies
 * with padding and what libtorch's kernels need as scratch come on top. */
uint64_t nn_torch_peak_bytes(const nn_torch *r);

/* The operation of one layer on its inputs, [N, C, h, w] each; an activation that a convolution has
 * by itself (nn_layer.relu) is left out. kernel: [O, I, KH, KW], depthwise [C, 1, KH, KW]; bias
 * may be NULL; of a batch norm they are scale and shift. As the shim's functions: 0, or -1 with
 * ts_last_error. */
int nn_torch_apply_layer(const nn_layer *l, const ts_tensor *kernel, const ts_tensor *bias,
                         ts_tensor *const *in, ts_tensor **out);

#endif
