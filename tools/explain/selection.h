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

typedef enum { EXPLAIN_ERROR, EXPLAIN_HIT, EXPLAIN_ASKED } explain_reason;
extern const char *const explain_reason_names[]; /* "worst-error", "surest-hit", "asked" */

typedef struct explain_sample {
    char *sample; /* path, as in the manifest */
    explain_reason why;
    uint32_t label, predicted;
    double p;          /* of the predicted class */
    bool is_predicted; /* predicted and p are known */
    uint32_t target;   /* the class that the maps speak of */
    uint8_t *image;    /* [H, W, channels] */
    float *features;   /* flattened maps of the cut */
} explain_sample;

typedef struct explain_samples {
    explain_sample *list;
    size_t n;
} explain_samples;

/* For each class the wrong answers and then the right ones of which the head was surest, at most
 * `number` of each: errors of all classes first. Equally sure ones come in the file's order. */
void explain_samples_choose(explain_samples *s, const hl_predictions *p, size_t nclasses,
                            size_t number);
/* Samples by name; none may stand twice. */
int explain_samples_ask(explain_samples *s, char *const *names, size_t n, hl_err *e);

/* Read the whole file and keep the rows of the subjects; images also give their labels. A subject
 * that is not in the file is an error. */
int explain_samples_read_images(explain_samples *s, hl_samples *images, hl_err *e);
int explain_samples_read_features(explain_samples *s, hl_features *f, hl_err *e);

void explain_samples_free(explain_samples *s);

#endif
