/* SPDX-License-Identifier: BSD-2-Clause */
/* HTML of the parts of a page; for html*.c only. */
#ifndef HILUM_PAGE_HTML_PARTS_H
#define HILUM_PAGE_HTML_PARTS_H

#include "page/doc.h"

/* Appends escaped text between the markup open and close. */
void page_html_element(hl_strbuf *t, const char *open, const char *text, const char *close);

/* Appends a table. The number makes its id unique in the page. */
void page_html_table(const page_table *table, size_t number, hl_strbuf *t);

/* Appends an <img> element that contains the picture as a data: URL. */
void page_html_picture(const page_picture *p, hl_strbuf *t);

#endif
