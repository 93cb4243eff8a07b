/* SPDX-License-Identifier: BSD-2-Clause */
/* The value of --by: carried columns, perhaps with bins, and the groups into which they divide the
 * samples of a subset. */
#ifndef HILUM_EVALUATE_SUBGROUP_COLUMNS_H
#define HILUM_EVALUATE_SUBGROUP_COLUMNS_H

#include "base/error.h"
#include "data/manifest.h"

#include <stddef.h>
#include <stdint.h>

enum { EVALUATE_MAX_GROUPS = 20, EVALUATE_MAX_BOUNDS = EVALUATE_MAX_GROUPS - 1 };

/* Groups without a sample in the subset are left out. The blank one is the last. */
typedef struct evaluate_column {
    char *name;
    double bound[EVALUATE_MAX_BOUNDS]; /* between the bins, ascending */
    size_t nbounds;                    /* 0: each value is a group */
    char **groups;                     /* [ngroups], owned */
    size_t ngroups;
    bool has_blank;
    uint32_t *of; /* [samples of the manifest] index into groups, owned; unset outside the subset */
} evaluate_column;

typedef struct evaluate_columns {
    evaluate_column *column; /* [n], owned */
    size_t n;
} evaluate_columns;

/* by: "sex,view,age:18:40:60". Fails where it is no such list, a column is not carried or listed
 * twice, a value has no bin, or there are more than EVALUATE_MAX_GROUPS groups. subset: an
 * hl_subset, or EVALUATE_ALL. The caller frees; on failure it is empty. */
int evaluate_columns_read(evaluate_columns *c, const char *by, const hl_manifest *m, int subset,
                          hl_err *e);
void evaluate_columns_free(evaluate_columns *c); /* safe on a zeroed one */

#endif
