/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef __x86_64__

#include "nn/infer/vector_avx2.h"

#define PRODUCT nn_panel_product_avx2
#define ROWS 6
#include "nn/infer/panel_product_simd.h"

#endif
