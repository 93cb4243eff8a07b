/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manifest: the images of an experiment with their labels, patients and subsets. As a file it
 * is TSV:
 *
 *   #hilum-manifest 1
 *   #root       DIR         (where relative paths start; the only machine-specific line)
 *   #provenance JSON        (see provenance.h)
 *   #listing    JSON        (optional; what was left out when the images were listed)
 *   #samples    N           (optional; reveals a truncated manifest)
 *   path    label    patient    subset
 *   NORMAL/IM-0001-0001.jpeg    NORMAL    IM-0001    train
 *
 * If images were augmented there is a fifth column, augmented_copy: 0 is the original, 1 and up are
 * its augmented copies. They are used for training only; every count and every metric is of
 * originals. Any columns after that are carried (see carried_columns.h).
 *
 * Fields are escaped as in hl_tsv_escape. Tensor files carry the same text, without the #root,
 * #provenance and #listing lines, in a U8 tensor named "manifest"; row i of the images or features
 * is sample i.
 */
#ifndef HILUM_DATA_MANIFEST_H
#define HILUM_DATA_MANIFEST_H

#include "base/error.h"
#include "base/sha256.h"
#include "base/strbuf.h"
#include "data/carried_columns.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { HL_TRAIN, HL_VAL, HL_TEST, HL_SUBSETS } hl_subset;
extern const char *const hl_subset_names[HL_SUBSETS]; /* "train", "val", "test" */
int hl_subset_find(const char *name);                 /* -1 if no subset has this name */

enum { HL_MAX_AUGMENTED = 100 }; /* augmented copies of an image */

typedef struct hl_sample {
    char *path, *label, *patient; /* owned by the manifest, never empty */
    hl_subset subset;             /* of an augmented copy: that of the original */
    uint32_t cls;                 /* index into classes */
    uint32_t augmented;           /* 0: the original; else the number of the augmented copy */
    char *carried; /* text of the carried columns, owned; NULL where there are none */
} hl_sample;

typedef struct hl_manifest {
    hl_sample *samples;
    size_t n, cap;
    char **classes; /* [nclasses], sorted by strcmp, as Keras sorts folders; index = class number */
    size_t nclasses;
    hl_carried_columns carried;
    char *root;       /* "" if the file states none */
    char *provenance; /* provenance, a JSON list; "[]" if the file states none */
    char *listing;    /* a JSON object, see docs/FORMAT.md; NULL if the file states none */
} hl_manifest;

/* Parses the text of a manifest; name is for messages ("NAME: line 7: ..."). Columns in another
 * order, unknown subsets, missing or empty fields, images listed twice, and augmented copies that
 * are outside the training subset or do not match an original are errors. */
int hl_manifest_parse(hl_manifest *m, const char *name, const char *text, size_t len, hl_err *e);

/* The same without a copy of the text, which is changed. of_shard: there may be no samples, as in a
 * shard (shard.h). */
int hl_manifest_parse_in_place(hl_manifest *m, const char *name, char *text, size_t len,
                               bool of_shard, hl_err *e);

/* Reads a manifest file; path NULL or "-" is standard input. */
int hl_manifest_read(hl_manifest *m, const char *path, hl_err *e);

/* Appends the text. with_origin adds the #root, #provenance and #listing lines. The column of
 * augmented copies is left out if there are none. */
void hl_manifest_format(const hl_manifest *m, bool with_origin, hl_strbuf *t);

/* Builds a manifest: add a sample at a time (strings are copied), then call hl_manifest_finish,
 * which sorts the classes and gives each sample its class number. */
void hl_manifest_add(hl_manifest *m, const char *path, const char *label, const char *patient,
                     hl_subset subset);
/* Sets the text of the carried columns of the sample that was added last. */
void hl_manifest_carry(hl_manifest *m, const char *text);
/* Adds a sample like that of another manifest with the same carried columns. */
void hl_manifest_add_copy(hl_manifest *m, const hl_sample *s);
/* Adds the next augmented copy of the image that was added last. */
void hl_manifest_add_augmented(hl_manifest *m);
void hl_manifest_finish(hl_manifest *m);

/* Digest of the text without the #root, #provenance and #listing lines. */
void hl_manifest_digest(const hl_manifest *m, char text[HL_DIGEST_SIZE]);

/* Frees all samples but those from `from` to `to` - 1; the classes stay as they are. */
void hl_manifest_keep_rows(hl_manifest *m, size_t from, size_t to);
/* Moves the samples of another manifest with the same columns to the end of this one. */
void hl_manifest_append(hl_manifest *m, hl_manifest *from);

/* Number of samples of one subset, without augmented copies. */
size_t hl_manifest_count(const hl_manifest *m, hl_subset subset);
bool hl_manifest_has_augmented(const hl_manifest *m);
void hl_manifest_drop_augmented(hl_manifest *m);

/* Whether training or evaluation on a subset uses the sample: augmented copies count in training
 * only. */
static inline bool hl_sample_is_used(const hl_sample *s, hl_subset subset)
{
    return s->subset == subset && (s->augmented == 0 || subset == HL_TRAIN);
}

void hl_manifest_free(hl_manifest *m);

#endif
