/* SPDX-License-Identifier: BSD-2-Clause */
/* The weights of the resampling filters, for resize.c and files beside it only. */
#ifndef HILUM_IMAGE_RESIZE_TAPS_H
#define HILUM_IMAGE_RESIZE_TAPS_H

#include "image/resize.h"

/* Weights are fixed-point numbers. Of 32 bits, a pixel takes 8 and 2 are headroom for overshoot. */
enum { HL_TAPS_PRECISION = 32 - 8 - 2 };

typedef struct hl_kernel {
    double (*weight)(double x);
    double support; /* half the width, in pixels of the smaller of the two images */
} hl_kernel;

/* Of every filter but HL_NEAREST. */
const hl_kernel *hl_kernel_of(hl_filter filter);

/* Input pixels and weights of each output pixel, along one axis. */
typedef struct hl_taps {
    size_t n;        /* output pixels */
    size_t most;     /* weights stored for each output pixel */
    size_t end;      /* one past the last input pixel that is used */
    size_t *first;   /* [n] first input pixel */
    size_t *count;   /* [n] input pixels */
    int32_t *weight; /* [n, most] */
    float *exact;    /* [n, most], the same before rounding */
} hl_taps;

/* Maps the interval [from, to) of `in` input pixels to n output pixels. */
hl_taps hl_taps_make(const hl_kernel *f, size_t in, double from, double to, size_t n);
void hl_taps_free(hl_taps *t);

#endif
