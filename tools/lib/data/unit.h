/* SPDX-License-Identifier: BSD-2-Clause */
/* The unit of predictions and metrics: an image, a patient or a study, and the rule by which the
 * probabilities of the images of a patient or study become one. */
#ifndef HILUM_DATA_UNIT_H
#define HILUM_DATA_UNIT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum { HL_UNIT_IMAGE, HL_UNIT_PATIENT, HL_UNIT_EXAM, HL_UNITS } hl_unit;
#define HL_UNIT_WORDS "image|patient|study"
extern const char *const hl_unit_names[HL_UNITS], *const hl_unit_plurals[HL_UNITS];
extern const char *const hl_unit_titles[HL_UNITS]; /* "Images" */

/* HL_COMBINE_AUTO: HL_COMBINE_MAX with two classes, HL_COMBINE_MEAN with more. */
typedef enum { HL_COMBINE_AUTO, HL_COMBINE_MAX, HL_COMBINE_MEAN, HL_COMBINES } hl_combine;
#define HL_COMBINE_WORDS "auto|max|mean"

typedef struct hl_unit_rule {
    int unit;    /* hl_unit */
    int combine; /* hl_combine; of images: HL_COMBINE_AUTO */
} hl_unit_rule;

/* Of a combination, what the classes allow: replaces HL_COMBINE_AUTO, and fails at the maximum
 * unless there are two classes. positive: class, or HL_NO_POSITIVE. */
int hl_unit_rule_settle(hl_unit_rule *r, size_t nclasses, int positive, hl_err *e);
bool hl_unit_rule_equal(hl_unit_rule a, hl_unit_rule b);

/* From the words that a file states, each NULL where it states none, which is for images. file: for
 * messages. */
int hl_unit_rule_parse(hl_unit_rule *r, const char *unit, const char *combine, const char *file,
                       hl_err *e);
const char *hl_combine_name(int combine);

/* "images", or as "patients (max)"; returns buf, of at least 32 bytes. */
const char *hl_unit_rule_describe(hl_unit_rule r, char *buf, size_t size);

#endif
