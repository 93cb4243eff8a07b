/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of bytes to columns; for resize.c and files beside it only. */
#ifndef HILUM_IMAGE_TRANSPOSE_H
#define HILUM_IMAGE_TRANSPOSE_H

#include <stddef.h>
#include <stdint.h>

/* rows x columns bytes, whose rows are in_stride bytes apart, to columns x rows, out_stride apart.
 */
void hl_transpose(const uint8_t *in, size_t in_stride, size_t rows, size_t columns, uint8_t *out,
                  size_t out_stride);

#endif
