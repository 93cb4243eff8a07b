/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first difference between two files. Tensor files are compared by their contents: metadata,
 * the list of tensors, then value by value; other files line by line.
 */
#ifndef HILUM_QUICKCHECK_DIFF_H
#define HILUM_QUICKCHECK_DIFF_H

#include "base/error.h"
#include "base/strbuf.h"

/* Appends a description of the first difference to `what`; nothing if there is none. ignore: a
 * column of a table whose values do not count, or NULL. */
int quickcheck_diff_files(const char *a, const char *b, const char *ignore, hl_strbuf *what,
                          hl_err *e);

/* The same for two tensor files, and for two texts. */
int quickcheck_diff_tensor_files(const char *a, const char *b, hl_strbuf *what, hl_err *e);
int quickcheck_diff_texts(const char *a, const char *b, const char *ignore, hl_strbuf *what,
                          hl_err *e);

/* Appends two values, each shortened to the part around the first difference. */
void quickcheck_diff_print_values(hl_strbuf *what, const char *a, const char *b);

#endif
