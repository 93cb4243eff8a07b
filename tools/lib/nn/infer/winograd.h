/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Convolutions with stride 1 by Winograd's minimal filtering (Lavin and Gray, arXiv:1509.09308):
 *
 *   taps                 filtering          multiplications
 *   3 x 3                F(4 x 4, 3 x 3)    36 for 16 outputs instead of 144
 *   1 x 3, 3 x 1         F(4, 3)            6 for 4 instead of 12
 *   1 x 7, 7 x 1         F(4, 7)            10 for 4 instead of 28
 *
 *   const nn_winograd_shape shape = {.in = 64, .out = 128, .height = 56, .width = 56, .lanes = 16,
 *                                    .taps = {3, 3}, .pad = {1, 1}, .least = 0, .most = INFINITY};
 *   nn_winograd *w = nn_winograd_new(&shape, kernel, bias, threads);
 *   void *workspace = hl_aligned(nn_winograd_workspace(w), 1);
 *   nn_winograd_run(w, source, images, result, workspace);
 *
 * Source and result are F32, or with 16 lanes BF16, in blocks of `lanes` channels, [images,
 * channels / lanes, height, width, lanes], which oneDNN calls nChw8c and nChw16c, aligned to 64
 * bytes.
 *
 * Every value is computed by the same operations in the same order whatever the width of the
 * vectors, the number of images and the number of threads, so the bits of a result depend on none
 * of them.
 */
#ifndef HILUM_NN_INFER_WINOGRAD_H
#define HILUM_NN_INFER_WINOGRAD_H

#include <stdbool.h>
#include <stddef.h>

typedef struct nn_winograd_shape {
    size_t in, out;       /* channels */
    size_t height, width; /* of the source */
    size_t taps[2];       /* rows and columns of the kernel */
    size_t pad[2];     /* rows of zeros above and below, columns left and right; fewer than taps */
    size_t lanes;      /* 8 with AVX2, 16 with AVX-512 */
    float least, most; /* activation: results are clipped to this interval */
    bool bf16;         /* source and result are BF16; sums and products stay F32 */
} nn_winograd_shape;

typedef struct nn_winograd nn_winograd;

/* Whether this build has kernels for the shape: on x86-64, for the taps above, if both numbers of
 * channels are multiples of `lanes`. */
bool nn_winograd_supports(const nn_winograd_shape *s);

/* Whether this CPU has the instructions for this many lanes. */
bool nn_winograd_cpu_has(size_t lanes);

/* Transforms a kernel, in double precision and with a single rounding, on this many threads.
 * kernel: F32 [out, in, taps]; bias: F32 [out] or NULL; neither is kept. The shape must be
 * supported. */
nn_winograd *nn_winograd_new(const nn_winograd_shape *s, const float *kernel, const float *bias,
                             int threads);
void nn_winograd_free(nn_winograd *w); /* NULL is fine */

/* Bytes of workspace for nn_winograd_run, to be aligned to 64. */
size_t nn_winograd_workspace(const nn_winograd *w);

/* Computes on the calling thread. Several threads may use the same convolution at a time, each with
 * a workspace of its own. */
void nn_winograd_run(const nn_winograd *w, const void *source, size_t images, void *result,
                     void *workspace);

#endif
