/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How unlike the training data a feature vector is: its Mahalanobis distance to the nearest class
 * mean (Lee et al. 2018), in a space of at most 256 dimensions.
 *
 *   1. The vector is divided by its L2 norm, where that is not 0.
 *   2. Where it has more than 256 values, it is projected: value j is added to 8 of the 256
 *      outputs, one in each block of 32, with the sign that is drawn, and the outputs are divided
 * by sqrt(8) (a sparse Johnson-Lindenstrauss transform; Kane and Nelson 2014). Number j of
 *      hl_rng_make(seed, "outlier/projection") decides: of its 6 bits from 6b on, the lower 5 are
 * the place in block b, and the sixth is set for a minus.
 *   3. The distance to a class is |W (x - mean)|, W being lower triangular with
 *      W^T W = inverse of the covariance that the classes share, shrunk towards the identity times
 *      its mean variance by the fraction of OAS (Chen et al. 2010; see linalg.h).
 *
 * The threshold is a quantile of distances of samples that the fit has not seen: those held out
 * for validation, and those of the training data, a fifth of its patients at a time by the fit of
 * the other four. Validation samples alone are few, and so is what lies beyond a quantile of
 * theirs.
 */
#ifndef HILUM_STATS_MAHALANOBIS_H
#define HILUM_STATS_MAHALANOBIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HL_MAHALANOBIS_DIMS = 256, HL_MAHALANOBIS_FOLDS = 5 };

typedef struct hl_mahalanobis {
    size_t inputs;    /* D, values of a feature vector */
    size_t dims;      /* d: D, or HL_MAHALANOBIS_DIMS where D is larger; 0: there is no reference */
    size_t nmeans;    /* classes that the training data have */
    uint64_t seed;    /* of the projection */
    float *means;     /* [nmeans, d], owned */
    float *whitening; /* W [d, d], zero above the diagonal, owned */
    double threshold; /* what is farther is unlike the training data */
    double quantile;  /* of the held-out distances: where the threshold was put */
    double shrinkage; /* 0 to 1 */
    uint64_t trained; /* samples that means and covariance are of */
    uint64_t held_out; /* distances that the threshold is of */
} hl_mahalanobis;

/* features: [D]. o must have a reference. */
double hl_mahalanobis_distance(const hl_mahalanobis *o, const float *features);
void hl_mahalanobis_free(hl_mahalanobis *o); /* safe on a zeroed one */

/* d for feature vectors of D values. */
size_t hl_mahalanobis_dims(size_t inputs);

/* ---- fitting ---- */

typedef struct hl_mahalanobis_fit hl_mahalanobis_fit;

/* Samples are added in one pass, in any order; a projected copy of each is kept, 4 d bytes. */
hl_mahalanobis_fit *hl_mahalanobis_fit_new(size_t inputs, size_t nclasses, uint64_t seed);
/* train: the sample takes part in means and covariance; else its distance does in the threshold.
 * The fold of a patient is hl_rng_below(5) of the stream of the seed and "outlier/fold/PATIENT". */
void hl_mahalanobis_fit_add(hl_mahalanobis_fit *f, const float *features, uint32_t cls,
                            const char *patient, bool train);
/* The threshold is the ceil((n + 1) quantile)-th smallest of the n held-out distances, the largest
 * where there are fewer, so that about 1 - quantile of new samples of the same kind are beyond it
 * (split conformal prediction). o->dims is 0 where the training features do not vary, or are of one
 * patient, so that there is no reference. Frees f. */
void hl_mahalanobis_fit_end(hl_mahalanobis_fit *f, double quantile, hl_mahalanobis *o);

#endif
