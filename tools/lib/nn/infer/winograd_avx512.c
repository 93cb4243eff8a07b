/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef __x86_64__

#include "nn/infer/vector_avx512.h"

#define KERNELS nn_winograd_avx512
#include "nn/infer/winograd_simd.h"

#endif
