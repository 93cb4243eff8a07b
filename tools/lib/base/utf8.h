/* SPDX-License-Identifier: BSD-2-Clause */
/* UTF-8 characters (RFC 3629), and which of them would control a terminal. */
#ifndef HILUM_BASE_UTF8_H
#define HILUM_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Length of the character at s in bytes, 1 to 4, or 0 for an invalid sequence, including overlong
 * forms, surrogates and values above U+10FFFF. Does not read past a NUL. */
size_t hl_utf8_length(const char *s);

/* Whether all of a string is UTF-8. */
bool hl_is_utf8(const char *s);

/* Whether the character at s is a control character: U+0000 to U+001F (C0), U+007F, and U+0080 to
 * U+009F (C1), which terminals obey as well (U+009B begins an escape sequence); or a mark that
 * reverses the direction of text or is invisible. */
bool hl_is_control(const char *s);

/* What an error about a name that is not found adds, since names may look alike and yet differ; ""
 * for ASCII. */
const char *hl_unicode_remark(const char *name);

#endif
