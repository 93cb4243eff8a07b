/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first difference between two files. Tensor files are compared by what is in them: metadata,
 * the list of tensors, then value by value; all others line by line.
 */
#ifndef HILUM_QUICKCHECK_DIFF_H
#define HILUM_QUICKCHECK_DIFF_H

#include "base/error.h"
#include "base/strbuf.h"

/* Adds one line to `what` for the first difference, or nothing where there is none. ignore: a
 * column of a table whose values do not count, or NULL. */
int quickcheck_diff_files(const char *a, const char *b, const char *ignore, hl_strbuf *what,
                          hl_err *e);

/* ---- the parts ---- */

int quickcheck_diff_tensor_files(const char *a, const char *b, hl_strbuf *what, hl_err *e);
int quickcheck_diff_texts(const char *a, const char *b, const char *ignore, hl_strbuf *what,
                          hl_err *e);

/* Two values of one field, each cut to what can be read. */
void quickcheck_diff_print_values(hl_strbuf *what, const char *a, const char *b);

#endif
