/* SPDX-License-Identifier: BSD-2-Clause */
/* RLE (PS3.5 annex G). */
#ifndef HILUM_DICOM_RLE_H
#define HILUM_DICOM_RLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes a frame of `pixels` pixels to interleaved samples of `bytes` bytes (1 or 2) in the
 * processor's order. False unless each segment has exactly as many bytes as there are pixels; more
 * only where a last run fills it up. */
bool hl_dicom_rle_decode(const uint8_t *frame, size_t len, size_t pixels, size_t samples,
                         size_t bytes, uint8_t *out);

#endif
