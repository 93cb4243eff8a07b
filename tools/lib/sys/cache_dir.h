/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the option --cache DIR of a tool keeps what is known of a file or a folder. */
#ifndef HILUM_SYS_CACHE_DIR_H
#define HILUM_SYS_CACHE_DIR_H

#include "base/error.h"

/* Makes the folder of caches, unless it is there. */
int hl_cache_dir_make(const char *dir, hl_err *e);

/* The file in it for what lies at `operand`, wherever that is named from; suffix keeps the caches
 * of several kinds apart. The caller frees; NULL where there is no operand. */
char *hl_cache_dir_path(const char *dir, const char *operand, const char *suffix, hl_err *e);

#endif
