/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inference through libtorch: the forward pass of a backbone on a GPU or any CPU, by a fusion plan.
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

/* Loads the layers that the taps (layers whose output is wanted) need. Keeps neither n nor w. */
int nn_torch_new(nn_torch **t, const nn_net *n, const nn_weights *w, const int *taps, int ntaps,
                 const nn_torch_options *o, hl_err *e);
void nn_torch_free(nn_torch *t); /* NULL is fine */

/* Runs a batch; x: F32 [N, 3, H, W] on the device. outs[i] is the output of taps[i], [N, C, h, w],
 * of type o->dtype. All outs are NULL on entry; the caller frees them, also after a failure. */
int nn_torch_forward(nn_torch *t, const ts_tensor *x, ts_tensor **outs, hl_err *e);

/* Peak memory of the activations of one image, in bytes, without the image itself, padded copies
 * and the scratch space of libtorch's kernels. */
uint64_t nn_torch_peak_bytes(const nn_torch *t);

/* Applies one layer to its inputs, [N, C, h, w] each, without the ReLU of a convolution
 * (nn_layer.relu). kernel: [O, I, KH, KW], depthwise [C, 1, KH, KW]; bias may be NULL; for a batch
 * norm they are scale and shift. Returns 0, or -1 with ts_last_error set. */
int nn_torch_apply_layer(const nn_layer *l, const ts_tensor *kernel, const ts_tensor *bias,
                         ts_tensor *const *in, ts_tensor **out);

#endif
