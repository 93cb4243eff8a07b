/* SPDX-License-Identifier: BSD-2-Clause */
/* Covariance matrices [d, d], row-major, of which the lower triangle counts. */
#ifndef HILUM_STATS_COVARIANCE_H
#define HILUM_STATS_COVARIANCE_H

#include <stddef.h>
#include <stdint.h>

/* Shrinks the covariance of n samples towards the identity times its mean variance, by the fraction
 * that the oracle approximating shrinkage gives, which is also returned: equation 23 of Chen,
 * Wiesel, Eldar and Hero, IEEE Trans. Signal Process. 58(10), 2010. scikit-learn's oas leaves out
 * the terms with 2/p there, so it gives another fraction where there are few dimensions. -1 where
 * no value varies. */
int hl_shrink_oas(double *cov, size_t d, uint64_t n, double *shrinkage);

/* Turns a covariance into W, lower triangular and zero above the diagonal, with W cov W^T = 1: the
 * inverse of its Cholesky factor. -1 where it is not positive definite. */
int hl_whiten(double *cov, size_t d);

#endif
