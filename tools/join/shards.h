/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads what precedes the rows of all shards, and checks that they are the shards of one file. */
#ifndef HILUM_JOIN_SHARDS_H
#define HILUM_JOIN_SHARDS_H

#include "base/error.h"
#include "data/reject_list.h"
#include "data/sample_file.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct join_shard {
    const char *path;
    char id[HL_DIGEST_SIZE]; /* identity, so that a file that is replaced meanwhile is noticed */
    int64_t shape[HL_MAX_RANK];
    size_t row_bytes;
    uint64_t before;      /* bytes of data before the first row */
    hl_shard shard;       /* without files and rejects, once they are in the set */
    char *provenance;     /* without what differs between shards, owned */
    hl_manifest manifest; /* empty, once the rows are in the set */
} join_shard;

/* The file to be written. */
typedef struct join_set {
    const char *kind;   /* "images" or "features" */
    join_shard *shards; /* [n], by K */
    size_t n;
    hl_manifest manifest; /* of all shards */
    hl_reject_list rejects;
    char files[HL_DIGEST_SIZE]; /* input `images` of preprocess */
    char **classes;             /* [nclasses], owned */
    size_t nclasses;
    hl_feature_space feature_space;
    hl_tensor_desc payload;
    char *provenance; /* of the first shard that was given, owned */
    hl_shard of;      /* its number */
} join_set;

/* Fails unless the files are all shards of one file, each once. */
int join_set_read(join_set *s, char *const *paths, size_t n, hl_err *e);
bool join_set_is_images(const join_set *s);
void join_set_free(join_set *s);

#endif
