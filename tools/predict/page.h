/* SPDX-License-Identifier: BSD-2-Clause */
/* The worklist as one page that needs nothing but itself, with small pictures. */
#ifndef HILUM_PREDICT_PAGE_H
#define HILUM_PREDICT_PAGE_H

#include "base/error.h"
#include "base/strbuf.h"
#include "nn/head/head.h"
#include "worklist.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct page_options {
    const nn_head *head;
    size_t rows;   /* of the list that are shown; the table has them all */
    bool pictures; /* the entries are image files that can be read again */
    int jobs;      /* threads that read them */
} page_options;

/* The list must be ranked. Appends the HTML. A picture that cannot be read any longer is left out.
 */
int predict_page_write(const predict_worklist *w, const page_options *o, hl_strbuf *html,
                       hl_err *e);

#endif
