/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text that passed through another system: what spreadsheets and editors do to tables that people
 * save with them is undone where nothing is lost by it, and named where it cannot be.
 */
#ifndef HILUM_FORMAT_TEXT_ENCODING_H
#define HILUM_FORMAT_TEXT_ENCODING_H

#include "base/error.h"

#include <stddef.h>

/* Fails for UTF-16 and UTF-32, which editors call "Unicode", and for lines that end in CR alone. */
int hl_encoding_check(const char *text, size_t len, const char *name, hl_err *e);

/* In place: takes off a UTF-8 byte order mark, and turns CR LF into LF where every line ends so.
 * Fails for lines of both kinds, and as hl_encoding_check does. text has a NUL after its *len
 * bytes. */
int hl_encoding_normalize(char *text, size_t *len, const char *name, hl_err *e);

#endif
