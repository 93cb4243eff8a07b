/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the reader and the writer of tensor files: the header as text. Not for other modules.
 */
#ifndef HILUM_FORMAT_TENSORFILE_HEADER_H
#define HILUM_FORMAT_TENSORFILE_HEADER_H

#include "format/tensorfile.h"

enum { HL_TF_MAX_HEADER = 1 << 20 }; /* bytes of JSON */

/* The metadata that states the digest of the data. The identity of a file is the digest of its
 * header, so it covers the data through this. Files of version 0.1.0 lack it. */
#define HL_TF_DATA_KEY "hilum.data"

void hl_tf_header_copy(hl_tf_header *to, const hl_tf_header *from); /* overwrites *to */

/* The header's JSON, padded with spaces to a multiple of 8 bytes; the caller frees. NULL on
 * failure. */
char *hl_tf_header_format(const hl_tf_header *h, size_t *len, hl_err *e);

/* Parses and validates a header. file is for messages. */
int hl_tf_header_parse(hl_tf_header *h, const char *text, size_t len, const char *file, hl_err *e);

uint64_t hl_tf_data_bytes(const hl_tf_header *h); /* sum over all tensors */

#endif
