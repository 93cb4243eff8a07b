/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables that panel_product.c selects from. */
#ifndef HILUM_NN_INFER_PANEL_PRODUCT_KERNELS_H
#define HILUM_NN_INFER_PANEL_PRODUCT_KERNELS_H

#include "nn/infer/panel_product.h"

extern const nn_panel_product nn_panel_product_any;
#ifdef __x86_64__
extern const nn_panel_product nn_panel_product_avx2, nn_panel_product_avx512;
#endif

#endif
