/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A report as a list of blocks, which html.c and markdown.c write down. All text is
 * plain: the writers escape it. Everything is copied into the document and owned by it.
 */
#ifndef HL_REPORT_DOC_H
#define HL_REPORT_DOC_H

#include "../common/text.h"

#include <stdbool.h>
#include <stddef.h>

/* A per cent sign that does not break from its number; part of a printf format. */
#define PER_CENT "\xc2\xa0%%"

typedef enum { COL_TEXT, COL_NUMBER, COL_CODE } doc_column_kind;

/* How a cell of a confusion matrix is shaded, by its share of the row. */
typedef enum { SHADE_NONE, SHADE_RIGHT, SHADE_WRONG } doc_shade;

typedef struct doc_cell {
    char *text;
    char *small; /* a second, lesser figure; NULL for none */
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
    char *svg;              /* from plot.h: markup, not escaped again */
} doc_figure;

/* One key figure at the top of the page. */
typedef struct doc_stat {
    char *label, *value, *remark;
} doc_stat;

typedef enum {
    DOC_SECTION, /* text: heading; what follows belongs to it */
    DOC_LEAD,    /* text: the summary sentence */
    DOC_TEXT,
    DOC_NOTE,     /* text: small print */
    DOC_WARNINGS, /* lines */
    DOC_STATS,
    DOC_TABLE,
    DOC_FIGURE /* one; figures that follow each other stand side by side */
} doc_kind;

typedef struct doc_block {
    doc_kind kind;
    char *text;
    char **lines;
    size_t nlines;
    doc_stat *stats;
    size_t nstats;
    doc_table table;
    doc_figure figure;
} doc_block;

typedef struct doc {
    char *title;
    doc_block *blocks;
    size_t n;
} doc;

void doc_start(doc *d, const char *title);
void doc_free(doc *d);

/* SECTION, LEAD, TEXT or NOTE. */
void doc_say(doc *d, doc_kind kind, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* What these return is valid until the next block is added. */
doc_block *doc_warnings(doc *d);
void doc_warn(doc_block *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
doc_block *doc_stats(doc *d);
void doc_add_stat(doc_block *b, const char *label, const char *remark, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
doc_table *doc_add_table(doc *d, const char *caption);
void doc_add_figure(doc *d, const char *id, const char *title, const char *alt, const char *svg);

/* All columns first, then the cells row by row; cells from here on are averages or totals. */
void doc_add_column(doc_table *t, const char *name, doc_column_kind kind);
void doc_add_cell(doc_table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void doc_shade_cell(doc_table *t, doc_shade shade, double share, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void doc_start_summary(doc_table *t);

/* Appends the whole document. */
void doc_write_html(const doc *d, hl_text *t);
void doc_write_markdown(const doc *d, hl_text *t);

extern const char doc_style[]; /* the page's CSS */

#endif
