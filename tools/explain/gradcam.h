/* SPDX-License-Identifier: BSD-2-Clause */
/* Grad-CAM of a head: from the maps of the backbone's cut to a heat map. */
#ifndef HILUM_EXPLAIN_GRADCAM_H
#define HILUM_EXPLAIN_GRADCAM_H

#include "base/error.h"
#include "nn/head/head.h"

#include <stddef.h>
#include <stdint.h>

/* The maps before the last pooling, of one sample. */
typedef struct explain_last_maps {
    size_t channels, height, width;
    float *values; /* [channels, height, width], owned */
} explain_last_maps;

/* features: flattened maps of the cut that the head's space names, whose [height, width, channels]
 * is shape. Where the head has a tail, they go through it. */
int explain_last_maps_make(explain_last_maps *m, const nn_head *head, const float *features,
                           const int64_t shape[3], hl_err *e);
void explain_last_maps_free(explain_last_maps *m);

/* A head's dense layers and the pooling below them. */
typedef struct explain_top {
    const nn_head *head;
    nn_pool pool;
} explain_top;

int explain_top_of(explain_top *t, const nn_head *head, hl_err *e);

/* Fails where pooled maps of this [height, width, channels] are not what the dense layers take. */
int explain_top_check(const explain_top *t, const char *head_name, const int64_t shape[3],
                      const char *of, hl_err *e);

/* The probabilities [K] that the head answers with. */
int explain_top_predict(const explain_top *t, const explain_last_maps *m, double *p, hl_err *e);

/* heat: [height * width] of the maps, for the logit of class `target`. */
int explain_gradcam(const explain_top *t, const explain_last_maps *m, uint32_t target, double *heat,
                    hl_err *e);

/*
 * How much maps depend on what was learned (Adebayo et al. 2018): the same maps from heads of the
 * same layers whose weights are drawn anew (nn_head_new with seeds seed + 1 .. seed + number), a
 * tail stays as it is. What comes out are Spearman's correlations between the head's map and
 * theirs, [number]; NaN where one of both is constant.
 *
 * Such a head is as likely to give a map as its opposite. So the mean of the correlations is near 0
 * whatever was learned, and the mean of their absolute values is what tells.
 */
typedef struct explain_sanity {
    nn_head **heads;
    size_t n;
} explain_sanity;

int explain_sanity_new(explain_sanity *s, const nn_head *like, size_t number, uint64_t seed,
                       hl_err *e);
int explain_sanity_compare(const explain_sanity *s, const explain_top *t,
                           const explain_last_maps *m, uint32_t target, const double *heat,
                           double *rho, hl_err *e);
void explain_sanity_free(explain_sanity *s);

#endif
