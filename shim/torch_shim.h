/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thin C interface to libtorch (1.13 to current 2.x). It knows nothing of files or X-rays.
 *
 *     ts_tensor *x, *y;
 *     if (ts_from_data(&x, values, TS_F32, 2, shape))
 *         return report(ts_last_error());
 *     int status = ts_relu(&y, x);
 *     ts_free(x);
 *
 * - Functions return 0, or -1 with ts_last_error() set for the calling thread. No C++ exception
 *   leaves the shim.
 * - ts_tensor is an opaque handle that owns one reference. Functions return tensors through their
 *   first argument; the caller releases them with ts_free. Inputs remain the caller's.
 * - Shapes are row-major. Image batches are logically [N, C, H, W]. In memory they are channels
 *   first, as written, or channels last, which is row-major [N, H, W, C]; layers keep the memory
 *   layout of their input.
 * - Gradients are recorded only for tensors computed from one marked by ts_require_grad.
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

/* The version of libtorch that the shim was compiled with. */
const char *ts_version(void);

/* ---- set-up ---- */

/* Sets the threads per operation, and tunes malloc to keep large buffers in the process. To be
 * called once, before any other function. */
int ts_init(int threads);

/* Changes the threads per operation, of the calling thread. */
int ts_set_threads(int threads);

/* The threads per operation of the calling thread. */
int ts_threads(void);

/* Makes a device ready. For TS_CUDA this loads libtorch's CUDA libraries, which are not loaded
 * otherwise; it fails with the reason if there are none, or there is no usable GPU. */
int ts_use_device(ts_device device);

/* GPU: whether float32 products may round their inputs to TF32's 10 bits; initially not. */
void ts_allow_tf32(int allowed);

/* Gives the free memory of a device in bytes. */
int ts_free_memory(ts_device device, uint64_t *bytes);

/* GPU: gives the calling thread a stream of its own, so that its work runs concurrently with that
 * of other threads. Tensors made by another thread must be complete by then: see ts_wait. */
int ts_own_stream(ts_device device);
/* Waits until the device has completed the work of the calling thread. */
int ts_wait(ts_device device);

/* Whether the last error of the calling thread was the device running out of memory. */
int ts_was_out_of_memory(void);

/* ---- tensors ---- */

/* Copies host data into a new tensor. */
int ts_from_data(ts_tensor **out, const void *data, ts_dtype dtype, int rank, const int64_t *shape);
/* Makes a view of host data, which must outlive the tensor and all tensors that share its values.
 */
int ts_view_data(ts_tensor **out, void *data, ts_dtype dtype, int rank, const int64_t *shape);
/* Copies values, row-major, to host memory; bytes must be the tensor's size. */
int ts_to_data(const ts_tensor *t, void *data, size_t bytes);
void ts_free(ts_tensor *t); /* NULL is fine */

int ts_rank(const ts_tensor *t);
int64_t ts_dim(const ts_tensor *t, int i);
/* Makes another handle to the same values. */
int ts_share(ts_tensor **out, const ts_tensor *t);
/* Copies to another device or type; shares the values if neither changes. */
int ts_to(ts_tensor **out, const ts_tensor *t, ts_dtype dtype, ts_device device);
int ts_permute(ts_tensor **out, const ts_tensor *t, const int *order);
/* Copy a rank-4 tensor (images or a convolution's kernel) into a memory layout; share the values if
 * it has that layout already. */
int ts_channels_last(ts_tensor **out, const ts_tensor *t);
int ts_channels_first(ts_tensor **out, const ts_tensor *t);

/* ---- images ---- */

/* Maps pixels through a table: U8 [N, H, W, C], C being 1 or 3, to F32 [N, 3, H, W], channels last.
 * Value v of output channel c becomes table[c][v], read from input channel source[c], or from the
 * only one if C is 1. */
int ts_lookup(ts_tensor **out, const ts_tensor *images, const float table[3][256],
              const int source[3], ts_device device);

/* ---- layers ---- */

typedef struct ts_window {
    int64_t kernel[2], stride[2];
    int64_t pad[4]; /* top, bottom, left, right */
} ts_window;

/* kernel: [O, I / groups, KH, KW]; bias: [O] or NULL. Padding is zero. */
int ts_conv2d(ts_tensor **out, const ts_tensor *x, const ts_tensor *kernel, const ts_tensor *bias,
              const ts_window *w, int64_t groups);
