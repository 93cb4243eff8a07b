/* SPDX-License-Identifier: BSD-2-Clause */
/* What compare writes; see FORMAT.md. */
#ifndef HILUM_COMPARE_WRITE_H
#define HILUM_COMPARE_WRITE_H

#include "comparison.h"

#include <stdio.h>

/* Failed writes show in ferror(fp). */
void compare_write_table(const comparison *s, const char *subset, FILE *fp);
int compare_write_json(const comparison *s, const char *subset, FILE *fp, hl_err *e);

#endif
