/* SPDX-License-Identifier: BSD-2-Clause */
/* Characters of UTF-8 (RFC 3629), and the ones that would drive a terminal. */
#ifndef HILUM_BASE_UTF8_H
#define HILUM_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the character at s, 1 to 4, or 0 where there is none: overlong forms, surrogates and
 * what is above U+10FFFF do not count. s ends in a NUL and is not overrun. */
size_t hl_utf8_length(const char *s);

/* Whether the character at s is a control: U+0000 to U+001F (C0), U+007F, and U+0080 to U+009F
 * (C1), which terminals obey as well: U+009B begins an escape sequence. And the marks that turn
 * the direction of text around or that cannot be seen. */
bool hl_is_control(const char *s);

#endif
