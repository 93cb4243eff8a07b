/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints the contents of a tensor file and checks that the file is intact. */
#ifndef HILUM_QUICKCHECK_DESCRIBE_H
#define HILUM_QUICKCHECK_DESCRIBE_H

#include "base/error.h"

#include <stdbool.h>

/* Prints kind, identity, metadata, provenance and tensors of the file at path (NULL or "-":
 * standard input) on standard output and reads it to its end. values: also print the range and mean
 * of each tensor. Fails where the file is damaged. */
int quickcheck_describe(const char *path, bool values, hl_err *e);

/* Prints one line on standard output; control characters in it are replaced. */
void quickcheck_print_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
