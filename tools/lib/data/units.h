/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Images grouped by patient or by study, and their probabilities combined:
 *
 *   hl_units_group(&u, HL_UNIT_PATIENT, manifest, true, "features", e);
 *   hl_units_label(&u, manifest, classes, positive, e);
 *   hl_units_combine(&u, HL_COMBINE_MAX, 2, positive, p, combined);
 */
#ifndef HILUM_DATA_UNITS_H
#define HILUM_DATA_UNITS_H

#include "data/manifest.h"
#include "data/unit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hl_units {
    hl_unit unit;
    /* A sample for each unit, in the order of their first images. Its path is the patient, or
     * PATIENT/STUDY; a carried column has the different values of the images, sorted, with |
     * between them. Label and class are those of the first image before hl_units_label. */
    hl_manifest manifest;
    size_t images;
    uint32_t *of;    /* [images] unit */
    uint32_t *count; /* [units] images */
    bool *mixed;     /* [units] whether its images have different labels; of hl_units_label */
    size_t divided;  /* a unit with images in another subset, too; SIZE_MAX: none */
} hl_units;

/* Groups the samples of m, augmented copies included. A study is a value of the carried column
 * "study" of one patient. by_subset: images in different subsets are different units. file: for
 * messages. The caller frees u; on failure it is empty. */
int hl_units_group(hl_units *u, hl_unit unit, const hl_manifest *m, bool by_subset,
                   const char *file, hl_err *e);

/* The labels of the units, from those of their images in m. Of two classes, a unit with an image of
 * the positive one is positive; otherwise different labels are an error. */
int hl_units_label(hl_units *u, const hl_manifest *m, char *const *classes, size_t nclasses,
                   int positive, hl_err *e);

/* image: [units], the image of each with the largest probability of a class; of several, the first.
 * p: [images, nclasses] */
void hl_units_most_probable(const hl_units *u, size_t nclasses, size_t cls, const double *p,
                            size_t *image);

/* out: [units, nclasses], HL_COMBINE_MAX: the probabilities of the image in which the positive
 * class has the largest; HL_COMBINE_MEAN: means over the images, to 12 digits. */
void hl_units_combine(const hl_units *u, int combine, size_t nclasses, int positive,
                      const double *p, double *out);
void hl_units_free(hl_units *u); /* safe on a zeroed one */

#endif
