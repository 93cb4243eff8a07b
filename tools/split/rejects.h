/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of rejects: rows of a label table that were left out since their image is not there. */
#ifndef HILUM_SPLIT_REJECTS_H
#define HILUM_SPLIT_REJECTS_H

#include "base/error.h"
#include "sys/output.h"
#include "tally.h"

#include <stdbool.h>

/* Writes the rows of t to the file path, which the caller commits or aborts. provenance: that of
 * the manifest. has_subsets: whether the table has a column for the subset. hide: name
 * the line instead of the image. */
int split_rejects_begin(hl_out *out, const char *path, const split_tally *t, bool has_subsets,
                        bool hide, const char *provenance, hl_err *e);

#endif
