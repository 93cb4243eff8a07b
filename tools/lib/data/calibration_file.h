/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What has been found out about a head on validation samples, and never on test samples: how to
 * turn its probabilities into calibrated ones, thresholds, and what its training data look like.
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
 * positive is null and points is empty where there are not two classes; outlier is null where there
 * is no reference. Its tensors are outlier/means F32 [classes with training samples, d] and
 * outlier/whitening F32 [d, d] (see outlier.h); none without a reference.
 */
#ifndef HILUM_DATA_CALIBRATION_FILE_H
#define HILUM_DATA_CALIBRATION_FILE_H

#include "base/error.h"
#include "base/sha256.h"
#include "data/feature_space.h"
#include "format/tensorfile.h"
#include "stats/mahalanobis.h"

#include <stddef.h>
#include <stdint.h>

/* A threshold that reaches a target on validation samples: the answer is positive where the
 * calibrated probability of the positive class is at least the threshold. */
typedef struct hl_operating_point {
    char name[32];      /* "sensitivity-90": TARGET-VALUE in percent */
    char target[16];    /* what is held: "sensitivity" or "specificity" */
    double value;       /* at least this share of it */
    double threshold;   /* 0: all are positive; above 1: none is */
    double sensitivity; /* on the validation samples; so is the next */
    double specificity;
} hl_operating_point;

enum { HL_NO_POSITIVE = -1, HL_MAX_POINTS = 64 };

typedef struct hl_calibration {
    char **classes; /* owned; number = index */
    size_t nclasses;
    hl_feature_space space;     /* the head's */
    char head[HL_DIGEST_SIZE];  /* identity of the head */
    char *chain;                /* owned; a JSON list */
    char id[HL_DIGEST_SIZE];    /* identity of the file; filled by the reader */
    bool id_is_old;             /* it does not cover the data: a file of 0.1.0 */
    double temperature;         /* above 0; 1 changes nothing */
    int positive;               /* class number 1 of two classes, else HL_NO_POSITIVE */
    hl_operating_point *points; /* owned */
    size_t npoints;
    hl_mahalanobis outlier; /* dims 0: no reference */
} hl_calibration;

/* path NULL or "-": standard output, standard input. On failure c is left empty. */
int hl_calibration_write(const hl_calibration *c, const char *path, hl_err *e);
/* The same up to the commit, which comes with that of other outputs; see hl_tf_complete. */
int hl_calibration_complete(const hl_calibration *c, const char *path, hl_tf_writer **w, hl_err *e);
int hl_calibration_read(hl_calibration *c, const char *path, hl_err *e);
void hl_calibration_free(hl_calibration *c); /* safe on a zeroed one */

/* Fails, naming what differs, where c was not made for this head. c_name, head_name: for
 * messages. inputs: values of a feature vector. */
int hl_calibration_check(const hl_calibration *c, const char *c_name, const char *head_id,
                         const hl_feature_space *space, size_t inputs, const char *head_name,
                         hl_err *e);

/* NULL where no point has that name. */
const hl_operating_point *hl_calibration_point(const hl_calibration *c, const char *name);

#endif
