/* SPDX-License-Identifier: BSD-2-Clause */
/* From a manifest to spooled images: reads, decodes and resizes on several threads, in order. */
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
    /* what is asked for */
    const hl_manifest *manifest;
    const char *root;   /* where relative paths start */
    hl_fitting to;      /* what they are brought to */
    bool skip_unusable; /* leave out what cannot be read; otherwise it ends the run */
    size_t variants;    /* made of each training image, see augment.h; they follow it */
    uint64_t seed;      /* of these */
    int jobs;
    /* what comes out; preprocess_conversion_free frees it */
    preprocess_spool spool;
    hl_manifest kept;            /* the samples whose images are in the spool, in its order */
    char digest[HL_DIGEST_SIZE]; /* of the paths and bytes of the source files of these */
    hl_strbuf rejects;           /* TSV, path and reason, of the samples that were left out */
    size_t nrejects;
    hl_err first_reject;
} preprocess_conversion;

int preprocess_convert(preprocess_conversion *c, hl_err *e);
void preprocess_conversion_free(preprocess_conversion *c); /* also after a failure */

#endif
