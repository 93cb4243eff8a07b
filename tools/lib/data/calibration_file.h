/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calibration file of a head: everything about it that is fitted on validation samples, never
 * on test samples. It holds the temperature that calibrates the head's probabilities, the operating
 * points, and the distribution of the training features, from which out-of-distribution (OOD)
 * images are recognised.
 *
 * A calibration file (hilum.kind = calibration) belongs to one head. Its metadata are
 * hilum.classes, hilum.feature_space, hilum.provenance, hilum.head (identity of the head) and
 * hilum.calibration, a JSON object:
 *
 *   {"temperature": 1.31, "positive": "PNEUMONIA",
 *    "points": [{"name": "specificity-95", "target": "specificity", "value": 0.95,
 *                "threshold": 0.61, "sensitivity": 0.98, "specificity": 0.954}, ...],
 *    "outlier": {"inputs": 1280, "seed": "1", "threshold": 23.1, "quantile": 0.99,
 *                "shrinkage": 0.012, "trained": 3420, "held_out": 3994}}
 *
 * With more than two classes, "class_points" is a list of lists: the operating points of each class
 * against the rest, in the order of hilum.classes.
 *
 * Where the temperature is not to be relied on, "temperature_note" says why, as a sentence without
 * a capital and a full stop; one that is not estimable is 1.
 *
 * The threshold is null where none reaches the target and still finds a positive sample; files of
 * hilum 0.1.0 have 2 there, which is read as null.
 *
 * positive is null and points is empty if there is no positive class; outlier is null if there is
 * no OOD score. The tensors are outlier/means F32 [classes with training samples, d] and
 * outlier/whitening F32 [d, d] (see stats/mahalanobis.h), or none without an OOD score.
 */
#ifndef HILUM_DATA_CALIBRATION_FILE_H
#define HILUM_DATA_CALIBRATION_FILE_H

#include "base/error.h"
#include "base/sha256.h"
#include "data/feature_space.h"
#include "data/positive_class.h"
#include "data/unit.h"
#include "format/tensorfile.h"
#include "stats/mahalanobis.h"

#include <stddef.h>
#include <stdint.h>

/* An operating point: a threshold that reaches a target on the validation samples. An image is
 * called positive if its calibrated probability of the positive class is at least the threshold. */
typedef struct hl_operating_point {
    char name[32];      /* TARGET-VALUE, the value in per cent: "sensitivity-90" */
    char target[16];    /* "sensitivity" or "specificity" */
    double value;       /* the target's least value, 0 to 1 */
    double threshold;   /* INFINITY: none reaches the target and finds a positive sample */
    double sensitivity; /* on the validation samples */
    double specificity; /* on the validation samples */
} hl_operating_point;

enum { HL_MAX_POINTS = 64, HL_TEMPERATURE_NOTE = 256 };

/* The operating points of a class against the rest. */
typedef struct hl_class_points {
    hl_operating_point *points; /* [n], owned */
    size_t n;
} hl_class_points;

typedef struct hl_calibration {
    char **classes; /* [nclasses], owned; the index is the class number */
    size_t nclasses;
    hl_feature_space feature_space; /* of the head */
    char head[HL_DIGEST_SIZE];      /* identity of the head */
    char *provenance;               /* provenance, a JSON list; owned */
    char id[HL_DIGEST_SIZE];        /* identity of the file; set by the reader */
    bool id_is_old;     /* the identity does not cover the data: a file of hilum 0.1.0 */
    double temperature; /* above 0; 1 leaves probabilities as they are */
    char temperature_note[HL_TEMPERATURE_NOTE]; /* why not to rely on it; "": nothing is known */
    int positive;               /* the class that the points are for, or HL_NO_POSITIVE */
    hl_unit_rule rule;          /* what the points are for */
    hl_operating_point *points; /* [npoints], owned */
    size_t npoints;
    hl_class_points *of_class; /* [nclasses], owned; NULL with two classes, and in older files */
    hl_mahalanobis outlier;    /* OOD score; dims 0: none */
} hl_calibration;

/* Writes a calibration file; path NULL or "-" is standard output. */
int hl_calibration_write(const hl_calibration *c, const char *path, hl_err *e);

/* Writes all but the commit, so that several outputs can be committed together; the caller commits
 * *w with hl_tf_output and discards it. See hl_tf_complete. */
int hl_calibration_complete(const hl_calibration *c, const char *path, hl_tf_writer **w, hl_err *e);

/* Reads a calibration file; path NULL or "-" is standard input. On failure c is empty. */
int hl_calibration_read(hl_calibration *c, const char *path, hl_err *e);
void hl_calibration_free(hl_calibration *c); /* safe on a zeroed one */

/* Fails, naming what differs, if c was not made for this head. inputs is the length of a feature
 * vector; c_name and head_name are for messages. */
int hl_calibration_check(const hl_calibration *c, const char *c_name, const char *head_id,
                         const hl_feature_space *feature_space, size_t inputs,
                         const char *head_name, hl_err *e);

/* The same calibration with the operating points of a class, none if it does not know them. It
 * borrows all that c owns, and is not freed. */
hl_calibration hl_calibration_for_class(const hl_calibration *c, int cls);

/* NULL if no operating point has this name. */
const hl_operating_point *hl_calibration_point(const hl_calibration *c, const char *name);

#endif
