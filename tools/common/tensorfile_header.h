/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the two halves of the tensor file: header text and streams. Not for others. */
#ifndef HL_TENSORFILE_HEADER_H
#define HL_TENSORFILE_HEADER_H

#include "tensorfile.h"

enum { HL_TF_MAX_HEADER = 1 << 20 }; /* bytes of JSON */

/* The header's JSON, padded with blanks to a multiple of 8 bytes; NULL on failure. */
char *hl_tf_header_format(const hl_tf_header *h, size_t *len, hl_err *e);

/* Validates everything that can be wrong in it. file is for messages. */
int hl_tf_header_parse(hl_tf_header *h, const char *text, size_t len, const char *file, hl_err *e);

uint64_t hl_tf_data_bytes(const hl_tf_header *h); /* of all tensors */

#endif
