/* SPDX-License-Identifier: BSD-2-Clause */
/* Windows (C.11.2.1.2, C.11.2.1.3): which values become black, which white, and what lies between.
 */
#ifndef HILUM_DICOM_WINDOW_H
#define HILUM_DICOM_WINDOW_H

#include <stdbool.h>

typedef enum { HL_DICOM_LINEAR, HL_DICOM_LINEAR_EXACT, HL_DICOM_SIGMOID } hl_dicom_function;

typedef struct hl_dicom_window {
    hl_dicom_function function;
    double center, width;
} hl_dicom_window;

/* Whether the function is defined for this width. */
bool hl_dicom_window_is_valid(const hl_dicom_window *w);
/* The grey level of x, 0 to 255, not rounded. */
double hl_dicom_window_apply(const hl_dicom_window *w, double x);

/* What a user chooses for DICOM files. */
#define HL_WINDOW_WORDS "auto|file|full|C,W"
#define HL_WINDOW_EXPECTED "auto, file, full, or center,width with a width of at least 1"
typedef enum {
    HL_WINDOW_AUTO,  /* that of the file, or from the least to the largest value; 8 bits as is */
    HL_WINDOW_FILE,  /* that of the file, which must have one */
    HL_WINDOW_FULL,  /* all values that the bits stored can hold */
    HL_WINDOW_VALUES /* linear, of this center and width, in the values after the rescale */
} hl_window_kind;

typedef struct hl_window {
    hl_window_kind kind;
    double center, width;
} hl_window;

enum { HL_WINDOW_TEXT = 64 };
/* Reads one of HL_WINDOW_WORDS. */
bool hl_window_parse(hl_window *w, const char *text);
/* The same text for the same window, whatever was typed. */
const char *hl_window_text(const hl_window *w, char text[HL_WINDOW_TEXT]);
/* Reads the value of --window and gives it that spelling, or ends the program as for wrong usage.
 */
void hl_window_option(hl_window *w, const char **text);
bool hl_window_is_same(const hl_window *a, const hl_window *b);

#endif
