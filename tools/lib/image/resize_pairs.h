/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The passes of resize.c on processors with AVX2, whose vpmaddwd multiplies two values at once:
 * pairs of neighbours, by weights in two halves of 16 bits. The results are the same to the byte.
 *
 * Both return false, having done nothing, where the processor lacks AVX2 or the image is narrower
 * than a vector. On other architectures they always do, and so with -DHL_WITHOUT_AVX2, by which
 * tests reach what resize.c does then.
 */
#ifndef HILUM_IMAGE_RESIZE_PAIRS_H
#define HILUM_IMAGE_RESIZE_PAIRS_H

#include "image/resize_taps.h"

#include <stdbool.h>

#if defined(__x86_64__) && !defined(HL_WITHOUT_AVX2)

/* Along rows of `width` values: out is [rows, t->n]. */
bool hl_pairs_filter_across(const uint8_t *px, size_t rows, size_t width, const hl_taps *t,
                            uint8_t *out, size_t out_stride);

/* Down the columns of rows of n values: out is [t->n, n]. */
bool hl_pairs_filter_down(const uint8_t *px, size_t rows, size_t n, const hl_taps *t, uint8_t *out,
                          size_t out_stride);

#else

#define hl_pairs_filter_across(...) false
#define hl_pairs_filter_down(...) false

#endif

#endif
