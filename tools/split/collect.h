/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists the images of a data set with label and patient from its folders, DIR/CLASS/.../image, or
 * DIR/SUBSET/CLASS/.../image as on Kaggle (folder_tree.h). See labels.h for those of a table.
 */
#ifndef HILUM_SPLIT_COLLECT_H
#define HILUM_SPLIT_COLLECT_H

#include "base/error.h"
#include "base/sha256.h"
#include "data/manifest.h"
#include "dicom.h"
#include "rules.h"
#include "tally.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct split_collection {
    hl_manifest samples;          /* finished, sorted by path */
    hl_manifest left_out;         /* images that no longer count; groups may have their names */
    bool has_patients;            /* of the table */
    bool has_subsets;             /* the data set divides itself; otherwise all are HL_TRAIN */
    size_t others;                /* files that are not images */
    split_tally tally;            /* of what was left out */
    split_dicom dicom;            /* what stands for the identifiers of DICOM files */
    char listing[HL_DIGEST_SIZE]; /* digest of the paths, each followed by a NUL */
    char labels[HL_DIGEST_SIZE];  /* digest of the table; "" without one */
} split_collection;

/* Lists the images below dir, except those that r leaves out. r->patient counts the names that it
 * does not recognise. What looks like a data set but would make a wrong one is
 * refused, see folder_checks.h. The caller frees c with split_collection_free; on failure c is
 * empty. */
int split_collect_folders(split_collection *c, const char *dir, split_rules *r, hl_err *e);

/* After the last image: adds the attributes of DICOM files, numbers the classes and checks them.
 * name is for messages. */
int split_collection_finish(split_collection *c, const split_rules *r, const char *name, hl_err *e);
/* Hides the identifiers of DICOM files, and sets the digest of the paths; the last step. */
void split_collection_hide(split_collection *c);
void split_collection_free(split_collection *c); /* safe on a zeroed one */

#endif
