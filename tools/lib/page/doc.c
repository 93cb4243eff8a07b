/* SPDX-License-Identifier: BSD-2-Clause */
#include "page/doc.h"

#include "base/mem.h"
#include "base/strbuf.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *format(const char *fmt, va_list ap)
{
    char *text;
    if (vasprintf(&text, fmt, ap) < 0)
        return hl_strdup(""); /* out of memory: hl_strdup ends the program */
    return text;
}

#define FORMAT(to, fmt)                                                                            \
    do {                                                                                           \
        va_list ap;                                                                                \
        va_start(ap, fmt);                                                                         \
        (to) = format(fmt, ap);                                                                    \
        va_end(ap);                                                                                \
    } while (0)

void page_start(page_doc *d, const char *kicker, const char *title, const char *foot)
{
    *d =
        (page_doc){.kicker = hl_strdup(kicker), .title = hl_strdup(title), .foot = hl_strdup(foot)};
}

static page_block *add_block(page_doc *d, page_block_kind kind)
{
    d->blocks = hl_realloc(d->blocks, d->n + 1, sizeof *d->blocks);
    d->blocks[d->n] = (page_block){.kind = kind};
    return &d->blocks[d->n++];
}

void page_add_text(page_doc *d, page_block_kind kind, const char *fmt, ...)
{
    FORMAT(add_block(d, kind)->text, fmt);
}

void page_add_contents(page_doc *d)
{
    add_block(d, PAGE_CONTENTS);
}

/* ---- warnings and key metrics ---- */

char *page_sentence(const char *message)
{
    hl_strbuf t = {0};
    hl_strbuf_printf(&t, "%s.", message);
    *t.data = (char)toupper((unsigned char)*t.data);
    return t.data;
}

page_block *page_warnings(page_doc *d)
{
    return add_block(d, PAGE_WARNINGS);
}

/* Takes ownership of the text. */
static void add_warning(page_block *b, char *text, bool alarm)
{
    size_t at = alarm ? 0 : b->nwarnings;
    for (size_t i = 0; i < b->nwarnings; i++) {
        if (strcmp(b->warnings[i].text, text) == 0) {
            free(text);
            return;
        }
        at += alarm && b->warnings[i].alarm;
    }
    b->warnings = hl_realloc(b->warnings, b->nwarnings + 1, sizeof *b->warnings);
    memmove(b->warnings + at + 1, b->warnings + at, (b->nwarnings - at) * sizeof *b->warnings);
    b->warnings[at] = (page_warning){text, alarm};
    b->nwarnings++;
}

void page_warn(page_block *b, const char *fmt, ...)
{
    char *text;
    FORMAT(text, fmt);
    add_warning(b, text, false);
}

void page_alarm(page_block *b, const char *fmt, ...)
{
    char *text;
    FORMAT(text, fmt);
    add_warning(b, text, true);
}

page_block *page_stats(page_doc *d)
{
    return add_block(d, PAGE_STATS);
}

void page_add_stat(page_block *b, const char *label, const char *remark, const char *fmt, ...)
{
    b->stats = hl_realloc(b->stats, b->nstats + 1, sizeof *b->stats);
    page_stat *s = &b->stats[b->nstats++];
    *s = (page_stat){.label = hl_strdup(label), .remark = hl_strdup(remark)};
    FORMAT(s->value, fmt);
}

/* ---- figures and pictures ---- */

void page_add_figure(page_doc *d, const char *id, const char *title, const char *alt,
                     const char *svg, json_t *data)
{
    add_block(d, PAGE_FIGURE)->figure = (page_figure){.id = hl_strdup(id),
                                                      .title = hl_strdup(title),
                                                      .alt = hl_strdup(alt),
                                                      .svg = hl_strdup(svg),
                                                      .data = data};
}

bool page_is_png(const void *bytes, size_t len)
{
    static const unsigned char start[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n',
                                          0,    0,   0,   13,  'I',  'H',  'D',  'R'};
    return len >= sizeof start + 8 && memcmp(bytes, start, sizeof start) == 0;
}

