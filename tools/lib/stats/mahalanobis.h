/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Out-of-distribution (OOD) detection: the Mahalanobis distance of a feature vector to the nearest
 * class mean of the training data (Lee et al. 2018), in at most 256 dimensions.
 *
 *   1. The vector is divided by its L2 norm, unless that is 0.
 *   2. If it has more than 256 values, it is projected by a sparse Johnson-Lindenstrauss transform
 *      (Kane and Nelson 2014): value j is added, with a random sign, to 8 of the 256 outputs, one
 *      in each block of 32, and the outputs are divided by sqrt(8). Number j of
 *      hl_rng_make(seed, "outlier/projection") decides: of its 6 bits from bit 6b on, the lower 5
 *      are the position in block b, and the sixth is set for a negative sign.
 *   3. The distance to a class is |W (x - mean)|, where W is lower triangular with
 *      W^T W = inverse of the covariance shared by the classes, shrunk towards the identity times
 *      its mean variance by the fraction of OAS (Chen et al. 2010; see covariance.h).
 *
 *   if (hl_mahalanobis_distance(&o, features) > o.threshold)
 *       hl_log_warn("%s: out of distribution", name);
 */
#ifndef HILUM_STATS_MAHALANOBIS_H
#define HILUM_STATS_MAHALANOBIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HL_MAHALANOBIS_DIMS = 256, HL_MAHALANOBIS_FOLDS = 5 };

typedef struct hl_mahalanobis {
    size_t inputs;     /* D, values of a feature vector */
    size_t dims;       /* d: min(D, HL_MAHALANOBIS_DIMS); 0: the model is empty */
    size_t nmeans;     /* classes with training samples */
    uint64_t seed;     /* of the projection */
    float *means;      /* [nmeans, d], owned */
    float *whitening;  /* W [d, d], zero above the diagonal, owned */
    double threshold;  /* OOD threshold: larger distances are out-of-distribution */
    double quantile;   /* of the held-out distances, at which the threshold was set */
    double shrinkage;  /* 0 to 1 */
    uint64_t trained;  /* number of samples in means and covariance */
    uint64_t held_out; /* number of distances that set the threshold */
} hl_mahalanobis;

/* Distance of features [D] to the nearest mean; o must not be empty. */
double hl_mahalanobis_distance(const hl_mahalanobis *o, const float *features);
void hl_mahalanobis_free(hl_mahalanobis *o); /* o may be zeroed */

/* d for feature vectors of D values. */
size_t hl_mahalanobis_dims(size_t inputs);

/*
 * ---- fitting ----
 *
 *   hl_mahalanobis_fit *f = hl_mahalanobis_fit_new(inputs, nclasses, seed);
 *   for (size_t i = 0; i < n; i++)
 *       hl_mahalanobis_fit_add(f, features + i * inputs, labels[i], patients[i], train[i]);
 *   hl_mahalanobis_fit_end(f, 0.99, &model);
 *
 * The threshold is a quantile of distances of samples that their fit has not seen: validation
 * samples, and training samples by cross-fitting, a fifth of the patients at a time with the fit of
 * the other four fifths. The validation samples alone would be too few to estimate an extreme
 * quantile.
 */
typedef struct hl_mahalanobis_fit hl_mahalanobis_fit;

hl_mahalanobis_fit *hl_mahalanobis_fit_new(size_t inputs, size_t nclasses, uint64_t seed);

/* Adds a sample, in any order; keeps a projected copy of features [inputs] in 4 d bytes. train: the
 * sample counts for the means and the covariance; otherwise only its distance counts, for the
 * threshold. The fold of a patient is hl_rng_below(5) of the stream of the seed and
 * "outlier/fold/PATIENT". */
void hl_mahalanobis_fit_add(hl_mahalanobis_fit *f, const float *features, uint32_t cls,
                            const char *patient, bool train);

/* Computes the model and frees f. The threshold is the ceil((n + 1) quantile)-th smallest of the n
 * held-out distances, or the largest if there are fewer, so that about 1 - quantile of new samples
 * of the same distribution exceed it (split conformal prediction). The model is empty (o->dims 0)
 * if the training features have no variance or belong to one patient. */
void hl_mahalanobis_fit_end(hl_mahalanobis_fit *f, double quantile, hl_mahalanobis *o);

#endif
