/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the reference files of tests/parity/data (see README.md) into memory. */
#ifndef HILUM_TESTS_PARITY_REFERENCE_H
#define HILUM_TESTS_PARITY_REFERENCE_H

#include "format/tensorfile.h"

#include <stddef.h>

typedef struct reference {
    hl_tf_header header; /* a copy of nothing: points into the open reader */
    hl_tf_reader *file;
    void **data; /* [header.ntensors] */
} reference;

/* Fails the running test if the file cannot be read. */
void reference_read(reference *r, const char *path);
void reference_free(reference *r);

/* A tensor that must be there; its values, and its description through *d if not NULL. */
const void *reference_tensor(const reference *r, const char *name, const hl_tensor_desc **d);
/* Metadata that must be there. */
const char *reference_meta(const reference *r, const char *key);

/* |a - b| / |b|, L2 norms. */
double relative_l2(const float *a, const float *b, size_t n);

#endif
