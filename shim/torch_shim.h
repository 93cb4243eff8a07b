/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thin C border over libtorch (1.13 up to the current 2.x). It knows nothing of X-rays or files.
 *
 * - Every function returns 0, or -1 with ts_last_error() set for the calling thread. No C++
 *   exception crosses the border.
 * - ts_tensor is an opaque handle that owns one reference. A function that gives one out does so
 *   through its first argument; the caller releases it with ts_free. Inputs stay the caller's.
 * - Shapes are row-major. Image batches are [N, C, H, W] logically. They lie in memory channels
 *   first, as written, or channels last, which is [N, H, W, C] row-major; layers keep to the order
 *   of their input.
 * - Gradients are recorded only for tensors that descend from one marked by ts_require_grad.
 */
#ifndef HILUM_SHIM_TORCH_SHIM_H
#define HILUM_SHIM_TORCH_SHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ts_tensor ts_tensor;

typedef enum { TS_U8, TS_F16, TS_BF16, TS_F32 } ts_dtype;
typedef enum { TS_CPU, TS_CUDA } ts_device;
enum { TS_MAX_RANK = 6 };

const char *ts_last_error(void);

/* The version of libtorch that this was compiled with. */
const char *ts_version(void);

/* ---- set-up ---- */

/* Threads of one operation; and malloc tuned so that large buffers stay with the process. Call
 * once, before any other function. */
int ts_init(int threads);

/* Another number of threads from here on; the calling thread's own. */
int ts_set_threads(int threads);

/* Threads of one operation of the calling thread. */
int ts_threads(void);

/* Readies the device: for TS_CUDA loads libtorch's CUDA libraries, which nothing else does, and
 * fails with the reason if there are none, or no usable GPU. */
int ts_use_device(ts_device device);

/* GPU: whether float32 products may round their inputs to TF32's 10 bits. Off at the start. */
void ts_allow_tf32(int allowed);

/* Bytes of free memory of the device. */
int ts_free_memory(ts_device device, uint64_t *bytes);

/* GPU: what the calling thread does from here on is a queue of its own, beside those of other
 * threads. What another thread has made must be complete by then: see ts_wait. */
int ts_own_stream(ts_device device);
/* Returns when all that the calling thread has asked the device for is done. */
int ts_wait(ts_device device);

/* Whether the last error of this thread was the device running out of memory. */
int ts_was_out_of_memory(void);

/* ---- tensors ---- */

/* A copy of host data. */
int ts_from_data(ts_tensor **out, const void *data, ts_dtype dtype, int rank, const int64_t *shape);
/* A view of host data, which must outlive the tensor and everything that shares it. */
int ts_view_data(ts_tensor **out, void *data, ts_dtype dtype, int rank, const int64_t *shape);
/* Row-major values into host memory; bytes must be the tensor's size. */
int ts_to_data(const ts_tensor *t, void *data, size_t bytes);
void ts_free(ts_tensor *t); /* NULL is fine */

int ts_rank(const ts_tensor *t);
int64_t ts_dim(const ts_tensor *t, int i);
/* Another handle to the same values. */
int ts_share(ts_tensor **out, const ts_tensor *t);
/* The same values elsewhere or in another type; a further handle if nothing changes. */
int ts_to(ts_tensor **out, const ts_tensor *t, ts_dtype dtype, ts_device device);
int ts_permute(ts_tensor **out, const ts_tensor *t, const int *order);
/* A rank-4 tensor, of images or a convolution's kernel, in that order in memory; a further handle
 * if it is so already. */
int ts_channels_last(ts_tensor **out, const ts_tensor *t);
int ts_channels_first(ts_tensor **out, const ts_tensor *t);

/* ---- images ---- */

/* U8 [N, H, W, C] (C 1 or 3) -> F32 [N, 3, H, W], channels_last: value v of output channel c is
 * table[c][v], taken from input channel source[c] (from channel 0 where C is 1). */
int ts_lookup(ts_tensor **out, const ts_tensor *images, const float table[3][256],
              const int source[3], ts_device device);

/* ---- layers ---- */

typedef struct ts_window {
    int64_t kernel[2], stride[2];
    int64_t pad[4]; /* top, bottom, left, right */
} ts_window;

/* kernel: [O, I / groups, KH, KW]; bias [O] or NULL. Padding is zero. */
int ts_conv2d(ts_tensor **out, const ts_tensor *x, const ts_tensor *kernel, const ts_tensor *bias,
              const ts_window *w, int64_t groups);
