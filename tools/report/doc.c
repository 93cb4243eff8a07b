/* SPDX-License-Identifier: BSD-2-Clause */
#include "doc.h"

#include "../common/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static char *format(const char *fmt, va_list ap)
{
    char *text;
    if (vasprintf(&text, fmt, ap) < 0)
        return hl_strdup(""); /* only when out of memory, and then hl_strdup ends the program */
    return text;
}

#define FORMAT(to, fmt)                                                                            \
    do {                                                                                           \
        va_list ap;                                                                                \
        va_start(ap, fmt);                                                                         \
        (to) = format(fmt, ap);                                                                    \
        va_end(ap);                                                                                \
    } while (0)

void doc_start(doc *d, const char *title)
{
    *d = (doc){.title = hl_strdup(title)};
}

static doc_block *add_block(doc *d, doc_kind kind)
{
    d->blocks = hl_realloc(d->blocks, d->n + 1, sizeof *d->blocks);
    d->blocks[d->n] = (doc_block){.kind = kind};
    return &d->blocks[d->n++];
}

void doc_say(doc *d, doc_kind kind, const char *fmt, ...)
{
    FORMAT(add_block(d, kind)->text, fmt);
}

doc_block *doc_warnings(doc *d)
{
    return add_block(d, DOC_WARNINGS);
}

void doc_warn(doc_block *b, const char *fmt, ...)
{
    b->lines = hl_realloc(b->lines, b->nlines + 1, sizeof *b->lines);
    FORMAT(b->lines[b->nlines++], fmt);
}

doc_block *doc_stats(doc *d)
{
    return add_block(d, DOC_STATS);
}

void doc_add_stat(doc_block *b, const char *label, const char *remark, const char *fmt, ...)
{
    b->stats = hl_realloc(b->stats, b->nstats + 1, sizeof *b->stats);
    doc_stat *s = &b->stats[b->nstats++];
    *s = (doc_stat){.label = hl_strdup(label), .remark = hl_strdup(remark)};
    FORMAT(s->value, fmt);
}

doc_table *doc_add_table(doc *d, const char *caption)
{
    doc_table *t = &add_block(d, DOC_TABLE)->table;
    t->caption = hl_strdup(caption);
    t->summary_from = SIZE_MAX;
    return t;
}

void doc_add_figure(doc *d, const char *id, const char *title, const char *alt, const char *svg)
{
    add_block(d, DOC_FIGURE)->figure = (doc_figure){.id = hl_strdup(id),
                                                    .title = hl_strdup(title),
                                                    .alt = hl_strdup(alt),
                                                    .svg = hl_strdup(svg)};
}

void doc_add_column(doc_table *t, const char *name, doc_column_kind kind)
{
    t->columns = hl_realloc(t->columns, t->ncolumns + 1, sizeof *t->columns);
    t->columns[t->ncolumns++] = (doc_column){hl_strdup(name), kind};
}

static doc_cell *add_cell(doc_table *t)
{
    t->cells = hl_realloc(t->cells, t->ncells + 1, sizeof *t->cells);
    t->cells[t->ncells] = (doc_cell){0};
    return &t->cells[t->ncells++];
}

void doc_add_cell(doc_table *t, const char *fmt, ...)
{
    FORMAT(add_cell(t)->text, fmt);
}

void doc_shade_cell(doc_table *t, doc_shade shade, double share, const char *fmt, ...)
{
    doc_cell *c = add_cell(t);
    c->shade = shade;
    c->share = share;
    FORMAT(c->text, fmt);
    if (asprintf(&c->small, "%.1f" PER_CENT, 100 * share) < 0)
        c->small = NULL;
}

void doc_start_summary(doc_table *t)
{
    t->summary_from = t->ncells / t->ncolumns;
}

static void free_table(doc_table *t)
{
    for (size_t i = 0; i < t->ncolumns; i++)
        free(t->columns[i].name);
    for (size_t i = 0; i < t->ncells; i++) {
        free(t->cells[i].text);
        free(t->cells[i].small);
    }
    free(t->columns);
    free(t->cells);
    free(t->caption);
}

static void free_block(doc_block *b)
{
    free(b->text);
    for (size_t i = 0; i < b->nlines; i++)
        free(b->lines[i]);
    free(b->lines);
    for (size_t i = 0; i < b->nstats; i++) {
        free(b->stats[i].label);
        free(b->stats[i].value);
        free(b->stats[i].remark);
    }
    free(b->stats);
    free_table(&b->table);
    free(b->figure.id);
    free(b->figure.title);
    free(b->figure.alt);
    free(b->figure.svg);
}

void doc_free(doc *d)
{
    for (size_t i = 0; i < d->n; i++)
        free_block(&d->blocks[i]);
    free(d->blocks);
    free(d->title);
    *d = (doc){0};
}
