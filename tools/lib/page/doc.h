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
#define PER_CENT "\xc2\xa0%%"

typedef enum { COL_TEXT, COL_NUMBER, COL_CODE } doc_column_kind;

/* How a cell of a confusion matrix is shaded, by its share of the row. */
typedef enum { SHADE_NONE, SHADE_RIGHT, SHADE_WRONG } doc_shade;

/* A PNG file, embedded into the page. */
typedef struct doc_picture {
    unsigned char *png;
    size_t len;
    char *alt;     /* says in words what is seen */
    char *caption; /* NULL within a table */
} doc_picture;

typedef struct doc_cell {
    char *text;
    char *small;          /* a second, lesser figure; NULL for none */
    doc_picture *picture; /* beside the text; NULL for none */
    doc_shade shade;
    double share; /* 0 to 1 */
} doc_cell;

typedef struct doc_column {
    char *name;
    doc_column_kind kind;
} doc_column;

typedef struct doc_table {
    char *caption;
    doc_column *columns; /* the first heads its row */
    size_t ncolumns;
    doc_cell *cells; /* [rows, ncolumns] */
    size_t ncells;
    size_t summary_from; /* first row of those set apart below (averages, totals) */
} doc_table;

typedef struct doc_figure {
    char *id, *title, *alt; /* alt says in words what is seen */
    char *svg;              /* markup, not escaped again */
    json_t *data;           /* what is drawn, for the JSON; NULL for none */
} doc_figure;

/* One key figure at the top of the page. */
typedef struct doc_stat {
    char *label, *value, *remark;
} doc_stat;

/* An alarm makes what follows worthless or wrong and is shown in red; a caution limits it. */
typedef struct doc_warning {
    char *text;
    bool alarm;
} doc_warning;

typedef enum {
    DOC_SECTION, /* text: heading; what follows belongs to it, up to the next one */
    DOC_PART,    /* text: lesser heading within a section */
    DOC_FOLD,    /* text: what is folded away under it, up to the next heading or fold */
    DOC_LEAD,    /* text: the summary sentence */
    DOC_TEXT,
    DOC_NOTE, /* text: small print */
    DOC_WARNINGS,
    DOC_STATS,
    DOC_CONTENTS, /* links to all sections */
    DOC_TABLE,
    DOC_FIGURE, /* one; figures that follow each other stand side by side */
    DOC_GALLERY
} doc_kind;

typedef struct doc_block {
    doc_kind kind;
    char *text; /* of a gallery: its caption */
    doc_warning *warnings;
    size_t nwarnings;
    doc_stat *stats;
    size_t nstats;
    doc_table table;
    doc_figure figure;
    doc_picture *pictures;
    size_t npictures;
} doc_block;

typedef struct doc {
    char *kicker, *title; /* the kicker stands small above the title: "hilum, evaluation report" */
    char *foot;
    doc_block *blocks;
    size_t n;
} doc;

void doc_start(doc *d, const char *kicker, const char *title, const char *foot);
void doc_free(doc *d);

/* SECTION, PART, FOLD, LEAD, TEXT, NOTE. */
void doc_say(doc *d, doc_kind kind, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void doc_add_contents(doc *d);

/* What these return is valid until the next block is added. */
doc_block *doc_warnings(doc *d);
doc_block *doc_stats(doc *d);
doc_table *doc_add_table(doc *d, const char *caption);
doc_block *doc_add_gallery(doc *d, const char *caption);

/* Alarms go before cautions; within each, in the order in which they are said. A line that is
 * there already is not said again. */
void doc_warn(doc_block *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void doc_alarm(doc_block *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void doc_add_stat(doc_block *b, const char *label, const char *remark, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Takes over the reference to data. */
void doc_add_figure(doc *d, const char *id, const char *title, const char *alt, const char *svg,
                    json_t *data);
/* Whether len bytes begin as a PNG file does, so that they can be embedded. */
bool doc_is_png(const void *bytes, size_t len);
void doc_add_picture(doc_block *gallery, const void *png, size_t len, const char *alt,
                     const char *caption);

/* All columns first, then the cells row by row; cells from the summary on are averages or totals.
 */
void doc_add_column(doc_table *t, const char *name, doc_column_kind kind);
void doc_add_columns(doc_table *t, const char *const names[], size_t n, doc_column_kind kind);
void doc_add_cell(doc_table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Three digits; "undefined" where it is not finite. */
void doc_add_number(doc_table *t, double v);
void doc_shade_cell(doc_table *t, doc_shade shade, double share, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void doc_add_picture_cell(doc_table *t, const void *png, size_t len, const char *alt);
void doc_start_summary(doc_table *t);

/* Appends the whole document. */
void doc_write_html(const doc *d, hl_text *t);
void doc_write_markdown(const doc *d, hl_text *t);
/* An object with the title and the blocks; the caller adds what it has besides. */
json_t *doc_json(const doc *d);

/* Where the forms of a page go. html: NULL or "-" is standard output; the others: NULL for none. */
typedef struct doc_paths {
    const char *html, *markdown, *json;
} doc_paths;

/* Writes them: all appear, or none. */
int doc_save(const doc *d, const doc_paths *p, const json_t *json, hl_err *e);

extern const char doc_style[]; /* the page's CSS */

#endif
