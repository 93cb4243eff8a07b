/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is never divided: the images of a patient, and with them the images of all patients that
 * share a picture with that patient (duplicates.h), for then they are one patient, or one of the
 * names is wrong. Such a group goes by the patient that sorts first, so it is drawn as that patient
 * alone would be.
 */
#ifndef HILUM_SPLIT_GROUPS_H
#define HILUM_SPLIT_GROUPS_H

#include "base/error.h"
#include "base/sha256.h"
#include "data/manifest.h"
#include "dedup/fingerprint_set.h"

#include <stddef.h>

typedef struct split_groups {
    const char **keys; /* [n] name of the group of each sample; owned, but not the names */
    size_t copies;     /* images that are a copy of another one */
    size_t joined;     /* patients that are kept together with another one */
    size_t unreadable; /* files that hold no picture that can be read */
    char digest[HL_DIGEST_SIZE]; /* of what was read, see hl_fingerprint_set_digest */
} split_groups;

/* Reads all images of a finished manifest. */
int split_groups_find(split_groups *t, const hl_manifest *m, const hl_fingerprint_options *how,
                      hl_err *e);
void split_groups_free(split_groups *t); /* safe on a zeroed one */

#endif
