/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Escaping of untrusted text, such as labels and file names. Each function appends s to t so that
 * it is displayed literally and never acts as markup. Control characters and bytes that are not
 * valid UTF-8 become U+FFFD.
 */
#ifndef HILUM_PAGE_ESCAPE_H
#define HILUM_PAGE_ESCAPE_H

#include "base/strbuf.h"

void page_escape_html(hl_strbuf *t, const char *s);     /* element content or quoted attribute */
void page_escape_markdown(hl_strbuf *t, const char *s); /* one line; table cells too */
void page_clean_utf8(hl_strbuf *t, const char *s);      /* valid UTF-8 only, for JSON */

#endif
