/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Encodings of text files: undoes what spreadsheets and editors of other systems do to a table when
 * they save it, where that loses nothing, and reports the rest.
 */
#ifndef HILUM_FORMAT_TEXT_ENCODING_H
#define HILUM_FORMAT_TEXT_ENCODING_H

#include "base/error.h"

#include <stddef.h>

/* Fails for UTF-16 and UTF-32, which editors call "Unicode", and for lines that end in CR alone. */
int hl_encoding_check(const char *text, size_t len, const char *name, hl_err *e);

/* Removes, in place, a UTF-8 byte order mark, and replaces CR LF by LF if every line ends in it.
 * Fails if only some lines do, or if hl_encoding_check does. A NUL must follow the *len bytes of
 * text. */
int hl_encoding_normalize(char *text, size_t *len, const char *name, hl_err *e);

#endif
