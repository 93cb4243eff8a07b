/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/infer/vector_any.h"

#define PRODUCT nn_panel_product_any
#define ROWS 6
#include "nn/infer/panel_product_simd.h"
