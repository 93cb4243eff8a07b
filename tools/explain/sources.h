/* SPDX-License-Identifier: BSD-2-Clause */
/* The feature maps of the selected samples, and whether head, images and maps belong together. */
#ifndef HILUM_EXPLAIN_SOURCES_H
#define HILUM_EXPLAIN_SOURCES_H

#include "base/error.h"
#include "data/sample_file.h"
#include "nn/head/model.h"
#include "selection.h"

#include <stdbool.h>
#include <stdint.h>

/* Where the maps came from. */
typedef struct explain_maps_source {
    int64_t shape[3];        /* height, width, channels of the maps at the head's feature layer */
    const char *role;        /* in the provenance: "features" or "weights" */
    char id[HL_DIGEST_SIZE]; /* identity of the features or of the weights */
    bool id_is_old;          /* see hl_provenance_warn_old_id */
} explain_maps_source;

/* Fails unless size, resampling, fit and classes of the images are those that the head was trained
 * with. */
int explain_check_images(const hl_samples *images, const nn_model *model, hl_err *e);

/* Fails where the provenance of `file` (NULL: it has none) does not list an input of this role and
 * identity: the rows of two files belong together if one was made from the other. of: name of the
 * input, for messages. */
int explain_check_origin(const char *file, const char *provenance, const char *role, const char *id,
                         const char *of, hl_err *e);

/* Fills in the features of the samples, which have their images, from a file of maps that was made
 * from the images with this identity. */
int explain_maps_read(explain_maps_source *m, explain_samples *s, const nn_model *model,
                      const char *path, const char *images_id, hl_err *e);

/* The same by running the backbone with these weights (see nn_extractor_for_feature_space) on the
 * images, which have 1 or 3 channels. */
int explain_maps_compute(explain_maps_source *m, explain_samples *s, const nn_model *model,
                         const char *weights, bool allow_code, int channels, hl_err *e);

#endif
