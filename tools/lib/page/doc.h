/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A page as a list of blocks, written as HTML, Markdown and JSON from the same content.
 *
 *   page_doc d;
 *   page_start(&d, "hilum, evaluation report", "VGG16", "Research software.");
 *   page_add_text(&d, PAGE_SECTION, "Results");
 *   page_table *t = page_add_table(&d, "Accuracy on the test images.");
 *   page_add_column(t, "Class", PAGE_COL_TEXT);
 *   page_add_column(t, "Accuracy", PAGE_COL_NUMBER);
 *   page_add_cell(t, "%s", "NORMAL");
 *   page_add_number(t, 0.912);
 *   page_save(&d, &(page_paths){.html = "report.html"}, NULL, &err);
 *   page_free(&d);
 *
 * All text is plain text; the writers escape it. The document copies what it is given, except where
 * stated, and owns it.
 */
#ifndef HILUM_PAGE_DOC_H
#define HILUM_PAGE_DOC_H

#include "base/error.h"
#include "base/strbuf.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* A per cent sign after a no-break space, for printf formats. */
#define PAGE_PERCENT "\xc2\xa0%%"

typedef enum { PAGE_COL_TEXT, PAGE_COL_NUMBER, PAGE_COL_CODE } page_column_kind;

/* The colour of a cell of a confusion matrix; its intensity follows the cell's fraction of the row.
 */
typedef enum { PAGE_SHADE_NONE, PAGE_SHADE_RIGHT, PAGE_SHADE_WRONG } page_shade;

/* A PNG file that is embedded in the page. */
typedef struct page_picture {
    unsigned char *png;
    size_t len;
    char *alt;     /* description for readers who do not see the picture */
    char *caption; /* NULL in a table */
} page_picture;

typedef struct page_cell {
    char *text;
    char *small;           /* a second value in small print; NULL for none */
    page_picture *picture; /* NULL for none */
    page_shade shade;
    double fraction; /* of the row, 0 to 1 */
} page_cell;

typedef struct page_column {
    char *name;
    page_column_kind kind;
} page_column;

typedef struct page_table {
    char *caption;
    page_column *columns; /* the first holds the row headings */
    size_t ncolumns;
    page_cell *cells; /* [rows, ncolumns] */
    size_t ncells;
    size_t summary_from; /* first row of the summary (averages, totals); SIZE_MAX: none */
} page_table;

typedef struct page_figure {
    char *id, *title, *alt; /* alt: the description below the figure */
    char *svg;              /* markup, not escaped */
    json_t *data;           /* the plotted data, for the JSON form; NULL for none */
} page_figure;

/* One of the key metrics at the top of a page. */
typedef struct page_stat {
    char *label, *value, *remark;
} page_stat;

/* An alarm, shown in red, means that the results below are invalid or worthless; a caution means
 * that they are limited. */
typedef struct page_warning {
    char *text;
    bool alarm;
} page_warning;

typedef enum {
    PAGE_SECTION, /* heading of a section, which lasts until the next one */
    PAGE_PART,    /* subheading */
    PAGE_FOLD,    /* heading of collapsed content, which lasts until the next heading or fold */
    PAGE_LEAD,    /* the summary sentence */
    PAGE_TEXT,    /* a paragraph */
    PAGE_NOTE,    /* a paragraph in small print */
    PAGE_WARNINGS,
    PAGE_STATS,
    PAGE_CONTENTS, /* links to all sections */
    PAGE_TABLE,
    PAGE_FIGURE, /* consecutive figures are placed side by side */
    PAGE_GALLERY
} page_block_kind;

typedef struct page_block {
    page_block_kind kind;
    char *text; /* heading or paragraph; caption of a gallery */
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
    char *kicker; /* small line above the title: "hilum, evaluation report" */
    char *title, *foot;
    page_block *blocks;
    size_t n;
} page_doc;

/* ---- building a page ---- */

void page_start(page_doc *d, const char *kicker, const char *title, const char *foot);
void page_free(page_doc *d);

/* A message that was written for a log, with a capital and a full stop. The caller frees. */
char *page_sentence(const char *message);

/* Adds a SECTION, PART, FOLD, LEAD, TEXT or NOTE. */
void page_add_text(page_doc *d, page_block_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void page_add_contents(page_doc *d);

/* Add an empty block, to be filled by the functions below. The pointer is valid until the next
 * block is added. */
page_block *page_warnings(page_doc *d);
page_block *page_stats(page_doc *d);
page_table *page_add_table(page_doc *d, const char *caption);
page_block *page_add_gallery(page_doc *d, const char *caption);

/* Add a caution or an alarm. Alarms come first, each kind in the order of the calls. A text that
 * the block already contains is not added again. */
void page_warn(page_block *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void page_alarm(page_block *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void page_add_stat(page_block *b, const char *label, const char *remark, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds a figure. id must be unique in the page; takes ownership of the reference to data. */
void page_add_figure(page_doc *d, const char *id, const char *title, const char *alt,
                     const char *svg, json_t *data);

/* Whether the bytes start like a PNG file, as pictures must. */
bool page_is_png(const void *bytes, size_t len);
void page_add_picture(page_block *gallery, const void *png, size_t len, const char *alt,
                      const char *caption);

/* Fill a table: first all columns, then the cells row by row. page_start_summary comes before the
 * first row of averages or totals. */
void page_add_column(page_table *t, const char *name, page_column_kind kind);
void page_add_columns(page_table *t, const char *const names[], size_t n, page_column_kind kind);
void page_add_cell(page_table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A number with three decimals; "undefined" if it is not finite. */
void page_add_number(page_table *t, double v);
/* A cell of a confusion matrix, with its fraction of the row in small print. */
void page_shade_cell(page_table *t, page_shade shade, double fraction, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void page_add_picture_cell(page_table *t, const void *png, size_t len, const char *alt);
void page_start_summary(page_table *t);

/* ---- writing a page ---- */

/* Append the document to t. */
void page_write_html(const page_doc *d, hl_strbuf *t);
void page_write_markdown(const page_doc *d, hl_strbuf *t);
/* A new object with the title and the blocks, to which the caller may add members. */
json_t *page_to_json(const page_doc *d);

/* Output files. html: NULL or "-" is standard output; the others: NULL for none. */
typedef struct page_paths {
    const char *html, *markdown, *json;
} page_paths;

/* Writes all files or, on failure, none. json is the content of the JSON file. */
int page_save(const page_doc *d, const page_paths *p, const json_t *json, hl_err *e);

extern const char page_style[]; /* the page's CSS */

#endif
