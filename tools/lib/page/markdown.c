/* SPDX-License-Identifier: BSD-2-Clause */
/* A document as Markdown with GitHub's tables. Figures and pictures become their descriptions. */
#include "page/doc.h"
#include "page/escape.h"

static void line(hl_strbuf *t, const char *before, const char *text, const char *after)
{
    hl_strbuf_puts(t, before);
    page_escape_markdown(t, text);
    hl_strbuf_puts(t, after);
}

static void write_warnings(const page_block *b, hl_strbuf *t)
{
    hl_strbuf_puts(t, "> **Read this first**\n>\n");
    for (size_t i = 0; i < b->nwarnings; i++)
        line(t, b->warnings[i].alarm ? "> - **" : "> - ", b->warnings[i].text,
             b->warnings[i].alarm ? "**\n" : "\n");
    hl_strbuf_puts(t, "\n");
}

static void write_stats(const page_block *b, hl_strbuf *t)
{
    hl_strbuf_puts(t, "| | Value | |\n|:--|--:|:--|\n");
    for (size_t i = 0; i < b->nstats; i++) {
        line(t, "| ", b->stats[i].label, " | ");
        line(t, "", b->stats[i].value, " | ");
        line(t, "", b->stats[i].remark, " |\n");
    }
    hl_strbuf_puts(t, "\n");
}

static void write_cell(const page_cell *cell, hl_strbuf *t)
{
    line(t, "| ", cell->text, "");
    if (cell->small)
        line(t, " (", cell->small, ")");
    if (cell->picture)
        page_escape_markdown(t, cell->picture->alt);
}

static void write_table(const page_table *table, hl_strbuf *t)
{
    const size_t width = table->ncolumns;
    line(t, "*", table->caption, "*\n\n");
    for (size_t c = 0; c < width; c++)
        line(t, "| ", table->columns[c].name, c + 1 < width ? " " : " |\n");
    for (size_t c = 0; c < width; c++) {
        const bool right = table->columns[c].kind == PAGE_COL_NUMBER;
        hl_strbuf_puts(t, right ? "|--:" : "|:--");
    }
    hl_strbuf_puts(t, "|\n");
    for (size_t i = 0; i < table->ncells; i++) {
        write_cell(&table->cells[i], t);
        hl_strbuf_puts(t, (i + 1) % width ? " " : " |\n");
    }
    hl_strbuf_puts(t, "\n");
}

static void write_gallery(const page_block *b, hl_strbuf *t)
{
    line(t, "*", b->text, "*\n\n");
    for (size_t i = 0; i < b->npictures; i++) {
        line(t, "- ", b->pictures[i].caption, ": ");
        line(t, "", b->pictures[i].alt, "\n");
    }
    hl_strbuf_puts(t, "\n");
}

static void write_block(const page_block *b, hl_strbuf *t)
{
    switch (b->kind) {
    case PAGE_SECTION:
        line(t, "## ", b->text, "\n\n");
        return;
    case PAGE_PART:
        line(t, "### ", b->text, "\n\n");
        return;
    case PAGE_FOLD:
        line(t, "**", b->text, "**\n\n");
        return;
    case PAGE_LEAD:
    case PAGE_TEXT:
    case PAGE_NOTE:
        line(t, "", b->text, "\n\n");
        return;
    case PAGE_WARNINGS:
        if (b->nwarnings)
            write_warnings(b, t);
        return;
    case PAGE_STATS:
        write_stats(b, t);
        return;
    case PAGE_CONTENTS: /* Markdown viewers generate their own */
        return;
    case PAGE_TABLE:
        write_table(&b->table, t);
        return;
    case PAGE_FIGURE:
        line(t, "**", b->figure.title, ".** ");
        line(t, "", b->figure.alt, "\n\n");
        return;
    case PAGE_GALLERY:
        write_gallery(b, t);
        return;
    }
}

void page_write_markdown(const page_doc *d, hl_strbuf *t)
{
    line(t, "# ", d->title, "\n\n");
    for (size_t i = 0; i < d->n; i++)
        write_block(&d->blocks[i], t);
}
