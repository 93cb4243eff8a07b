/* SPDX-License-Identifier: BSD-2-Clause */
/* Lookup tables: Modality LUT (C.11.1), VOI LUT (C.11.2), palettes (C.7.6.3.1.5-6). */
#ifndef HILUM_DICOM_LUT_H
#define HILUM_DICOM_LUT_H

#include "base/error.h"
#include "dicom/dataset.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hl_dicom_lut {
    size_t n;          /* 1 to 65536 */
    int32_t first;     /* the input of entry 0 */
    int bits;          /* of the entries */
    uint16_t *entries; /* [n], owned; NULL if there is no table */
} hl_dicom_lut;

/* Reads a table from its descriptor (n, first, bits) and its data, of which neither may be absent.
 * is_signed: whether inputs may be negative, by which alone `first` is. Entries of up to 8 bits are
 * two to a word or one to a word, as the length shows. */
int hl_dicom_lut_read(hl_dicom_lut *t, const char *name, const hl_dicom_element *descriptor,
                      const hl_dicom_element *data, bool is_signed, hl_err *e);
void hl_dicom_lut_free(hl_dicom_lut *t);

/* The entry of an input; the first and the last hold beyond the ends. */
uint16_t hl_dicom_lut_at(const hl_dicom_lut *t, double x);

/* Some makers state 16 bits for entries of 12: then the bits are those of the largest entry.
 * Returns whether that was so. */
bool hl_dicom_lut_narrow(hl_dicom_lut *t);

#endif
