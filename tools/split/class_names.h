/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of classes that are probably meant to be one. */
#ifndef HILUM_SPLIT_CLASS_NAMES_H
#define HILUM_SPLIT_CLASS_NAMES_H

#include "base/error.h"

#include <stddef.h>

/* Fails if names differ in case, blanks or Unicode form only, and shows all of them; source, such
 * as a folder, is for the message. */
int split_check_class_names(char *const *names, size_t n, const char *source, hl_err *e);

#endif
