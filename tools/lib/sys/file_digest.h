/* SPDX-License-Identifier: BSD-2-Clause */
/* The SHA-256 of a file's content. */
#ifndef HILUM_SYS_FILE_DIGEST_H
#define HILUM_SYS_FILE_DIGEST_H

#include "base/error.h"
#include "base/sha256.h"

/* Reads the regular file at path once, in blocks. Returns 0, or -1 if it cannot be read. */
int hl_digest_file(const char *path, char text[HL_DIGEST_SIZE], hl_err *e);

#endif
