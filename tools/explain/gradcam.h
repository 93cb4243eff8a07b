/* SPDX-License-Identifier: BSD-2-Clause */
/* Grad-CAM of a head: from the maps of the backbone's feature layer to a heat map. */
#ifndef HILUM_EXPLAIN_GRADCAM_H
#define HILUM_EXPLAIN_GRADCAM_H

#include "base/error.h"
#include "nn/head/head.h"

#include <stddef.h>
#include <stdint.h>

/* The maps of one sample that go into the last pooling. */
typedef struct explain_last_maps {
    size_t channels, height, width;
    float *values; /* [channels, height, width], owned */
} explain_last_maps;

/* Makes them from the features of one sample: the flattened maps of the head's feature layer, of
 * this [height, width, channels]. They go through the head's fine-tuned layers, if it has any. The
 * caller frees m. */
int explain_last_maps_make(explain_last_maps *m, const nn_head *head, const float *features,
                           const int64_t shape[3], hl_err *e);
void explain_last_maps_free(explain_last_maps *m);

/* A head's dense layers and the pooling in front of them. */
typedef struct explain_top {
    const nn_head *head;
    nn_pool pool;
} explain_top;

/* The top of a head, which must outlive t. */
int explain_top_of(explain_top *t, const nn_head *head, hl_err *e);

/* Fails where maps of this [height, width, channels], once pooled, do not have the width of the
 * dense layers' input. of: name of the maps' file, for messages. */
int explain_top_check(const explain_top *t, const char *head_name, const int64_t shape[3],
                      const char *of, hl_err *e);

/* Probabilities [K] of the classes. */
void explain_top_predict(const explain_top *t, const explain_last_maps *m, double *p);

/* The Grad-CAM map heat, [height * width] of the maps, for the logit of class `target`. */
void explain_gradcam(const explain_top *t, const explain_last_maps *m, uint32_t target,
                     double *heat);

/*
 * The sanity check of Adebayo et al. (2018): do the maps depend on the learned weights? The head's
 * map is compared with the maps of heads with the same layers but random weights (nn_head_new with
 * the seeds seed + 1 .. seed + number); fine-tuned layers stay as they are. The results are
 * Spearman's correlations between the head's map and theirs, [number]; NaN for a constant map.
 *
 * A random head is as likely to give a map as its opposite. So the mean of the correlations is near
 * 0 whatever was learned; the mean of their absolute values is the informative one.
 */
typedef struct explain_sanity {
    nn_head **heads; /* [n] with random weights */
    size_t n;
} explain_sanity;

/* Makes `number` random heads with the layers of `like`. On failure s is empty. */
int explain_sanity_new(explain_sanity *s, const nn_head *like, size_t number, uint64_t seed,
                       hl_err *e);
/* Compares with heat, the head's own map for class `target`; rho: [number]. */
void explain_sanity_compare(const explain_sanity *s, const explain_top *t,
                            const explain_last_maps *m, uint32_t target, const double *heat,
                            double *rho);
void explain_sanity_free(explain_sanity *s); /* safe on a zeroed one */

#endif
