/* SPDX-License-Identifier: BSD-2-Clause */
/* Covariance matrices [d, d], row-major; only the lower triangle is read. */
#ifndef HILUM_STATS_COVARIANCE_H
#define HILUM_STATS_COVARIANCE_H

#include <stddef.h>
#include <stdint.h>

/* Shrinks, in place, the covariance of n samples towards the identity times its mean variance, by
 * the fraction of the oracle approximating shrinkage (OAS), which goes to *shrinkage: equation 23
 * of Chen, Wiesel, Eldar and Hero, IEEE Trans. Signal Process. 58(10), 2010. scikit-learn's oas
 * omits the terms with 2/p of that equation, so its fraction differs in few dimensions. Returns -1
 * if the variance is 0. */
int hl_shrink_oas(double *cov, size_t d, uint64_t n, double *shrinkage);

/* Replaces a covariance by its whitening matrix W, lower triangular and zero above the diagonal,
 * with W cov W^T = 1: the inverse of its Cholesky factor. Returns -1 if it is not positive
 * definite. */
int hl_whiten(double *cov, size_t d);

#endif
