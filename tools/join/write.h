/* SPDX-License-Identifier: BSD-2-Clause */
/* Streams the rows of all shards into one file. */
#ifndef HILUM_JOIN_WRITE_H
#define HILUM_JOIN_WRITE_H

#include "base/error.h"
#include "shards.h"

typedef struct join_outputs {
    const char *output;  /* NULL or "-": standard output */
    const char *rejects; /* list of images that were left out; NULL: none is written */
    const char *images;  /* of features: the joined images */
} join_outputs;

/* Writes all outputs or none. Reads each shard twice, because the header of the result states the
 * digest of all rows, and verifies it both times. */
int join_write(join_set *s, const join_outputs *o, hl_err *e);

#endif
