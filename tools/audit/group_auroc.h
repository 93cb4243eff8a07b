/* SPDX-License-Identifier: BSD-2-Clause */
/* How well the group of a unit alone tells whether it is positive. */
#ifndef HILUM_AUDIT_GROUP_AUROC_H
#define HILUM_AUDIT_GROUP_AUROC_H

#include <stddef.h>

/*
 * AUROC of the fraction of positives in a unit's group, by leave-pair-out cross-validation (Airola
 * et al., Comput. Stat. Data Anal. 2011, 55: 1828): each positive is compared with each negative
 * unit, by fractions that count neither of the two; of a group without other units, it is that of
 * all. Many small groups, which fit any labels, therefore gain nothing: groups of one unit are at
 * 0.5.
 *
 * positives, negatives: [groups]. NaN if there are no positives or no negatives.
 */
double audit_group_auroc(size_t groups, const size_t *positives, const size_t *negatives);

#endif
