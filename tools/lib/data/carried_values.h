/* SPDX-License-Identifier: BSD-2-Clause */
/* The different values of a carried column, and which of them each sample has. */
#ifndef HILUM_DATA_CARRIED_VALUES_H
#define HILUM_DATA_CARRIED_VALUES_H

#include "data/manifest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HL_NO_VALUE UINT32_MAX
#define HL_BLANK_NAME "(blank)" /* for readers; the value is "" */

typedef struct hl_carried_values {
    char **names; /* [n], sorted by strcmp, owned; the blank value, if there is one, is the last */
    size_t n;
    uint32_t *of; /* [samples of the manifest], owned; HL_NO_VALUE outside the subset */
    bool has_blank;
    bool numbers; /* all values but the blank one are numbers, and there is one */
} hl_carried_values;

/* column: of m->carried. subset: an hl_subset, or HL_SUBSETS for all samples. The caller frees. */
void hl_carried_values_of(hl_carried_values *v, const hl_manifest *m, size_t column, int subset);
/* The number that a value is: as it is written, or an age such as 058Y, in years. */
bool hl_carried_number(const char *value, double *number);
void hl_carried_values_free(hl_carried_values *v); /* safe on a zeroed one */

#endif
