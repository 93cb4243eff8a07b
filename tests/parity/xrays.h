/* SPDX-License-Identifier: BSD-2-Clause */
/* Real X-rays and weights for the parity tests: they lie beside the checkout, or are not there. */
#ifndef HILUM_TESTS_PARITY_XRAYS_H
#define HILUM_TESTS_PARITY_XRAYS_H

#include "reference.h"

#include <stddef.h>
#include <stdint.h>

/* The path of a file or folder of the shared data; skips the running test, saying what it needs,
 * where it is not there. */
void need_shared(const char *what, char *path, size_t size);

/* The X-rays that a reference file lists, decoded and resized to U8 [count, side, side, 1], which
 * the caller frees. Makes sure that the pixels are those that Keras had. */
uint8_t *read_xrays(const reference *ref, const char *folder, size_t side, int64_t *count);

#endif
