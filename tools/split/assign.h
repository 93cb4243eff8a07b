/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Draws the training, validation and test subsets. The unit of the draw is a group: the images of a
 * patient, or a single image; a group is never divided. Each group has a number u in [0, 1): the
 * first uniform number of the generator (rng.h) with the purpose "split\0" CLASS "\0" GROUP, so
 * that it depends only on the seed and on the group itself.
 *
 * For cross-validation, the groups of each class are dealt to folds in the order of u: each to the
 * fold with the fewest images of the class so far; ties go to the fold with the fewest images in
 * all, then to the first. One fold is the test subset. Validation is drawn from the other folds by
 * a second number, with the purpose "fold\0" I "\0" CLASS "\0" GROUP, where I is the number of the
 * test fold from 1, in decimal digits.
 *
 * A group with images of several classes is drawn with the class that sorts first.
 */
#ifndef HILUM_SPLIT_ASSIGN_H
#define HILUM_SPLIT_ASSIGN_H

#include "data/manifest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct split_assignment {
    double test; /* fraction of all images */
    double val;  /* fraction of the images that are not test */
    uint64_t seed;
    bool by_patient; /* otherwise every image is a group of its own */
    /* With by_patient: NULL, or for each of the n samples the name of its group, used instead of
     * the patient's name where several patients are kept together. */
    const char *const *keys;
    /*
     * false: a group with u < test is in the test subset, and so on. Where a group goes does not
     * depend on the others, and the fractions are met on average only.
     * true: in each class, ceil(test * images) images go to test and ceil(val * rest) of the rest
     * to val, as nearly as undivided groups allow; groups are taken in the order of u.
     */
    bool exact;
    bool keep_test;     /* images in the test subset stay there, and `test` is not used */
    double from;        /* an earlier draw has taken the groups with a smaller number; or 0 */
    size_t folds, fold; /* folds 0: none; else fold, from 1, is the test subset instead of `test` */
} split_assignment;

/* Sets the subset of every sample of a finished manifest. Returns the number of groups with images
 * of several classes. */
size_t split_assign_subsets(hl_manifest *m, const split_assignment *a);

#endif
