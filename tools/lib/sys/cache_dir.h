/* SPDX-License-Identifier: BSD-2-Clause */
/* The folder of --cache DIR, in which a tool keeps what it has computed from a file or folder. */
#ifndef HILUM_SYS_CACHE_DIR_H
#define HILUM_SYS_CACHE_DIR_H

#include "base/error.h"

/* Creates the folder unless it exists. */
int hl_cache_dir_make(const char *dir, hl_err *e);

/* Name of the cache file in dir for the file or folder `operand`; it depends on the operand's
 * absolute path, however it is named. suffix separates the kinds of caches. The caller frees; NULL
 * if the operand does not exist. */
char *hl_cache_dir_path(const char *dir, const char *operand, const char *suffix, hl_err *e);

#endif
