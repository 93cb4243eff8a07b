/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The data set of a DICOM file in memory (PS3.5 chapter 7, PS3.10): finds the top-level elements
 * that hilum uses, in implicit and explicit VR, little and big endian. Nothing is copied, no
 * dictionary is needed, and elements of no use cost a few instructions each. Reading stops at the
 * pixels.
 *
 *   hl_dicom_set s;
 *   if (hl_dicom_set_read(&s, name, bytes, len, len, &err)) ...
 *   const hl_dicom_element *rows = &s.found[HL_DICOM_ROWS];
 */
#ifndef HILUM_DICOM_DATASET_H
#define HILUM_DICOM_DATASET_H

#include "base/error.h"
#include "sys/dicom_mark.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The elements that are looked for at the top level, by ascending tag. */
#define HL_DICOM_ELEMENTS(X)                                                                       \
    X(MEDIA_SOP_CLASS, 0x00020002)                                                                 \
    X(TRANSFER_SYNTAX, 0x00020010)                                                                 \
    X(CHARACTER_SET, 0x00080005)                                                                   \
    X(SOP_CLASS, 0x00080016)                                                                       \
    X(SOP_INSTANCE, 0x00080018)                                                                    \
    X(STUDY_DATE, 0x00080020)                                                                      \
    X(ACCESSION, 0x00080050)                                                                       \
    X(MODALITY, 0x00080060)                                                                        \
    X(INTENT, 0x00080068)                                                                          \
    X(MANUFACTURER, 0x00080070)                                                                    \
    X(PATIENT_NAME, 0x00100010)                                                                    \
    X(PATIENT_ID, 0x00100020)                                                                      \
    X(PATIENT_ID_ISSUER, 0x00100021)                                                               \
    X(BIRTH_DATE, 0x00100030)                                                                      \
    X(SEX, 0x00100040)                                                                             \
    X(AGE, 0x00101010)                                                                             \
    X(BODY_PART, 0x00180015)                                                                       \
    X(IMAGER_SPACING, 0x00181164)                                                                  \
    X(SCANNED_SPACING, 0x00182010)                                                                 \
    X(VIEW, 0x00185101)                                                                            \
    X(STUDY, 0x0020000d)                                                                           \
    X(SERIES, 0x0020000e)                                                                          \
    X(SAMPLES, 0x00280002)                                                                         \
    X(PHOTOMETRIC, 0x00280004)                                                                     \
    X(PLANAR, 0x00280006)                                                                          \
    X(FRAMES, 0x00280008)                                                                          \
    X(ROWS, 0x00280010)                                                                            \
    X(COLUMNS, 0x00280011)                                                                         \
    X(SPACING, 0x00280030)                                                                         \
    X(ASPECT, 0x00280034)                                                                          \
    X(BITS_ALLOCATED, 0x00280100)                                                                  \
    X(BITS_STORED, 0x00280101)                                                                     \
    X(HIGH_BIT, 0x00280102)                                                                        \
    X(SIGNED, 0x00280103)                                                                          \
    X(PADDING, 0x00280120)                                                                         \
    X(PADDING_LIMIT, 0x00280121)                                                                   \
    X(BURNED_IN, 0x00280301)                                                                       \
    X(WINDOW_CENTER, 0x00281050)                                                                   \
    X(WINDOW_WIDTH, 0x00281051)                                                                    \
    X(RESCALE_INTERCEPT, 0x00281052)                                                               \
    X(RESCALE_SLOPE, 0x00281053)                                                                   \
    X(WINDOW_FUNCTION, 0x00281056)                                                                 \
    X(PALETTE_RED, 0x00281101)                                                                     \
    X(PALETTE_GREEN, 0x00281102)                                                                   \
    X(PALETTE_BLUE, 0x00281103)                                                                    \
    X(PALETTE_RED_DATA, 0x00281201)                                                                \
    X(PALETTE_GREEN_DATA, 0x00281202)                                                              \
    X(PALETTE_BLUE_DATA, 0x00281203)                                                               \
    X(PALETTE_RED_SEGMENTED, 0x00281221)                                                           \
    X(LOSSY, 0x00282110)                                                                           \
    X(MODALITY_LUT, 0x00283000)                                                                    \
    X(VOI_LUT, 0x00283010)                                                                         \
    X(VIEW_CODE, 0x00540220)                                                                       \
    X(SHAPE, 0x20500020)                                                                           \
    X(PIXELS, 0x7fe00010)

