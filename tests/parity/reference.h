/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the reference files of tests/parity/data (README.md describes them), and comparing. */
#ifndef HILUM_TESTS_PARITY_REFERENCE_H
#define HILUM_TESTS_PARITY_REFERENCE_H

#include "format/tensorfile.h"

#include <stddef.h>

typedef struct reference {
    hl_tf_header header; /* borrowed from the open reader */
    hl_tf_reader *file;
    void **data; /* [header.ntensors] */
} reference;

/* Fails the running test if the file cannot be read. */
void reference_read(reference *r, const char *path);
void reference_free(reference *r);

/* Gives the values of a tensor, and its description in *d if d is not NULL. Fails the running test
 * if there is none. */
const void *reference_tensor(const reference *r, const char *name, const hl_tensor_desc **d);
/* Gives metadata; fails the running test if there are none. */
const char *reference_meta(const reference *r, const char *key);

/* Fail the running test with the message of a function that failed. */
void must(int status, const hl_err *e);
void must_torch(int status);

/* |a - b| / |b|, L2 norms. */
double relative_l2(const float *a, const float *b, size_t n);

#endif
