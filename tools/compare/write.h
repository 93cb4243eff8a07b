/* SPDX-License-Identifier: BSD-2-Clause */
/* The outputs of compare; FORMAT.md describes them. */
#ifndef HILUM_COMPARE_WRITE_H
#define HILUM_COMPARE_WRITE_H

#include "comparison.h"

#include <stdio.h>

/* Write a comparison on a subset as TSV and as JSON. Failed writes show in ferror(fp). */
void compare_write_table(const comparison *c, const char *subset, FILE *fp);
int compare_write_json(const comparison *c, const char *subset, FILE *fp, hl_err *e);

#endif
