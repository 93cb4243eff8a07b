/* SPDX-License-Identifier: BSD-2-Clause */
/* The worklist as a self-contained HTML page with thumbnails. */
#ifndef HILUM_PREDICT_PAGE_H
#define HILUM_PREDICT_PAGE_H

#include "base/error.h"
#include "base/strbuf.h"
#include "image/image.h"
#include "nn/head/head.h"
#include "worklist.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct predict_page_options {
    const nn_head *head;
    size_t rows;     /* of the list that are shown; the TSV file has them all */
    hl_rendition as; /* of the pictures */
    bool pictures;   /* the entries are image files, which are read again */
    int jobs;        /* threads that read them */
} predict_page_options;

/* Appends the page of a ranked list to html. An image that can no longer be read has no picture. */
int predict_page_write(const predict_worklist *w, const predict_page_options *o, hl_strbuf *html,
                       hl_err *e);

#endif
