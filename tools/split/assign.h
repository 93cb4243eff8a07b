/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Drawing of subsets: which groups of images are for training, validation and test. A group (the
 * images of a patient, or a single image) is never divided. Each group has a number u in [0, 1):
 * the first uniform number of the generator (rng.h) with the purpose "split\0" CLASS "\0" GROUP,
 * so it depends on nothing but the seed and the group itself.
 *
 * For cross validation, the groups of each class are dealt to folds in the order of u: each to the
 * fold that has the fewest images of the class so far, of equal ones that with the fewest images in
 * all, of these the first. One fold is the test subset. Validation is drawn from the others by a
 * number of its own, with the purpose "fold\0" I "\0" CLASS "\0" GROUP, I the fold's number from 1
 * in decimal digits.
 *
 * A group with images of several classes goes by the class that sorts first.
 */
#ifndef HILUM_SPLIT_ASSIGN_H
#define HILUM_SPLIT_ASSIGN_H

#include "data/manifest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct split_assignment {
    double test; /* part of all */
    double val;  /* part of what is not test */
    uint64_t seed;
    bool by_patient; /* else every image is a group of its own */
    /* With by_patient: NULL, or [n] the group of each sample where patients are kept together; its
     * name takes the place of the patient's. */
    const char *const *keys;
    /*
     * false: u < test is test, and so on: the place of a group is its own, whatever else there is,
     * and the parts are met only on average.
     * true: in each class, ceil(test * images) images go to test and ceil(val * rest) of the rest
     * to val, as near as whole groups allow; groups are taken in the order of u.
     */
    bool exact;
    bool keep_test;     /* what is in the test subset stays there, and `test` is not used */
    size_t folds, fold; /* folds 0: none; else the test subset is fold, from 1, and not by `test` */
} split_assignment;

/* Sets the subset of every sample of a finished manifest. Returns the number of groups that have
 * images of several classes. */
size_t split_assign_subsets(hl_manifest *m, const split_assignment *a);

#endif
