/* SPDX-License-Identifier: BSD-2-Clause */
/* A document as one self-contained HTML page: no script, no file or address outside it. */
#include "../common/markup.h"
#include "../common/version.h"
#include "doc.h"

static void element(hl_text *t, const char *open, const char *text, const char *close)
{
    hl_text_puts(t, open);
    hl_html_escape(t, text);
    hl_text_puts(t, close);
}

static void write_warnings(const doc_block *b, hl_text *t)
{
    hl_text_puts(t, "<aside class=\"alarm\" aria-labelledby=\"warnings\">\n"
                    "<h2 id=\"warnings\">Read this first</h2>\n<ul>\n");
    for (size_t i = 0; i < b->nlines; i++)
        element(t, "<li>", b->lines[i], "</li>\n");
    hl_text_puts(t, "</ul>\n</aside>\n");
}

static void write_stats(const doc_block *b, hl_text *t)
{
    hl_text_puts(t, "<dl class=\"stats\">\n");
    for (size_t i = 0; i < b->nstats; i++) {
        element(t, "<div><dt>", b->stats[i].label, "</dt>");
        element(t, "<dd class=\"value\">", b->stats[i].value, "</dd>");
        element(t, "<dd class=\"remark\">", b->stats[i].remark, "</dd></div>\n");
    }
    hl_text_puts(t, "</dl>\n");
}

static void write_cell(const doc_cell *c, const doc_column *col, bool heads_row, hl_text *t)
{
    if (heads_row) {
        element(t, "<th scope=\"row\">", c->text, "</th>");
    } else if (c->shade != SHADE_NONE) {
        hl_text_printf(t, "<td class=\"shade %s\" style=\"--s:%.3f\">",
                       c->shade == SHADE_RIGHT ? "right" : "wrong", c->share);
        hl_html_escape(t, c->text);
        element(t, "<small>", c->small ? c->small : "", "</small></td>");
    } else if (col->kind == COL_CODE) {
        element(t, "<td class=\"code\"><code>", c->text, "</code></td>");
    } else {
        element(t, col->kind == COL_NUMBER ? "<td class=\"num\">" : "<td>", c->text, "</td>");
    }
}

static void write_column(const doc_column *c, bool centred, hl_text *t)
{
    const char *open =
        c->kind == COL_NUMBER ? "<th scope=\"col\" class=\"num\">" : "<th scope=\"col\">";
    element(t, centred ? "<th scope=\"col\" style=\"text-align:center\">" : open, c->name, "</th>");
}

static void write_table(const doc_table *table, hl_text *t)
{
    const size_t width = table->ncolumns, rows = width ? table->ncells / width : 0;
    const bool is_matrix = table->ncells > 1 && table->cells[1].shade != SHADE_NONE;
    hl_text_printf(t, "<div class=\"wide\"><table%s>\n", is_matrix ? " class=\"matrix\"" : "");
    element(t, "<caption>", table->caption, "</caption>\n");
    hl_text_puts(t, "<thead><tr>");
    for (size_t c = 0; c < width; c++)
        write_column(&table->columns[c], is_matrix && c > 0, t);
    hl_text_puts(t, "</tr></thead>\n<tbody>\n");
    for (size_t r = 0; r < rows; r++) {
        if (r == table->summary_from)
            hl_text_puts(t, "</tbody>\n<tbody class=\"sum\">\n");
        hl_text_puts(t, "<tr>");
        for (size_t c = 0; c < width; c++)
            write_cell(&table->cells[r * width + c], &table->columns[c], c == 0, t);
        hl_text_puts(t, "</tr>\n");
    }
    hl_text_puts(t, "</tbody>\n</table></div>\n");
}

static void write_figure(const doc_figure *f, hl_text *t)
{
    hl_text_puts(t, "<figure>\n");
    hl_text_printf(t, "<figcaption id=\"%s-title\">", f->id);
    element(t, "", f->title, "</figcaption>\n");
    hl_text_printf(t,
                   "<div role=\"img\" aria-labelledby=\"%s-title\" aria-describedby=\"%s-text\">",
                   f->id, f->id);
    hl_text_puts(t, f->svg);
    hl_text_printf(t, "</div>\n<p class=\"note\" id=\"%s-text\">", f->id);
    element(t, "", f->alt, "</p>\n</figure>\n");
}

/* Figures that follow each other share one grid. */
static size_t write_figures(const doc *d, size_t i, hl_text *t)
{
    hl_text_puts(t, "<div class=\"figures\">\n");
    for (; i < d->n && d->blocks[i].kind == DOC_FIGURE; i++)
        write_figure(&d->blocks[i].figure, t);
    hl_text_puts(t, "</div>\n");
    return i - 1;
}

static void write_section(const doc_block *b, size_t number, bool *open, hl_text *t)
{
    if (*open)
        hl_text_puts(t, "</section>\n");
    *open = true;
    hl_text_printf(t, "<section aria-labelledby=\"s%zu\">\n<h2 id=\"s%zu\">", number, number);
    element(t, "", b->text, "</h2>\n");
}

static void write_blocks(const doc *d, hl_text *t)
{
    bool open = false;
    for (size_t i = 0; i < d->n; i++) {
        const doc_block *b = &d->blocks[i];
        switch (b->kind) {
        case DOC_SECTION:
            write_section(b, i, &open, t);
            break;
        case DOC_LEAD:
            element(t, "<p class=\"lead\">", b->text, "</p>\n");
            break;
        case DOC_TEXT:
            element(t, "<p>", b->text, "</p>\n");
            break;
        case DOC_NOTE:
            element(t, "<p class=\"note\">", b->text, "</p>\n");
            break;
        case DOC_WARNINGS:
            if (b->nlines)
                write_warnings(b, t);
            break;
        case DOC_STATS:
            write_stats(b, t);
            break;
        case DOC_TABLE:
            write_table(&b->table, t);
            break;
        case DOC_FIGURE:
            i = write_figures(d, i, t);
            break;
        }
    }
    hl_text_puts(t, open ? "</section>\n" : "");
}

void doc_write_html(const doc *d, hl_text *t)
{
    hl_text_puts(t, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    hl_text_puts(t, "<meta name=\"color-scheme\" content=\"light dark\">\n");
    element(t, "<title>", d->title, "</title>\n");
    element(t, "<style>\n", "", doc_style);
    element(t,
            "</style>\n</head>\n<body>\n<main>\n<header>\n"
            "<p class=\"kicker\">hilum \xc2\xb7 evaluation report</p>\n<h1>",
            d->title, "</h1>\n</header>\n");
    write_blocks(d, t);
    hl_text_puts(t, "<footer>Written by report, hilum " HL_VERSION ".</footer>\n"
                    "</main>\n</body>\n</html>\n");
}
