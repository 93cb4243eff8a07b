/* SPDX-License-Identifier: BSD-2-Clause */
/* The list that predict writes: which images a person should look at first. */
#ifndef HILUM_PREDICT_WORKLIST_H
#define HILUM_PREDICT_WORKLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct predict_entry {
    char *image;     /* path, owned */
    double p;        /* of the positive class */
    uint32_t answer; /* class */
    double distance; /* to the training data; NaN: not known */
    bool unlike;     /* it is beyond the threshold */
    char *reason;    /* why the image could not be read, owned; NULL: it was */
    size_t order;    /* among those that were added; set by predict_worklist_add */
} predict_entry;

typedef struct predict_worklist {
    predict_entry *entries;
    size_t n, cap;
    size_t positive, unlike, unread; /* how many */
    /* what the entries mean */
    char *const *classes;
    uint32_t positive_class;
    double threshold;  /* NaN: the largest probability decides */
    const char *point; /* name of the operating point, or NULL */
    bool is_calibrated;
    double temperature; /* of the calibration */
    double unlike_from; /* what is farther is unlike the training data; NaN: no reference */
    const char *chain;
} predict_worklist;

/* Takes over what the entry owns. */
void predict_worklist_add(predict_worklist *w, predict_entry e);
/* The most probable first, equals as they were added; what could not be read stands at the end. */
void predict_worklist_rank(predict_worklist *w);
/* As TSV. A failed write shows in ferror(fp). */
void predict_worklist_write(const predict_worklist *w, FILE *fp);
void predict_worklist_free(predict_worklist *w);

#endif
