/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The vector code of winograd.c, compiled for each width. A tile is a patch of source values that
 * gives 4 outputs in each direction in which the kernel has several taps: 6 x 6 values for 3 x 3
 * taps, a line of 6 for 3 taps, a line of 10 for 7. Transformed, it has as many positions as
 * values, each in a plane of memory of its own.
 */
#ifndef HILUM_NN_INFER_WINOGRAD_KERNELS_H
#define HILUM_NN_INFER_WINOGRAD_KERNELS_H

#include <stddef.h>

enum {
    NN_WINOGRAD_TILE = 4,
    NN_WINOGRAD_THREE_TAPS = 6, /* values of a patch */
    NN_WINOGRAD_SEVEN_TAPS = 10,
    NN_WINOGRAD_PAIRS = 4, /* of interpolation points for seven taps */
};

/* The interpolation points for three taps are 0, +-sqrt(1/2), +-sqrt(2) and infinity: rounding
 * errors are less than half of those with +-1, +-2, and as the product is 1, two multiplications
 * are saved. */
#define NN_WINOGRAD_NEAR 0.70710678118654752440
#define NN_WINOGRAD_FAR 1.41421356237309504880

/* Those for seven taps are 0, plus and minus each of these, and infinity. Of many that were tried,
 * these give among the smallest rounding errors. */
#define NN_WINOGRAD_POINTS                                                                         \
    {                                                                                              \
        0.375, 0.75, 1.25, 2.375                                                                   \
    }

/* Strides and planes count values; a block has `lanes` channels. Maps, which are patch and result,
 * have the type that the table is for. */
typedef struct nn_winograd_transforms {
    /* Transforms a patch of one block of channels. */
    void (*source)(const void *patch, size_t stride, float *v, size_t plane);

    /* Transforms one block of channels back to a tile of outputs, adds the bias, and clips. */
    void (*result)(const float *m, size_t plane, const float *bias, float least, float most,
                   void *result, size_t stride);
} nn_winograd_transforms;

/* The stride of a square is from row to row, that of a line from value to value. */
typedef struct nn_winograd_kernels {
    nn_winograd_transforms square, line_of_three, line_of_seven;
} nn_winograd_kernels;

#ifdef __x86_64__
extern const nn_winograd_kernels nn_winograd_avx2, nn_winograd_avx512, nn_winograd_avx512_bf16;
#endif

#endif
