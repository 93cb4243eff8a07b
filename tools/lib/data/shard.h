/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shards: a file of images or features of one contiguous range of a manifest's rows, made on a
 * machine of its own. `preprocess --shard K/N` makes shard K of N, extract-features makes one from
 * it, and join puts all N together into the file that one call without --shard would have written.
 *
 * What join needs besides the rows is in the shard: metadata hilum.shard, JSON {"k", "n", "rows",
 * "images"}, and two tensors between the manifest and the payload, "files" U8 [originals, 32] and
 * "rejects" U8 [bytes] (reject_list.h).
 */
#ifndef HILUM_DATA_SHARD_H
#define HILUM_DATA_SHARD_H

#include "base/error.h"
#include "base/sha256.h"
#include "data/manifest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HL_MAX_SHARDS = 100000, HL_FILE_DIGEST = 32, HL_SHARD_WORD = 24 };

typedef struct hl_shard {
    int64_t k, n;   /* number K, from 1, of N; n is 0 in a file that is not a shard */
    int64_t rows;   /* of the whole manifest */
    int64_t images; /* that it lists: rows and the augmented copies to be made of them */
    unsigned char (*files)[HL_FILE_DIGEST]; /* [nfiles] SHA-256 of the file of each image that is
                                               here, without augmented copies; owned */
    size_t nfiles, files_cap;
    char *rejects; /* [rejects_len] rows of the images that were left out, owned */
    size_t rejects_len;
} hl_shard;

/* "3/7"; false unless it is a shard. */
bool hl_shard_parse(hl_shard *s, const char *text);
/* The one spelling of it. */
const char *hl_shard_word(const hl_shard *s, char word[HL_SHARD_WORD]);

/* The rows of the manifest, from *from to *to - 1: (K-1) * rows / N and K * rows / N, rounded
 * down. */
void hl_shard_range(const hl_shard *s, size_t *from, size_t *to);

/* Metadata hilum.shard; the caller frees. */
char *hl_shard_format(const hl_shard *s);
int hl_shard_parse_metadata(hl_shard *s, const char *json, hl_err *e);

/* What the shards' own files cannot state for the whole: digests for the provenance. */
typedef struct hl_shard_whole {
    const char *files;    /* input `images` of preprocess */
    const char *left_out; /* its input `left-out`; NULL if no image was left out */
    const char *images;   /* input `images` of extract-features: the identity of the images */
} hl_shard_whole;

/* The provenance that the file would have without --shard. The caller frees *whole. */
int hl_shard_whole_provenance(char **whole, const char *provenance, const hl_shard *s,
                              const hl_shard_whole *w, hl_err *e);

/* Adds the next file to the list. */
void hl_shard_keep_file(hl_shard *s, const unsigned char sha256[HL_FILE_DIGEST]);

/* Adds a file, its path and its SHA-256, to the digest that is the input `images` of preprocess. */
void hl_shard_add_file(hl_sha256 *digest, const char *path,
                       const unsigned char sha256[HL_FILE_DIGEST]);

void hl_shard_release(hl_shard *s); /* frees files and rejects alone */
void hl_shard_free(hl_shard *s);    /* safe on a zeroed one */

#endif