/* GPU: compiles the kernel by which ts_conv2d_fused computes depthwise convolutions, channels last,
 * and compares its results with the CPU's. If this fails, use channels first: with channels last,
 * cuDNN would compile a kernel for every shape in every thread, which takes seconds. */
int ts_prepare_depthwise(void);
/* Convolution, addition of `added` (of the result's shape, or NULL) and activation; on a GPU in one
 * kernel if cuDNN has it. Not for tensors with gradients. */
typedef enum { TS_ACT_NONE, TS_ACT_RELU, TS_ACT_RELU6 } ts_act;
int ts_conv2d_fused(ts_tensor **out, const ts_tensor *x, const ts_tensor *kernel,
                    const ts_tensor *bias, const ts_window *w, int64_t groups,
                    const ts_tensor *added, ts_act act);
/* Padding is never the maximum, and averages do not count it. */
int ts_max_pool2d(ts_tensor **out, const ts_tensor *x, const ts_window *w);
int ts_avg_pool2d(ts_tensor **out, const ts_tensor *x, const ts_window *w);
int ts_pad2d(ts_tensor **out, const ts_tensor *x, const int64_t pad[4]);
/* Adds zero channels to images, or zero input channels to a kernel; the result is channels last. */
int ts_pad_channels(ts_tensor **out, const ts_tensor *x, int64_t channels);
/* x * scale + shift, with one value per channel of [N, C, H, W]. */
int ts_channel_affine(ts_tensor **out, const ts_tensor *x, const ts_tensor *scale,
                      const ts_tensor *shift);
int ts_relu(ts_tensor **out, const ts_tensor *x);
int ts_relu6(ts_tensor **out, const ts_tensor *x);
/* Applies an activation in place; not for tensors with gradients. */
int ts_activate(ts_tensor *x, ts_act act);
int ts_add_scaled(ts_tensor **out, const ts_tensor *x, const ts_tensor *y,
                  double scale); /* x + scale y */
int ts_concat_channels(ts_tensor **out, const ts_tensor *const *xs, int n);
/* [N, C, H, W] -> [N, C]: mean or maximum over the pixels. */
int ts_global_mean(ts_tensor **out, const ts_tensor *x);
int ts_global_max(ts_tensor **out, const ts_tensor *x);
/* [N, C, H, W] -> [N, H * W * C], values in Keras' order. */
int ts_flatten_hwc(ts_tensor **out, const ts_tensor *x);
/* The inverse, as a view: [N, H * W * C] -> [N, C, H, W]. */
int ts_from_hwc(ts_tensor **out, const ts_tensor *flat, int64_t h, int64_t w, int64_t c);

/* ---- TorchScript ---- */

/* A module saved by torch.jit.save. It is a program, and loading it runs its code: load only
 * modules that you trust. */
typedef struct ts_module ts_module;
int ts_module_load(ts_module **out, const char *path, ts_device device);
void ts_module_free(ts_module *m); /* NULL is fine */
/* Runs a module that maps one tensor to one tensor, without gradients. */
int ts_module_forward(ts_tensor **out, ts_module *m, const ts_tensor *x);

/* ---- training ---- */

int ts_require_grad(ts_tensor *t);
/* Whether operations of the calling thread record what gradients need; initially they do. */
void ts_record_gradients(int recorded);
/* Keras' BatchNormalization on [N, C, H, W]; gamma may be NULL for 1. With training, mean and
 * (biased) variance of the batch are used, and the moving ones become
 * momentum * moving + (1 - momentum) * batch. */
int ts_batch_norm(ts_tensor **out, const ts_tensor *x, const ts_tensor *gamma,
                  const ts_tensor *beta, ts_tensor *mean, ts_tensor *variance, double epsilon,
                  int training, double momentum);
/* Backward pass from t; grad: gradient with respect to t, F32 values of its shape, row-major. */
int ts_backward_from(const ts_tensor *t, const float *grad);
/* Gives the gradient accumulated for t, which was marked by ts_require_grad; of t's shape. */
int ts_gradient(ts_tensor **out, const ts_tensor *t);
int ts_clear_gradient(ts_tensor *t);
/* Gives the address of the values of an F32 tensor in host memory, row-major, to be read and
 * changed in place. */
int ts_values(ts_tensor *t, float **values);

#ifdef __cplusplus
}
#endif
#endif
