/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A page as a list of blocks, which html.c, markdown.c and json.c write down. All text is plain:
 * the writers escape it. Everything is copied into the document and owned by it.
 */
#ifndef HILUM_PAGE_DOC_H
#define HILUM_PAGE_DOC_H

#include "base/error.h"
#include "base/strbuf.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* A per cent sign that does not break from its number; part of a printf format. */
#define PAGE_PERCENT "\xc2\xa0%%"

typedef enum { PAGE_COL_TEXT, PAGE_COL_NUMBER, PAGE_COL_CODE } page_column_kind;

/* How a cell of a confusion matrix is shaded, by its share of the row. */
typedef enum { PAGE_SHADE_NONE, PAGE_SHADE_RIGHT, PAGE_SHADE_WRONG } page_shade;

/* A PNG file, embedded into the page. */
typedef struct page_picture {
    unsigned char *png;
    size_t len;
    char *alt;     /* says in words what is seen */
    char *caption; /* NULL within a table */
} page_picture;

typedef struct page_cell {
    char *text;
    char *small;           /* a second, lesser figure; NULL for none */
    page_picture *picture; /* beside the text; NULL for none */
    page_shade shade;
    double share; /* 0 to 1 */
} page_cell;

typedef struct page_column {
    char *name;
    page_column_kind kind;
} page_column;

typedef struct page_table {
    char *caption;
    page_column *columns; /* the first heads its row */
    size_t ncolumns;
    page_cell *cells; /* [rows, ncolumns] */
    size_t ncells;
    size_t summary_from; /* first row of those set apart below (averages, totals) */
} page_table;

typedef struct page_figure {
    char *id, *title, *alt; /* alt says in words what is seen */
    char *svg;              /* markup, not escaped again */
    json_t *data;           /* what is drawn, for the JSON; NULL for none */
} page_figure;

/* One key figure at the top of the page. */
typedef struct page_stat {
    char *label, *value, *remark;
} page_stat;

/* An alarm makes what follows worthless or wrong and is shown in red; a caution limits it. */
typedef struct page_warning {
    char *text;
    bool alarm;
} page_warning;

typedef enum {
    PAGE_SECTION, /* text: heading; what follows belongs to it, up to the next one */
    PAGE_PART,    /* text: lesser heading within a section */
    PAGE_FOLD,    /* text: what is folded away under it, up to the next heading or fold */
    PAGE_LEAD,    /* text: the summary sentence */
    PAGE_TEXT,
    PAGE_NOTE, /* text: small print */
    PAGE_WARNINGS,
    PAGE_STATS,
    PAGE_CONTENTS, /* links to all sections */
    PAGE_TABLE,
    PAGE_FIGURE, /* one; figures that follow each other stand side by side */
    PAGE_GALLERY
} page_block_kind;

typedef struct page_block {
    page_block_kind kind;
    char *text; /* of a gallery: its caption */
    page_warning *warnings;
    size_t nwarnings;
    page_stat *stats;
    size_t nstats;
    page_table table;
    page_figure figure;
    page_picture *pictures;
    size_t npictures;
} page_block;

typedef struct page_doc {
    char *kicker, *title; /* the kicker stands small above the title: "hilum, evaluation report" */
    char *foot;
    page_block *blocks;
    size_t n;
} page_doc;

void page_start(page_doc *d, const char *kicker, const char *title, const char *foot);
void page_free(page_doc *d);

/* SECTION, PART, FOLD, LEAD, TEXT, NOTE. */
void page_add_text(page_doc *d, page_block_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void page_add_contents(page_doc *d);

/* What these return is valid until the next block is added. */
page_block *page_warnings(page_doc *d);
page_block *page_stats(page_doc *d);
page_table *page_add_table(page_doc *d, const char *caption);
page_block *page_add_gallery(page_doc *d, const char *caption);

/* Alarms go before cautions; within each, in the order in which they are said. A line that is
 * there already is not said again. */
void page_warn(page_block *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void page_alarm(page_block *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void page_add_stat(page_block *b, const char *label, const char *remark, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Takes over the reference to data. */
void page_add_figure(page_doc *d, const char *id, const char *title, const char *alt,
                     const char *svg, json_t *data);
/* Whether len bytes begin as a PNG file does, so that they can be embedded. */
bool page_is_png(const void *bytes, size_t len);
void page_add_picture(page_block *gallery, const void *png, size_t len, const char *alt,
                      const char *caption);

/* All columns first, then the cells row by row; cells from the summary on are averages or totals.
 */
void page_add_column(page_table *t, const char *name, page_column_kind kind);
void page_add_columns(page_table *t, const char *const names[], size_t n, page_column_kind kind);
void page_add_cell(page_table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Three digits; "undefined" where it is not finite. */
void page_add_number(page_table *t, double v);
void page_shade_cell(page_table *t, page_shade shade, double share, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void page_add_picture_cell(page_table *t, const void *png, size_t len, const char *alt);
void page_start_summary(page_table *t);

/* Appends the whole document. */
void page_write_html(const page_doc *d, hl_strbuf *t);
void page_write_markdown(const page_doc *d, hl_strbuf *t);
/* An object with the title and the blocks; the caller adds what it has besides. */
json_t *page_to_json(const page_doc *d);

/* Where the forms of a page go. html: NULL or "-" is standard output; the others: NULL for none. */
typedef struct page_paths {
    const char *html, *markdown, *json;
} page_paths;

/* Writes them: all appear, or none. */
int page_save(const page_doc *d, const page_paths *p, const json_t *json, hl_err *e);

extern const char page_style[]; /* the page's CSS */

#endif
