/* SPDX-License-Identifier: BSD-2-Clause */
/* From feature vectors to entries of the worklist: probability, class and distance. */
#ifndef HILUM_PREDICT_CLASSIFY_H
#define HILUM_PREDICT_CLASSIFY_H

#include "base/error.h"
#include "data/calibration_file.h"
#include "nn/head/model.h"
#include "worklist.h"

#include <stddef.h>

typedef struct predict_classifier {
    const nn_model *model;
    const hl_calibration *calibration; /* NULL: none */
    predict_worklist *list;            /* gets the entries */
} predict_classifier;

/* How to classify. Without point and threshold, the class of largest probability is predicted. */
typedef struct predict_classifier_options {
    const char *positive; /* class to look for; NULL: the positive class of the head */
    const char *point;    /* name of an operating point of the calibration, or NULL */
    hl_unit_rule rule;    /* of --unit and --combine */
    double threshold;     /* on the probability of the positive class, or NaN */
} predict_classifier_options;

/* Checks that head, calibration and options fit together, and stores positive class, threshold and
 * calibration in the worklist. c has its members set; calibration_name is for messages. */
int predict_classifier_start(predict_classifier *c, const predict_classifier_options *o,
                             const char *calibration_name, hl_err *e);

/* The class that is predicted from the probabilities p [n], by the threshold of the list if it has
 * one. */
uint32_t predict_class_of(const predict_worklist *w, const double *p, size_t n);

/* Classifies features, [n, inputs of the head], and adds an entry for each to the worklist. images:
 * their [n] paths, which are copied. */
int predict_classifier_add(const predict_classifier *c, size_t n, const float *features,
                           const char *const *images, hl_err *e);

#endif
