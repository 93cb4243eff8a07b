/* SPDX-License-Identifier: BSD-2-Clause */
#include "utf8.h"

static bool is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

/* A NUL ends every sequence early. */
size_t hl_utf8_length(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    if (s[0] < 0x80)
        return 1;
    if (s[0] >= 0xc2 && s[0] <= 0xdf)
        return is_tail(s[1]) ? 2 : 0;
    if ((s[0] & 0xf0) == 0xe0) {
        const bool overlong = s[0] == 0xe0 && s[1] < 0xa0;
        const bool surrogate = s[0] == 0xed && s[1] > 0x9f;
        return !overlong && !surrogate && is_tail(s[1]) && is_tail(s[2]) ? 3 : 0;
    }
    if (s[0] >= 0xf0 && s[0] <= 0xf4) {
        const bool overlong = s[0] == 0xf0 && s[1] < 0x90;
        const bool beyond = s[0] == 0xf4 && s[1] > 0x8f;
        return !overlong && !beyond && is_tail(s[1]) && is_tail(s[2]) && is_tail(s[3]) ? 4 : 0;
    }
    return 0;
}

bool hl_is_control(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    return s[0] < 0x20 || s[0] == 0x7f || (s[0] == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0);
}
