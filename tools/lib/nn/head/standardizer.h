/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Standardised features, as by scikit-learn's StandardScaler and Keras' Normalization layer: the
 * mean over the training samples is subtracted from each feature, and the difference is divided by
 * the standard deviation over the same samples.
 *
 *     nn_moments m;
 *     nn_moments_init(&m, width);
 *     nn_moments_add(&m, features, n);      // for each batch
 *     nn_moments_finish(&m, &standardizer);
 *     nn_moments_free(&m);
 *     nn_standardizer_apply(&standardizer, features, n, features);
 *
 * The deviation divides by n, not n - 1. A feature that never varies has scale 1.
 */
#ifndef HILUM_NN_HEAD_STANDARDIZER_H
#define HILUM_NN_HEAD_STANDARDIZER_H

#include <stdbool.h>
#include <stddef.h>

/* If zeroed, it does not standardise. Owns means and scales. */
typedef struct nn_standardizer {
    size_t width;        /* number of features; 0: no standardisation */
    float *mean, *scale; /* [width]; every scale is a positive normal number */
} nn_standardizer;

/* Allocates mean and scale without setting them. */
void nn_standardizer_init(nn_standardizer *s, size_t width);
void nn_standardizer_free(nn_standardizer *s); /* fine on a zeroed one */

/* Whether a value is a valid scale: a normal number above 0. */
bool nn_standardizer_is_scale(float scale);

/* y = (x - mean) / scale for n rows, both [n, width]; y may be x. Writes
 * nothing if s->width is 0. */
void nn_standardizer_apply(const nn_standardizer *s, const float *x, size_t n, float *y);

/* Backward pass, in place: turns the gradient with respect to y into that with respect to x;
 * [n, width]. */
void nn_standardizer_backward(const nn_standardizer *s, float *gradient, size_t n);

/* Sums over the training samples, in double and relative to the first sample. */
typedef struct nn_moments {
    size_t width, n;
    double *first, *sum, *squares; /* [width] */
} nn_moments;

void nn_moments_init(nn_moments *m, size_t width);
void nn_moments_add(nn_moments *m, const float *x, size_t n); /* x: [n, width] */

/* Allocates and fills s; at least one row must have been added. */
void nn_moments_finish(const nn_moments *m, nn_standardizer *s);
void nn_moments_free(nn_moments *m);

#endif
