/* SPDX-License-Identifier: BSD-2-Clause */
/* How collections call their subsets. */
#ifndef HILUM_SPLIT_SUBSET_WORDS_H
#define HILUM_SPLIT_SUBSET_WORDS_H

#include <stddef.h>

/* The hl_subset that a name of len bytes means, of a folder or in a table, or -1: train, training;
 * val, valid, validation, dev; test, testing. */
int split_subset_of(const char *name, size_t len);

#endif