enum {
#define X(name, tag) HL_DICOM_##name,
    HL_DICOM_ELEMENTS(X)
#undef X
        HL_DICOM_FOUND
};

enum { HL_DICOM_LUT_DESCRIPTOR_TAG = 0x00283002, HL_DICOM_LUT_DATA_TAG = 0x00283006 };

typedef struct hl_dicom_element {
    const uint8_t *value; /* in the bytes that were read; NULL if the element is absent */
    size_t len;           /* of a value of undefined length, up to its delimiter */
    char vr[2];           /* "" in implicit VR */
    bool big_endian;
    bool is_undefined; /* in length */
} hl_dicom_element;

/* Lengths of the transfer syntax' text are bounded by the standard: 64. */
typedef struct hl_dicom_set {
    const char *name; /* for messages */
    char syntax[65];  /* the transfer syntax UID */
    bool big_endian, is_implicit;
    hl_dicom_element found[HL_DICOM_FOUND];
    size_t pixels_at; /* offset of the pixels' value */
    size_t size;      /* of the data set: the length of the file, or as it was inflated */
} hl_dicom_set;

/* Finds the elements of a file of `size` bytes, of which the first len are there. Returns 0, -1, or
 * 1 where more bytes are needed, which never happens with len == size. The pixels' value need not
 * be there. A deflated data set (s->syntax) is not looked into: see inflate.h. */
int hl_dicom_set_read(hl_dicom_set *s, const char *name, const uint8_t *bytes, size_t len,
                      size_t size, hl_err *e);
/* Says that its transfer syntax is not supported; -1. */
int hl_dicom_refuse_syntax(const hl_dicom_set *s, hl_err *e);
/* Checks that what follows the pixels is complete. */
int hl_dicom_set_check_rest(const hl_dicom_set *s, const uint8_t *bytes, size_t len, hl_err *e);

/* The same for a data set alone, whose syntax is known. */
int hl_dicom_set_read_bare(hl_dicom_set *s, const uint8_t *bytes, size_t len, size_t size,
                           hl_err *e);

/* An element of the first item of a sequence; absent if there is none. */
int hl_dicom_set_item(const hl_dicom_set *s, const hl_dicom_element *sequence, uint32_t tag,
                      hl_dicom_element *found, hl_err *e);

/* The number of items of a sequence; 0 if it is damaged. */
size_t hl_dicom_set_items(const hl_dicom_set *s, const hl_dicom_element *sequence);

/* ---- values ---- */

bool hl_dicom_is_there(const hl_dicom_element *x); /* with a value */
bool hl_dicom_is_blank(const hl_dicom_element *x); /* absent, empty, or of blanks only */
/* Number of 16-bit words, and word i of a value. */
size_t hl_dicom_words(const hl_dicom_element *x);
uint16_t hl_dicom_word(const hl_dicom_element *x, size_t i);
/* Copies component i, from 0, of a text, without blanks at its ends; false if there is none, or it
 * is too long for `size`. */
bool hl_dicom_component(const hl_dicom_element *x, size_t i, char *text, size_t size);
/* Number of components of a text. */
size_t hl_dicom_components(const hl_dicom_element *x);
/* A decimal or integer string (DS, IS). */
bool hl_dicom_number(const hl_dicom_element *x, size_t i, double *number);
bool hl_dicom_text_is(const hl_dicom_element *x, const char *text);
/* The text for a message, if it is of the characters and length of CS and IS; else words that stand
 * for it, since a wrong header may have a name there. */
const char *hl_dicom_quotable(const char *text);

#endif
