/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Standardised features, as scikit-learn's StandardScaler and Keras' Normalization layer make them:
 * each feature less its mean over the training samples, divided by its standard deviation there.
 *
 *     net_moments m;
 *     net_moments_init(&m, width);
 *     net_moments_add(&m, features, n);      // as often as there are batches
 *     net_moments_finish(&m, &standardizer);
 *     net_moments_free(&m);
 *     net_standardizer_apply(&standardizer, features, n, features);
 *
 * The deviation divides by n, not n - 1. A feature that never varies has scale 1.
 */
#ifndef HILUM_NN_TRAIN_STANDARDIZER_H
#define HILUM_NN_TRAIN_STANDARDIZER_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed: no standardisation. Means and scales belong to it. */
typedef struct net_standardizer {
    size_t width;        /* features; 0: values are left as they are */
    float *mean, *scale; /* [width]; every scale is a positive normal number */
} net_standardizer;

/* Allocates mean and scale without setting them. */
void net_standardizer_init(net_standardizer *s, size_t width);
void net_standardizer_free(net_standardizer *s); /* fine on a zeroed one */

/* Whether a value can be a scale: a normal number above 0. */
bool net_standardizer_is_scale(float scale);

/* y = (x - mean) / scale for n rows, both [n, width]; y may be x. Without standardisation y is not
 * written at all. */
void net_standardizer_apply(const net_standardizer *s, const float *x, size_t n, float *y);

/* Turns the gradient with respect to y into that with respect to x, in place, [n, width]. */
void net_standardizer_backward(const net_standardizer *s, float *gradient, size_t n);

/* Sums over the training samples, in double and relative to the first sample. */
typedef struct net_moments {
    size_t width, n;
    double *first, *sum, *squares; /* [width] */
} net_moments;

void net_moments_init(net_moments *m, size_t width);
void net_moments_add(net_moments *m, const float *x, size_t n); /* x: [n, width] */

/* Allocates and fills s. At least one row was added. */
void net_moments_finish(const net_moments *m, net_standardizer *s);
void net_moments_free(net_moments *m);

#endif
