/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names in files that hilum 0.1.0 wrote and that are called otherwise since: metadata keys, members
 * of JSON objects, and comments and columns of tables. Readers look for the current names only, and
 * apply these functions first, so that old files keep being read.
 */
#ifndef HILUM_FORMAT_OLD_NAMES_H
#define HILUM_FORMAT_OLD_NAMES_H

#include <jansson.h>

/* The current name of what was called `name`, or name itself. */
const char *hl_current_name(const char *name);

/* What hilum 0.1.0 called that name, or NULL where it had no other. */
const char *hl_old_name(const char *current);

/* Renames the members of an object. A member that is there under both names keeps both, and the
 * reader finds one that it does not know. */
void hl_use_current_names(json_t *object);

#endif
