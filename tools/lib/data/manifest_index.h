/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The images of a manifest by their paths.
 *
 *   hl_manifest_index x;
 *   hl_manifest_index_make(&x, &manifest);
 *   const hl_sample *s = hl_manifest_find(&x, "NORMAL/IM-0001-0001.jpeg");
 *   hl_manifest_index_free(&x);
 */
#ifndef HILUM_DATA_MANIFEST_INDEX_H
#define HILUM_DATA_MANIFEST_INDEX_H

#include "base/sha256.h"
#include "data/manifest.h"

typedef struct hl_manifest_index {
    const hl_sample **sorted; /* [n] by path, without augmented copies; samples of the manifest */
    size_t n;
} hl_manifest_index;

/* The manifest has to outlive the index. */
void hl_manifest_index_make(hl_manifest_index *x, const hl_manifest *m);
void hl_manifest_index_free(hl_manifest_index *x);

/* The image with this path, or NULL. */
const hl_sample *hl_manifest_find(const hl_manifest_index *x, const char *path);

/* The images of `all` that are not in `kept`: returns their number; digest gets the SHA-256 over
 * path, label and patient of each, in the order of their paths, with a zero byte after each text.
 * So it is the same for every split of the same images. */
size_t hl_manifest_left_out(const hl_manifest *all, const hl_manifest *kept,
                            char digest[HL_DIGEST_SIZE]);

#endif
