/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thin C interface to the codecs of DCMTK (JPEG of 8 to 16 bits), to CharLS (JPEG-LS) and to
 * OpenJPEG (JPEG 2000, HTJ2K). It knows nothing of files: the codestream of one frame in, samples
 * out.
 *
 *     uint16_t samples[rows * columns];
 *     char problem[200];
 *     if (dc_decode(&frame, samples, sizeof samples, problem, sizeof problem))
 *         return report(problem);
 *
 * The functions may be called from several threads. No C++ exception leaves the shim.
 */
#ifndef HILUM_SHIM_DICOM_SHIM_H
#define HILUM_SHIM_DICOM_SHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { DC_JPEG, DC_JPEG_LS, DC_JPEG_2000 } dc_codec;

typedef struct dc_frame {
    dc_codec codec;
    const char *syntax; /* the transfer syntax UID */
    const void *bytes;  /* the codestream, which must be of the size that is stated here */
    size_t len;
    uint32_t rows, columns, samples; /* samples per pixel, 1 or 3 */
    uint32_t precision;              /* bits per sample of the codestream, 1 to 16 */
    int is_signed;
} dc_frame;

/* Decodes a frame to rows * columns * samples values, the samples of a pixel side by side; uint8_t
 * for a precision of up to 8 bits, uint16_t (or its two's complement) above. Colours are not
 * converted, except that JPEG 2000 undoes its own transform. size: of the output in bytes. Returns
 * 0, or -1 with the reason in `problem`. */
int dc_decode(const dc_frame *frame, void *out, size_t size, char *problem, size_t problem_size);

/* Loads the library now, without setting up its codecs; -1 with the reason if it cannot be used. */
int dc_load(char *problem, size_t problem_size);

#ifdef __cplusplus
}
#endif
#endif
