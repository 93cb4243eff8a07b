/* SPDX-License-Identifier: BSD-2-Clause */
#include "interval_text.h"

#include <stdio.h>
#include <string.h>

enum { USUAL = 3, MOST = 9 };

int report_interval_digits(double lo, double hi, int least)
{
    char a[64], b[64];
    int digits = least;
    for (; digits < MOST; digits++) {
        snprintf(a, sizeof a, "%.*f", digits, lo);
        snprintf(b, sizeof b, "%.*f", digits, hi);
        if (strcmp(a, b) != 0)
            break;
    }
    return digits;
}

void report_put_interval(hl_strbuf *t, double lo, double hi)
{
    const int digits = report_interval_digits(lo, hi, USUAL);
    hl_strbuf_printf(t, "%.*f\xe2\x80\x93%.*f", digits, lo, digits, hi);
}

void report_add_estimate_cell(page_table *t, double value, double lo, double hi)
{
    const int digits = report_interval_digits(lo, hi, USUAL);
    page_add_cell(t, "%.*f (%.*f\xe2\x80\x93%.*f)", digits, value, digits, lo, digits, hi);
}

void report_add_difference_cell(page_table *t, double value, double lo, double hi)
{
    const int digits = report_interval_digits(lo, hi, USUAL);
    page_add_cell(t, "%+.*f (%+.*f to %+.*f)", digits, value, digits, lo, digits, hi);
}
