/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text from data files made safe for a page. These append s so that it shows as it is and
 * never acts as markup; bytes that are not UTF-8 and control characters show as U+FFFD.
 */
#ifndef HILUM_PAGE_ESCAPE_H
#define HILUM_PAGE_ESCAPE_H

#include "base/strbuf.h"

void page_escape_html(hl_strbuf *t, const char *s);     /* element content or quoted attribute */
void page_escape_markdown(hl_strbuf *t, const char *s); /* one line; table cells too */
void page_clean_utf8(hl_strbuf *t, const char *s);      /* no markup: for JSON */

#endif
