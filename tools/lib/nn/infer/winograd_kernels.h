/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The vector code of winograd.c, compiled for each width. A tile is a patch of 6 x 6 source values
 * that gives 4 x 4 outputs. Transformed, it has 36 positions, each in a plane of memory of its own.
 */
#ifndef HILUM_NN_INFER_WINOGRAD_KERNELS_H
#define HILUM_NN_INFER_WINOGRAD_KERNELS_H

#include <stddef.h>

enum {
    NN_WINOGRAD_PATCH = 6,
    NN_WINOGRAD_TILE = 4,
    NN_WINOGRAD_POSITIONS = NN_WINOGRAD_PATCH * NN_WINOGRAD_PATCH
};

/* The interpolation points are 0, +-sqrt(1/2), +-sqrt(2) and infinity: rounding errors are less
 * than half of those with +-1, +-2, and as the product is 1, two multiplications are saved. */
#define NN_WINOGRAD_NEAR 0.70710678118654752440
#define NN_WINOGRAD_FAR 1.41421356237309504880

/* Strides and planes count values; a block has `lanes` channels. Maps, which are patch and result,
 * have the type that the table is for. */
typedef struct nn_winograd_kernels {
    /* Transforms a patch of one block of channels. */
    void (*transform_source)(const void *patch, size_t stride, float *v, size_t plane);

    /* Transforms one block of channels back to 4 x 4 outputs, adds the bias, and clips. */
    void (*transform_result)(const float *m, size_t plane, const float *bias, float least,
                             float most, void *result, size_t stride);
} nn_winograd_kernels;

#ifdef __x86_64__
extern const nn_winograd_kernels nn_winograd_avx2, nn_winograd_avx512, nn_winograd_avx512_bf16;
#endif

#endif
