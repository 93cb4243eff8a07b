/* SPDX-License-Identifier: BSD-2-Clause */
/* The samples that are explained: which they are, and what is known of each. */
#ifndef HILUM_EXPLAIN_SELECTION_H
#define HILUM_EXPLAIN_SELECTION_H

#include "base/error.h"
#include "data/feature_file.h"
#include "data/predictions.h"
#include "data/sample_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { WHY_ERROR, WHY_HIT, WHY_ASKED } subject_why;
extern const char *const subject_why_names[]; /* "worst-error", "surest-hit", "asked" */

typedef struct subject {
    char *sample; /* path, as in the manifest */
    subject_why why;
    uint32_t label, predicted;
    double p;          /* of the predicted class */
    bool is_predicted; /* predicted and p are known */
    uint32_t target;   /* the class that the maps speak of */
    uint8_t *image;    /* [H, W, channels] */
    float *features;   /* flattened maps of the cut */
} subject;

typedef struct subjects {
    subject *list;
    size_t n;
} subjects;

/* For each class the wrong answers and then the right ones of which the head was surest, at most
 * `number` of each: errors of all classes first. Equally sure ones come in the file's order. */
void subjects_choose(subjects *s, const hl_predictions *p, size_t nclasses, size_t number);
/* Samples by name; none may stand twice. */
int subjects_ask(subjects *s, char *const *names, size_t n, hl_err *e);

/* Read the whole file and keep the rows of the subjects; images also give their labels. A subject
 * that is not in the file is an error. */
int subjects_read_images(subjects *s, hl_samples *images, hl_err *e);
int subjects_read_features(subjects *s, hl_features *f, hl_err *e);

void subjects_free(subjects *s);

#endif
