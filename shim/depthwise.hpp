// SPDX-License-Identifier: BSD-2-Clause
// Depthwise convolutions on a GPU by our own kernel, channels last. libtorch's is for channels
// first only, and cuDNN compiles one for every shape in every thread, which takes seconds; this one
// is compiled once, for all shapes.
#ifndef HILUM_SHIM_DEPTHWISE_HPP
#define HILUM_SHIM_DEPTHWISE_HPP

#include "torch_shim.h"

#include <ATen/core/Tensor.h>

// Compiles the kernel and compares its results with libtorch's on the CPU, at the first call.
// Throws std::runtime_error with the reason where it cannot be used.
void depthwise_prepare();

// Whether it is ready, and can compute this convolution.
bool depthwise_suits(const at::Tensor &x, const at::Tensor &kernel, const ts_tensor *bias,
                     const ts_window &w, int64_t groups);

at::Tensor depthwise_convolution(const at::Tensor &x, const at::Tensor &kernel,
                                 const at::Tensor &bias, const ts_window &w, ts_act act);

#endif
