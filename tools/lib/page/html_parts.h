/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of a page that html.c puts together. */
#ifndef HILUM_PAGE_HTML_PARTS_H
#define HILUM_PAGE_HTML_PARTS_H

#include "page/doc.h"

/* Text, escaped, between markup. */
void page_html_element(hl_strbuf *t, const char *open, const char *text, const char *close);

/* html_table.c; the number tells the tables of a page apart */
void page_html_table(const page_table *table, size_t number, hl_strbuf *t);

/* html_picture.c: an image that carries its bytes with it */
void page_html_picture(const page_picture *p, hl_strbuf *t);

#endif
