/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The work of split: lists the images of a data set, groups them by patient, sets the subset of
 * each, and writes the manifest.
 */
#ifndef HILUM_SPLIT_DIVIDE_H
#define HILUM_SPLIT_DIVIDE_H

#include "base/error.h"
#include "labels.h"
#include "rules.h"
#include "sys/cli.h"

#include <regex.h>
#include <stdbool.h>
#include <stdint.h>

enum { SPLIT_DRAWN, SPLIT_FOLDERS, SPLIT_OWN_TEST }; /* --subsets */
enum { SPLIT_BY_PATIENT, SPLIT_BY_IMAGE };           /* --group */
enum { SPLIT_TOGETHER, SPLIT_APART };                /* --duplicates */

/* Values of the options, as split(1) describes them. */
typedef struct split_options {
    const char *output, *rejects, *labels, *source, *cache;
    split_table table; /* how labels is read */
    double test, val;  /* fractions */
    bool exact;
    uint64_t seed;
    int subsets, group, duplicates;
    int64_t jobs, folds, fold; /* fold: from 1, where folds is not 0 */
    const char *fold_by;       /* column of whose values each is a fold; NULL: folds are dealt */
    bool all_test;             /* all images are the test set */
    bool without_test;         /* leave out the test set, then divide the rest */
    const regex_t *shift;      /* the test set is the images whose path it matches; NULL: unused */
} split_options;

/*
 * Divides the data set in the folder dir and writes its manifest; counts go to standard error. Two
 * options are adjusted so that the manifest records what was done: the source of phantoms, and
 * subsets = SPLIT_OWN_TEST where the data set has no validation images. record: the options that
 * go into the provenance, whose values are those of o.
 */
int split_divide(const char *dir, split_options *o, split_rules *r, const hl_cli *record,
                 hl_err *e);

#endif
