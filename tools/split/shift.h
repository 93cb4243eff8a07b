/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Test sets that are not drawn from all images: one that is left out, so that what is tuned on the
 * others has not seen it, and one of the images that a pattern names, which come from another
 * series, site or year than the training images do.
 */
#ifndef HILUM_SPLIT_SHIFT_H
#define HILUM_SPLIT_SHIFT_H

#include "collect.h"
#include "groups.h"

#include <regex.h>
#include <stdbool.h>

/* Moves the images of the test subset from c->samples to c->left_out, and out of the groups. */
void split_leave_test_out(split_collection *c, split_groups *g);

/* Moves the images whose path matches, and with by_patient all images of their groups, to the test
 * subset, and all others to training. */
void split_mark_matching(hl_manifest *m, const split_groups *g, bool by_patient,
                         const regex_t *pattern);

#endif
