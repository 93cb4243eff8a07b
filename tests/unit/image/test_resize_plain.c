/* SPDX-License-Identifier: BSD-2-Clause */
/* The same as test_resize.c, as on a processor without AVX2. */
#include "test_resize.c"

#include "image/resize_pairs.h"

bool hl_pairs_filter_across(const uint8_t *px, size_t rows, size_t width, const hl_taps *t,
                            uint8_t *out, size_t out_stride)
{
    (void)px, (void)rows, (void)width, (void)t, (void)out, (void)out_stride;
    return false;
}

bool hl_pairs_filter_down(const uint8_t *px, size_t rows, size_t n, const hl_taps *t, uint8_t *out,
                          size_t out_stride)
{
    (void)px, (void)rows, (void)n, (void)t, (void)out, (void)out_stride;
    return false;
}
