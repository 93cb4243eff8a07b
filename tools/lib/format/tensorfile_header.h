/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the parts of the tensor file: header text, reader, writer. Not for others. */
#ifndef HILUM_FORMAT_TENSORFILE_HEADER_H
#define HILUM_FORMAT_TENSORFILE_HEADER_H

#include "format/tensorfile.h"

enum { HL_TF_MAX_HEADER = 1 << 20 }; /* bytes of JSON */

/* The metadata that states the digest of the data. The identity of a file is the digest of its
 * header, so it covers the data through this. Files of 0.1.0 lack it. */
#define HL_TF_DATA_KEY "hilum.data"

void hl_tf_header_copy(hl_tf_header *to, const hl_tf_header *from); /* to: not yet in use */

/* The header's JSON, padded with blanks to a multiple of 8 bytes; NULL on failure. */
char *hl_tf_header_format(const hl_tf_header *h, size_t *len, hl_err *e);

/* Validates everything that can be wrong in it. file is for messages. */
int hl_tf_header_parse(hl_tf_header *h, const char *text, size_t len, const char *file, hl_err *e);

uint64_t hl_tf_data_bytes(const hl_tf_header *h); /* of all tensors */

#endif
