/* SPDX-License-Identifier: BSD-2-Clause */
/* From feature vectors to entries of the worklist: head, calibration, threshold, distance. */
#ifndef HILUM_PREDICT_CLASSIFY_H
#define HILUM_PREDICT_CLASSIFY_H

#include "base/error.h"
#include "data/calibration_file.h"
#include "nn/head/head.h"
#include "worklist.h"

#include <stddef.h>

typedef struct predict_classifier {
    const nn_head *head;
    const hl_calibration *calibration; /* NULL: none */
    predict_worklist *list;            /* its meaning is set, entries go to it */
} predict_classifier;

/* What is asked for: positive NULL is the second of two classes; point NULL and threshold NaN: the
 * largest probability decides. */
typedef struct predict_classifier_options {
    const char *positive, *point;
    double threshold;
} predict_classifier_options;

/* Checks that all of it fits together, and says in the worklist what its entries mean. classes are
 * those of the head. */
int predict_classifier_start(predict_classifier *j, const predict_classifier_options *o,
                             const char *head_name, const char *calibration_name, hl_err *e);

/* features: [n, inputs of the head]; images: their paths, copied. */
int predict_classifier_add(const predict_classifier *j, size_t n, const float *features,
                           const char *const *images, hl_err *e);

#endif
