/* SPDX-License-Identifier: BSD-2-Clause */
/* Real X-rays and weights for the parity tests, which may exist beside the checkout. */
#ifndef HILUM_TESTS_PARITY_XRAYS_H
#define HILUM_TESTS_PARITY_XRAYS_H

#include "reference.h"

#include <stddef.h>
#include <stdint.h>

/* Gives the path of a file or folder of the shared data; if it does not exist, skips the running
 * test and prints what it needs. */
void need_shared(const char *what, char *path, size_t size);

/* Reads the X-rays that a reference file lists, decoded and resized to U8 [count, side, side, 1];
 * the caller frees them. Fails the test unless the pixels are those that Keras was given. */
uint8_t *read_xrays(const reference *ref, const char *folder, size_t side, int64_t *count);

#endif
