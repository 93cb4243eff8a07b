/* SPDX-License-Identifier: BSD-2-Clause */
#include "rounded.h"

#include "dicom_shown.h"

static size_t count_digits(const char *s, const char *end)
{
    size_t n = 0;
    while (s + n < end && s[n] >= '0' && s[n] <= '9')
        n++;
    return n;
}

/* One digit, a fraction or none, and an exponent with its sign. */
bool split_is_rounded_number(split_word w)
{
    w = split_word_trim(w);
    const char *s = w.s, *end = w.s + w.len;
    if (count_digits(s++, end) != 1)
        return false;
    if (s < end && (*s == '.' || *s == ',')) {
        const size_t n = count_digits(++s, end);
        if (n == 0)
            return false;
        s += n;
    }
    if (end - s < 3 || (*s != 'E' && *s != 'e') || s[1] != '+')
        return false;
    return s + 2 + count_digits(s + 2, end) == end;
}

int split_expect_identifier(split_word w, const char *what, const split_dicom_rule *dicom,
                            hl_err *e)
{
    if (!split_is_rounded_number(w))
        return 0;
    const bool hide = dicom && split_dicom_hides_rows(dicom);
    return hl_fail(e,
                   "expected the %s, found %s%.*s%sa number that a spreadsheet has rounded: export "
                   "the table anew, with this column as text",
                   what, hide ? "" : "'", hide ? 0 : (int)w.len, w.s, hide ? "" : "', ");
}
