/* SPDX-License-Identifier: BSD-2-Clause */
/* The worklist of predict: images, or patients or studies, ranked by urgency, the most probable
 * disease first. */
#ifndef HILUM_PREDICT_WORKLIST_H
#define HILUM_PREDICT_WORKLIST_H

#include "data/carried_columns.h"
#include "data/unit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct predict_entry {
    char *image;        /* path, or the name that stands for it, owned; of a unit, the one that
                           shows the positive class most */
    char *file;         /* where the image is, owned; NULL: at `image` */
    char *patient;      /* of a unit or its image, owned; NULL: images are ranked, or unknown */
    uint32_t images;    /* of a unit */
    double p;           /* of the positive class */
    uint32_t predicted; /* class */
    double *all;        /* probabilities of all classes, owned; NULL unless they will be combined */
    double distance;    /* to the training data; NaN: not known */
    bool is_ood;        /* the distance is beyond the OOD threshold */
    char *reason;       /* why the image could not be read, owned; NULL: it was read */
    char *carried;      /* text of the carried columns, owned; NULL where there are none */
    size_t order;       /* in which entries were added; set by predict_worklist_add */
} predict_entry;

typedef struct predict_worklist {
    predict_entry *entries;
    size_t n, cap;
    size_t positive, ood, unread; /* entries of each kind */
    /* how the images were classified */
    char *const *classes;
    uint32_t positive_class;
    hl_unit_rule rule; /* what the entries are, or become by predict_combine */
    double threshold;  /* NaN: the class of largest probability was predicted */
    const char *point; /* name of the operating point, or NULL */
    bool is_calibrated;
    double temperature;           /* of the calibration */
    const char *temperature_note; /* why not to rely on it, or NULL */
    double ood_threshold; /* images farther from the training data are OOD; NaN: no reference */
    hl_carried_columns carried; /* of features or DICOM files, owned */
    const char *provenance;
} predict_worklist;

/* Adds an entry, whose image and reason the list then owns. */
void predict_worklist_add(predict_worklist *w, predict_entry e);
/* Removes all entries. */
void predict_worklist_clear(predict_worklist *w);
/* Sorts by falling probability; ties stay in the order of adding, and unread images come last. */
void predict_worklist_rank(predict_worklist *w);
/* Writes TSV. A failed write shows in ferror(fp). */
void predict_worklist_write(const predict_worklist *w, FILE *fp);
void predict_worklist_free(predict_worklist *w); /* safe on a zeroed one */

#endif
