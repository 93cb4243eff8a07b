/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which images a data set has, with label and patient: from its folders or from a table.
 *
 * Folders: DIR/CLASS/.../image, or DIR/{train,val,test}/CLASS/.../image as Kaggle has it.
 * Table:   a CSV with the columns image (path relative to DIR) and label, and optionally patient
 *          and subset, in any order; other columns are ignored.
 */
#ifndef HILUM_SPLIT_COLLECT_H
#define HILUM_SPLIT_COLLECT_H

#include "base/error.h"
#include "base/sha256.h"
#include "data/manifest.h"
#include "patients.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct split_collection {
    hl_manifest samples;          /* finished, sorted by path */
    bool has_subsets;             /* the data set's own; otherwise all are HL_TRAIN */
    size_t others;                /* files that are no images */
    char listing[HL_DIGEST_SIZE]; /* of the paths, each with a NUL after it */
    char labels[HL_DIGEST_SIZE];  /* of the table; "" where there is none */
} split_collection;

int split_collect_folders(split_collection *c, const char *dir, split_patient_rule *rule,
                          hl_err *e);
int split_collect_labels(split_collection *c, const char *dir, const char *labels,
                         split_patient_rule *rule, hl_err *e);
void split_collection_free(split_collection *c);

#endif
