/* SPDX-License-Identifier: BSD-2-Clause */
/* The samples to explain: selected from predictions or named, with their images and features. */
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
    uint32_t target;   /* the class that the maps explain */
    uint8_t *image;    /* [H, W, channels] */
    float *features;   /* flattened maps of the feature layer */
} explain_sample;

typedef struct explain_samples {
    explain_sample *list;
    size_t n;
} explain_samples;

/* Adds, for each class, the errors and then the correct predictions with the highest probability,
 * at most `number` of each; the errors of all classes come first. Ties keep the order of the file.
 */
void explain_samples_select(explain_samples *s, const hl_predictions *p, size_t nclasses,
                            size_t number);
/* Adds samples by their paths in the manifest. Fails if one is named twice. */
int explain_samples_name(explain_samples *s, char *const *names, size_t n, hl_err *e);

/* Read a file to its end and keep the rows of the samples; images also give their labels. Fail
 * where a sample is not in the file. */
int explain_samples_read_images(explain_samples *s, hl_samples *images, hl_err *e);
int explain_samples_read_features(explain_samples *s, hl_features *f, hl_err *e);

void explain_samples_free(explain_samples *s); /* safe on a zeroed one */

#endif