static page_picture picture(const void *png, size_t len, const char *alt, const char *caption)
{
    page_picture p = {.png = hl_malloc(len, 1),
                      .len = len,
                      .alt = hl_strdup(alt),
                      .caption = caption ? hl_strdup(caption) : NULL};
    memcpy(p.png, png, len);
    return p;
}

page_block *page_add_gallery(page_doc *d, const char *caption)
{
    page_block *b = add_block(d, PAGE_GALLERY);
    b->text = hl_strdup(caption);
    return b;
}

void page_add_picture(page_block *gallery, const void *png, size_t len, const char *alt,
                      const char *caption)
{
    gallery->pictures =
        hl_realloc(gallery->pictures, gallery->npictures + 1, sizeof *gallery->pictures);
    gallery->pictures[gallery->npictures++] = picture(png, len, alt, caption);
}

/* ---- tables ---- */

page_table *page_add_table(page_doc *d, const char *caption)
{
    page_table *t = &add_block(d, PAGE_TABLE)->table;
    t->caption = hl_strdup(caption);
    t->summary_from = SIZE_MAX;
    return t;
}

void page_add_column(page_table *t, const char *name, page_column_kind kind)
{
    t->columns = hl_realloc(t->columns, t->ncolumns + 1, sizeof *t->columns);
    t->columns[t->ncolumns++] = (page_column){hl_strdup(name), kind};
}

void page_add_columns(page_table *t, const char *const names[], size_t n, page_column_kind kind)
{
    for (size_t i = 0; i < n; i++)
        page_add_column(t, names[i], kind);
}

static page_cell *add_cell(page_table *t)
{
    t->cells = hl_realloc(t->cells, t->ncells + 1, sizeof *t->cells);
    t->cells[t->ncells] = (page_cell){0};
    return &t->cells[t->ncells++];
}

void page_add_cell(page_table *t, const char *fmt, ...)
{
    FORMAT(add_cell(t)->text, fmt);
}

void page_add_number(page_table *t, double v)
{
    if (isfinite(v))
        page_add_cell(t, "%.3f", v);
    else
        page_add_cell(t, "undefined");
}

void page_shade_cell(page_table *t, page_shade shade, double fraction, const char *fmt, ...)
{
    page_cell *c = add_cell(t);
    c->shade = shade;
    c->fraction = fraction;
    FORMAT(c->text, fmt);
    if (asprintf(&c->small, "%.1f" PAGE_PERCENT, 100 * fraction) < 0)
        c->small = NULL;
}

void page_add_picture_cell(page_table *t, const void *png, size_t len, const char *alt)
{
    page_cell *c = add_cell(t);
    c->text = hl_strdup("");
    c->picture = hl_malloc(1, sizeof *c->picture);
    *c->picture = picture(png, len, alt, NULL);
}

void page_start_summary(page_table *t)
{
    t->summary_from = t->ncells / t->ncolumns;
}

/* ---- freeing ---- */

static void free_picture(page_picture *p)
{
    free(p->png);
    free(p->alt);
    free(p->caption);
}

static void free_table(page_table *t)
{
    for (size_t i = 0; i < t->ncolumns; i++)
        free(t->columns[i].name);
    for (size_t i = 0; i < t->ncells; i++) {
        free(t->cells[i].text);
        free(t->cells[i].small);
        if (t->cells[i].picture)
            free_picture(t->cells[i].picture);
        free(t->cells[i].picture);
    }
    free(t->columns);
    free(t->cells);
    free(t->caption);
}

static void free_block(page_block *b)
{
    free(b->text);
    for (size_t i = 0; i < b->nwarnings; i++)
        free(b->warnings[i].text);
    free(b->warnings);
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
    json_decref(b->figure.data);
    for (size_t i = 0; i < b->npictures; i++)
        free_picture(&b->pictures[i]);
    free(b->pictures);
}

void page_free(page_doc *d)
{
    for (size_t i = 0; i < d->n; i++)
        free_block(&d->blocks[i]);
    free(d->blocks);
    free(d->kicker);
    free(d->title);
    free(d->foot);
    *d = (page_doc){0};
}
