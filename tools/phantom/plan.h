/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The patients of a set of phantoms: the kind and the number of images of each, and their names,
 * which are those of the Kermany data set, in four series that are numbered separately.
 */
#ifndef HILUM_PHANTOM_PLAN_H
#define HILUM_PHANTOM_PLAN_H

#include "draw.h"

#include <stddef.h>
#include <stdint.h>

enum { PHANTOM_MAX_IMAGES = 64 }; /* of a patient */

enum { PHANTOM_CLASSES = 2 };
extern const char *const phantom_class_names[PHANTOM_CLASSES]; /* "NORMAL", "PNEUMONIA" */

typedef enum {
    PHANTOM_IM,
    PHANTOM_NORMAL2,
    PHANTOM_PERSON_BACTERIA,
    PHANTOM_PERSON_VIRUS,
    PHANTOM_NSERIES
} phantom_series;

typedef struct phantom_patient {
    phantom_kind kind;
    phantom_series series;
    uint64_t number, first_image; /* in the series, from 1 */
    size_t nimages;
} phantom_patient;

/* Values of the options, as phantom(1) describes them. */
typedef struct phantom_options {
    int64_t patients, max_images; /* max_images: of a patient */
    int64_t min_size, max_size;   /* pixels of a side */
    int64_t jobs;
    double images; /* mean number of images of a patient */
    uint64_t seed;
} phantom_options;

/* Index into phantom_class_names. */
int phantom_class_of(const phantom_patient *p);

/* Fills in o->patients patients. Patient i is the same whatever the number of patients is. */
void phantom_plan(phantom_patient *patients, const phantom_options *o);

/* Path of an image of the patient, numbered from 0, below the folder of the set. */
enum { PHANTOM_NAME_SIZE = 96 };
void phantom_image_name(const phantom_patient *p, size_t image, char name[PHANTOM_NAME_SIZE]);

#endif
