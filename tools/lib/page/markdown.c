/* SPDX-License-Identifier: BSD-2-Clause */
/* A document as Markdown (GitHub's tables). Figures and pictures are said in words. */
#include "page/doc.h"
#include "page/escape.h"

static void line(hl_text *t, const char *before, const char *text, const char *after)
{
    hl_text_puts(t, before);
    hl_markdown_escape(t, text);
    hl_text_puts(t, after);
}

static void write_warnings(const doc_block *b, hl_text *t)
{
    hl_text_puts(t, "> **Read this first**\n>\n");
    for (size_t i = 0; i < b->nwarnings; i++)
        line(t, b->warnings[i].alarm ? "> - **" : "> - ", b->warnings[i].text,
             b->warnings[i].alarm ? "**\n" : "\n");
    hl_text_puts(t, "\n");
}

static void write_stats(const doc_block *b, hl_text *t)
{
    hl_text_puts(t, "| Figure | Value | |\n|:--|--:|:--|\n");
    for (size_t i = 0; i < b->nstats; i++) {
        line(t, "| ", b->stats[i].label, " | ");
        line(t, "", b->stats[i].value, " | ");
        line(t, "", b->stats[i].remark, " |\n");
    }
    hl_text_puts(t, "\n");
}

static void write_cell(const doc_cell *cell, hl_text *t)
{
    line(t, "| ", cell->text, "");
    if (cell->small)
        line(t, " (", cell->small, ")");
    if (cell->picture)
        hl_markdown_escape(t, cell->picture->alt);
}

static void write_table(const doc_table *table, hl_text *t)
{
    const size_t width = table->ncolumns;
    line(t, "*", table->caption, "*\n\n");
    for (size_t c = 0; c < width; c++)
        line(t, "| ", table->columns[c].name, c + 1 < width ? " " : " |\n");
    for (size_t c = 0; c < width; c++) {
        const bool right = table->columns[c].kind == COL_NUMBER;
        hl_text_puts(t, right ? "|--:" : "|:--");
    }
    hl_text_puts(t, "|\n");
    for (size_t i = 0; i < table->ncells; i++) {
        write_cell(&table->cells[i], t);
        hl_text_puts(t, (i + 1) % width ? " " : " |\n");
    }
    hl_text_puts(t, "\n");
}

static void write_gallery(const doc_block *b, hl_text *t)
{
    line(t, "*", b->text, "*\n\n");
    for (size_t i = 0; i < b->npictures; i++) {
        line(t, "- ", b->pictures[i].caption, ": ");
        line(t, "", b->pictures[i].alt, "\n");
    }
    hl_text_puts(t, "\n");
}

static void write_block(const doc_block *b, hl_text *t)
{
    switch (b->kind) {
    case DOC_SECTION:
        line(t, "## ", b->text, "\n\n");
        return;
    case DOC_PART:
        line(t, "### ", b->text, "\n\n");
        return;
    case DOC_FOLD:
        line(t, "**", b->text, "**\n\n");
        return;
    case DOC_LEAD:
    case DOC_TEXT:
    case DOC_NOTE:
        line(t, "", b->text, "\n\n");
        return;
    case DOC_WARNINGS:
        if (b->nwarnings)
            write_warnings(b, t);
        return;
    case DOC_STATS:
        write_stats(b, t);
        return;
    case DOC_CONTENTS: /* readers of Markdown make their own */
        return;
    case DOC_TABLE:
        write_table(&b->table, t);
        return;
    case DOC_FIGURE:
        line(t, "**", b->figure.title, ".** ");
        line(t, "", b->figure.alt, "\n\n");
        return;
    case DOC_GALLERY:
        write_gallery(b, t);
        return;
    }
}

void doc_write_markdown(const doc *d, hl_text *t)
{
    line(t, "# ", d->title, "\n\n");
    for (size_t i = 0; i < d->n; i++)
        write_block(&d->blocks[i], t);
}
