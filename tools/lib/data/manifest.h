/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manifest: which images take part, with label, patient and subset. As text it is TSV:
 *
 *   #hilum-manifest 1
 *   #root   DIR                 (where relative paths start; the only machine-specific line)
 *   #chain  JSON                (provenance so far)
 *   #samples N              (optional: tells a manifest that was cut off)
 *   path    label    patient    subset
 *   NORMAL/IM-0001-0001.jpeg    NORMAL    IM-0001    train
 *
 * A fifth column, variant, stands there where images were augmented: 0 is the image itself, 1 and
 * up are variants of it. They are for training only: what is counted and measured are originals.
 *
 * Fields are escaped as in hl_tsv_escape. Tensor files carry the same text, without the #root and
 * #chain lines, in a U8 tensor named "manifest": row i of images or features is sample i.
 */
#ifndef HILUM_DATA_MANIFEST_H
#define HILUM_DATA_MANIFEST_H

#include "base/error.h"
#include "base/sha256.h"
#include "base/strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { HL_TRAIN, HL_VAL, HL_TEST, HL_SUBSETS } hl_subset;
extern const char *const hl_subset_names[HL_SUBSETS]; /* "train", "val", "test" */
int hl_subset_find(const char *name);                 /* -1: there is none of that name */

enum { HL_MAX_AUGMENTED = 100 }; /* of an image */

typedef struct hl_sample {
    char *path, *label, *patient; /* owned by the manifest; patient is never empty */
    hl_subset subset;             /* a variant's is that of its original */
    uint32_t cls;                 /* index into classes */
    uint32_t variant;             /* 0: the original */
} hl_sample;

typedef struct hl_manifest {
    hl_sample *samples;
    size_t n, cap;
    char **classes; /* sorted by strcmp, as Keras sorts folder names; index = class number */
    size_t nclasses;
    char *root;  /* "" where none was stated */
    char *chain; /* JSON list; "[]" where none was stated */
} hl_manifest;

/* Reads a manifest text. name is for messages: "name: line 7: ...". Rejects unknown columns,
 * missing fields, empty paths, labels or patients, unknown subsets, images that stand there twice,
 * variants outside the training subset and variants whose original is missing or differs. */
int hl_manifest_parse(hl_manifest *m, const char *name, const char *text, size_t len, hl_err *e);
int hl_manifest_read(hl_manifest *m, const char *path, hl_err *e); /* NULL or "-": stdin */

/* Appends the text; with_origin adds the #root and #chain lines. Without variants there is no
 * column for them. */
void hl_manifest_format(const hl_manifest *m, bool with_origin, hl_strbuf *t);

/* Building one: add copies the strings; finish sorts the classes and numbers the samples. */
void hl_manifest_add(hl_manifest *m, const char *path, const char *label, const char *patient,
                     hl_subset subset);
/* One more variant of the sample added last, or of its original. */
void hl_manifest_add_augmented(hl_manifest *m);
void hl_manifest_finish(hl_manifest *m);

/* Digest of the text without #root and #chain lines. */
void hl_manifest_digest(const hl_manifest *m, char text[HL_DIGEST_SIZE]);

/* Samples of one subset, without variants. */
size_t hl_manifest_count(const hl_manifest *m, hl_subset subset);
bool hl_manifest_has_augmented(const hl_manifest *m);
void hl_manifest_drop_augmented(hl_manifest *m);

/* Does the sample belong to what a subset trains or is measured on? Variants are for training. */
static inline bool hl_sample_is_used(const hl_sample *s, hl_subset subset)
{
    return s->subset == subset && (s->variant == 0 || subset == HL_TRAIN);
}

void hl_manifest_free(hl_manifest *m);

#endif
