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

/* ", Wilson" */
static void put_method(hl_strbuf *t, report_interval i)
{
    if (i.method)
        hl_strbuf_printf(t, ", %s", i.method);
}

void report_put_interval(hl_strbuf *t, report_interval i)
{
    const int digits = report_interval_digits(i.lo, i.hi, USUAL);
    hl_strbuf_printf(t, "%.*f\xe2\x80\x93%.*f", digits, i.lo, digits, i.hi);
    put_method(t, i);
}

void report_put_percent_interval(hl_strbuf *t, report_interval i)
{
    const double lo = 100 * i.lo, hi = 100 * i.hi;
    const int digits = report_interval_digits(lo, hi, 1);
    hl_strbuf_printf(t, "%.*f\xe2\x80\x93%.*f" PAGE_PERCENT, digits, lo, digits, hi);
    put_method(t, i);
}

void report_add_estimate_cell(page_table *t, double value, report_interval i)
{
    if (!report_has_interval(i)) {
        page_add_cell(t, i.method ? "%.3f (not estimable)" : "%.3f", value);
        return;
    }
    hl_strbuf text = {0};
    report_put_interval(&text, i);
    page_add_cell(t, "%.*f (%s)", report_interval_digits(i.lo, i.hi, USUAL), value, text.data);
    hl_strbuf_free(&text);
}

void report_add_difference_cell(page_table *t, double value, report_interval i)
{
    if (!report_has_interval(i)) {
        page_add_cell(t, i.method ? "%+.3f (not estimable)" : "%+.3f", value);
        return;
    }
    const int digits = report_interval_digits(i.lo, i.hi, USUAL);
    hl_strbuf text = {0};
    hl_strbuf_printf(&text, "%+.*f (%+.*f to %+.*f", digits, value, digits, i.lo, digits, i.hi);
    put_method(&text, i);
    page_add_cell(t, "%s)", text.data);
    hl_strbuf_free(&text);
}
