/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Huffman decoding of sequential JPEG files, in place of libjpeg's own, which takes two thirds of
 * the time of decoding. Everything else remains libjpeg's. It reads scans that are well formed; at
 * anything else it stops, and the file has to be decoded again by libjpeg alone, which knows how
 * to name the damage and which kinds are harmless. For files of this folder only.
 *
 *   jpeg_start_decompress(&jpeg);
 *   hl_jpeg_huffman *h = hl_jpeg_huffman_install(&jpeg);
 *   ... jpeg_read_scanlines gives 0 where it stops ...
 *   hl_jpeg_huffman_free(h);
 */
#ifndef HILUM_IMAGE_JPEG_HUFFMAN_H
#define HILUM_IMAGE_JPEG_HUFFMAN_H

#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>

typedef struct hl_jpeg_huffman hl_jpeg_huffman;

/* To be called before the first row is read, with all of the file in memory (jpeg_mem_src). Returns
 * NULL, and changes nothing, if the file is of another kind: progressive, arithmetic-coded, several
 * scans. The result has to outlive the decompression. */
hl_jpeg_huffman *hl_jpeg_huffman_install(j_decompress_ptr jpeg);

void hl_jpeg_huffman_free(hl_jpeg_huffman *h);

#endif
