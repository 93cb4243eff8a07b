/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Groups of images that the draw never divides: the images of a patient, together with those of all
 * patients who share a picture with that patient (duplicates.h). If two patients have the same
 * picture, they are one patient or one of the names is wrong. A group has the name of its patient
 * that sorts first, so that it is drawn as that patient alone would be.
 */
#ifndef HILUM_SPLIT_GROUPS_H
#define HILUM_SPLIT_GROUPS_H

#include "base/error.h"
#include "base/sha256.h"
#include "data/manifest.h"
#include "dedup/fingerprint_set.h"

#include <stddef.h>

typedef struct split_groups {
    const char **keys; /* [n] name of each sample's group; the array is owned, the names are not */
    size_t copies;     /* images that are a copy of another image */
    size_t joined;     /* patients that share a group with another patient */
    size_t unreadable; /* files that cannot be read as images */
    char digest[HL_DIGEST_SIZE]; /* of the files that were read, see hl_fingerprint_set_digest */
} split_groups;

/* Reads all images of a finished manifest and finds the copies among them. The caller frees t,
 * whose names belong to the manifest; on failure t is empty. */
int split_groups_find(split_groups *t, const hl_manifest *m, const hl_fingerprint_options *how,
                      hl_err *e);
void split_groups_free(split_groups *t); /* safe on a zeroed one */

#endif
