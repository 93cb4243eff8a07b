/* SPDX-License-Identifier: BSD-2-Clause */
/* From a manifest to spooled images: reads, decodes and resizes on several threads; the order of
 * the manifest is kept. */
#ifndef HILUM_PREPROCESS_CONVERT_H
#define HILUM_PREPROCESS_CONVERT_H

#include "base/error.h"
#include "base/sha256.h"
#include "base/strbuf.h"
#include "data/manifest.h"
#include "image/load.h"
#include "spool.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct preprocess_conversion {
    /* settings */
    const hl_manifest *manifest;
    const char *root;   /* where relative paths start */
    hl_fitting to;      /* size and resampling */
    bool skip_unusable; /* reject unusable images; otherwise the first one is an error */
    size_t copies;      /* augmented copies of each training image (augment.h), which follow it */
    uint64_t seed;      /* of the copies */
    int jobs;           /* threads */
    /* results, freed by preprocess_conversion_free */
    preprocess_spool spool;
    hl_manifest kept;            /* the samples whose images are in the spool, in its order */
    bool shallow, windowed;      /* an image was kept that is so, see hl_image */
    char digest[HL_DIGEST_SIZE]; /* of the paths and bytes of the kept images' files */
    hl_strbuf rejects;           /* rows of the list of rejected images */
    size_t nrejects;
    hl_err first_reject;
} preprocess_conversion;

/* Fills in the results of c from its settings. */
int preprocess_convert(preprocess_conversion *c, hl_err *e);
void preprocess_conversion_free(preprocess_conversion *c); /* also after a failure */

#endif
