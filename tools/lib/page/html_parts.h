/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of a page that html.c puts together. */
#ifndef HILUM_PAGE_HTML_PARTS_H
#define HILUM_PAGE_HTML_PARTS_H

#include "page/doc.h"

/* Text, escaped, between markup. */
void page_element(hl_text *t, const char *open, const char *text, const char *close);

/* html_table.c; the number tells the tables of a page apart */
void page_table(const doc_table *table, size_t number, hl_text *t);

/* html_picture.c: an image that carries its bytes with it */
void page_picture(const doc_picture *p, hl_text *t);

#endif
