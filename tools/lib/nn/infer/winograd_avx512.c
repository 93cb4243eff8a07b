/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef __x86_64__

#include "nn/infer/vector_avx512.h"

#define KERNELS nn_winograd_avx512
#define VALUE float
#define M_LOAD V_LOAD
#define M_STORE V_STORE
#include "nn/infer/winograd_simd.h"

#endif