/* The same, plus `added` (of the result's shape, or NULL), then an activation: on a GPU one kernel
 * where cuDNN has it. Not for tensors with gradients. */
typedef enum { TS_ACT_NONE, TS_ACT_RELU, TS_ACT_RELU6 } ts_act;
int ts_conv2d_fused(ts_tensor **out, const ts_tensor *x, const ts_tensor *kernel,
                    const ts_tensor *bias, const ts_window *w, int64_t groups,
                    const ts_tensor *added, ts_act act);
/* Padding never wins a maximum and is not counted by an average. */
int ts_max_pool2d(ts_tensor **out, const ts_tensor *x, const ts_window *w);
int ts_avg_pool2d(ts_tensor **out, const ts_tensor *x, const ts_window *w);
int ts_pad2d(ts_tensor **out, const ts_tensor *x, const int64_t pad[4]);
/* Zeros for further channels of an image batch, or input channels of a kernel; the result lies
 * channels last. */
int ts_pad_channels(ts_tensor **out, const ts_tensor *x, int64_t channels);
/* x * scale + shift, a value for each channel of [N, C, H, W]. */
int ts_channel_affine(ts_tensor **out, const ts_tensor *x, const ts_tensor *scale,
                      const ts_tensor *shift);
int ts_relu(ts_tensor **out, const ts_tensor *x);
int ts_relu6(ts_tensor **out, const ts_tensor *x);
/* The same, overwriting x; not for tensors with gradients. */
int ts_activate(ts_tensor *x, ts_act act);
int ts_add_scaled(ts_tensor **out, const ts_tensor *x, const ts_tensor *y,
                  double scale); /* x + scale y */
int ts_concat_channels(ts_tensor **out, const ts_tensor *const *xs, int n);
/* [N, C, H, W] -> [N, C]: mean or maximum over the pixels. */
int ts_global_mean(ts_tensor **out, const ts_tensor *x);
int ts_global_max(ts_tensor **out, const ts_tensor *x);
/* [N, C, H, W] -> [N, H * W * C], values in Keras' order. */
int ts_flatten_hwc(ts_tensor **out, const ts_tensor *x);
/* The way back, as a view: [N, H * W * C] -> [N, C, H, W]. */
int ts_from_hwc(ts_tensor **out, const ts_tensor *flat, int64_t h, int64_t w, int64_t c);
/* Matrices in host memory, on the calling thread alone: c = a b, or with add c += a b, with size m,
 * n, k: a [m, k], b [k, n], c [m, n], row-major and so many values from row to row; transposed:
 * what stands there is the transpose. */
int ts_gemm(const int64_t size[3], const float *a, int64_t a_stride, int a_transposed,
            const float *b, int64_t b_stride, int b_transposed, int add, float *c,
            int64_t c_stride);

/* ---- TorchScript ---- */

/* A module that somebody saved with torch.jit.save. It is a program: loading one runs its code, so
 * only load what you trust. */
typedef struct ts_module ts_module;
int ts_module_load(ts_module **out, const char *path, ts_device device);
void ts_module_free(ts_module *m); /* NULL is fine */
/* One tensor in, one tensor out; without gradients. */
int ts_module_forward(ts_tensor **out, ts_module *m, const ts_tensor *x);

/* ---- training ---- */

int ts_require_grad(ts_tensor *t);
/* Whether operations of this thread record what gradients need. They do at the start. */
void ts_record_gradients(int recorded);
/* Keras' BatchNormalization on [N, C, H, W]; gamma may be NULL for 1. With training it is the
 * batch's mean and (biased) variance that count, and the moving ones become
 * momentum * moving + (1 - momentum) * the batch's. */
int ts_batch_norm(ts_tensor **out, const ts_tensor *x, const ts_tensor *gamma,
                  const ts_tensor *beta, ts_tensor *mean, ts_tensor *variance, double epsilon,
                  int training, double momentum);
/* The way back from t, whose gradient is slope: F32 values, as many and in the order of t's. */
int ts_backward_from(const ts_tensor *t, const float *slope);
/* What that has added up for t, which was marked by ts_require_grad: of t's shape. */
int ts_gradient(ts_tensor **out, const ts_tensor *t);
int ts_clear_gradient(ts_tensor *t);
/* Where the values of an F32 tensor in host memory, row-major, stand: to be read and changed. */
int ts_values(ts_tensor *t, float **values);

#ifdef __cplusplus
}
#endif
#endif
