/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef __x86_64__

#include "nn/infer/vector_avx512.h"

#define PRODUCT nn_panel_product_avx512
#define ROWS 14
#include "nn/infer/panel_product_simd.h"

#endif
