/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the feature maps of the subjects come from, and whether everything belongs together. */
#ifndef HILUM_EXPLAIN_SOURCES_H
#define HILUM_EXPLAIN_SOURCES_H

#include "base/error.h"
#include "data/sample_file.h"
#include "nn/head/head.h"
#include "selection.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct maps_source {
    int64_t shape[3];        /* height, width, channels of the maps at the head's cut */
    const char *role;        /* for the provenance: "features" or "weights" */
    char id[HL_DIGEST_SIZE]; /* their identity */
    bool id_is_old;          /* see hl_provenance_warn_old_id */
} maps_source;

/* Images that the head could have been trained on: size, resampling, fit, classes. */
int explain_check_images(const hl_samples *images, const nn_head *head, const char *head_name,
                         hl_err *e);

/* Fails where the chain of `file` (NULL: it has none) does not state an input of that role and
 * identity: the rows of two files belong together if the one was made of the other. of: what the
 * input is, for messages. */
int explain_check_origin(const char *file, const char *chain, const char *role, const char *id,
                         const char *of, hl_err *e);

/* Fill the features of the subjects, which have their images: from a file of maps made of these
 * images, or by the backbone with these weights (see nn_extractor_for_feature_space). */
int explain_maps_read(maps_source *m, explain_samples *s, const nn_head *head,
                      const char *head_name, const char *path, const char *images_id, hl_err *e);
int explain_maps_compute(maps_source *m, explain_samples *s, const nn_head *head,
                         const char *head_name, const char *weights, bool allow_code, int channels,
                         hl_err *e);

#endif
