/* SPDX-License-Identifier: BSD-2-Clause */
/* A document as one self-contained HTML page: no script, no file or address outside it. */
#include "base/version.h"
#include "page/escape.h"
#include "page/html_parts.h"

void page_element(hl_text *t, const char *open, const char *text, const char *close)
{
    hl_text_puts(t, open);
    hl_html_escape(t, text);
    hl_text_puts(t, close);
}

static void write_warnings(const doc_block *b, hl_text *t)
{
    const bool alarm = b->warnings[0].alarm; /* alarms come first */
    hl_text_printf(t, "<aside class=\"%s\" aria-labelledby=\"warnings\">\n",
                   alarm ? "warnings alarm" : "warnings");
    hl_text_puts(t, "<h2 id=\"warnings\">Read this first</h2>\n<ul>\n");
    for (size_t i = 0; i < b->nwarnings; i++)
        page_element(t, b->warnings[i].alarm ? "<li><strong>" : "<li>", b->warnings[i].text,
                     b->warnings[i].alarm ? "</strong></li>\n" : "</li>\n");
    hl_text_puts(t, "</ul>\n</aside>\n");
}

static void write_stats(const doc_block *b, hl_text *t)
{
    hl_text_puts(t, "<dl class=\"stats\">\n");
    for (size_t i = 0; i < b->nstats; i++) {
        page_element(t, "<div><dt>", b->stats[i].label, "</dt>");
        page_element(t, "<dd class=\"value\">", b->stats[i].value, "</dd>");
        page_element(t, "<dd class=\"remark\">", b->stats[i].remark, "</dd></div>\n");
    }
    hl_text_puts(t, "</dl>\n");
}

static void write_contents(const doc *d, hl_text *t)
{
    size_t number = 0;
    hl_text_puts(t, "<nav class=\"contents\" aria-labelledby=\"contents\">\n"
                    "<p id=\"contents\">Contents</p>\n<ol>\n");
    for (size_t i = 0; i < d->n; i++) {
        if (d->blocks[i].kind != DOC_SECTION)
            continue;
        hl_text_printf(t, "<li><a href=\"#s%zu\">", ++number);
        page_element(t, "", d->blocks[i].text, "</a></li>\n");
    }
    hl_text_puts(t, "</ol>\n</nav>\n");
}

static void write_figure(const doc_figure *f, hl_text *t)
{
    hl_text_printf(t, "<figure>\n<figcaption id=\"%s-title\">", f->id);
    page_element(t, "", f->title, "</figcaption>\n");
    hl_text_printf(t,
                   "<div role=\"img\" aria-labelledby=\"%s-title\" aria-describedby=\"%s-text\">",
                   f->id, f->id);
    hl_text_puts(t, f->svg);
    hl_text_printf(t, "</div>\n<p class=\"note\" id=\"%s-text\">", f->id);
    page_element(t, "", f->alt, "</p>\n</figure>\n");
}

/* Figures that follow each other share one grid. Returns the last one's index. */
static size_t write_figures(const doc *d, size_t i, hl_text *t)
{
    hl_text_puts(t, "<div class=\"figures\">\n");
    for (; i < d->n && d->blocks[i].kind == DOC_FIGURE; i++)
        write_figure(&d->blocks[i].figure, t);
    hl_text_puts(t, "</div>\n");
    return i - 1;
}

static void write_gallery(const doc_block *b, size_t number, hl_text *t)
{
    hl_text_printf(t, "<p class=\"caption\" id=\"g%zu\">", number);
    page_element(t, "", b->text, "</p>\n");
    hl_text_printf(t, "<ul class=\"gallery\" aria-labelledby=\"g%zu\">\n", number);
    for (size_t i = 0; i < b->npictures; i++) {
        hl_text_puts(t, "<li><figure>");
        page_picture(&b->pictures[i], t);
        page_element(t, "<figcaption>", b->pictures[i].caption, "</figcaption></figure></li>\n");
    }
    hl_text_puts(t, "</ul>\n");
}

/* What is open around the current block. */
typedef struct nesting {
    bool section, fold;
    size_t nsections, ntables;
} nesting;

static void close_fold(nesting *in, hl_text *t)
{
    hl_text_puts(t, in->fold ? "</details>\n" : "");
    in->fold = false;
}

static void close_section(nesting *in, hl_text *t)
{
    close_fold(in, t);
    hl_text_puts(t, in->section ? "</section>\n" : "");
    in->section = false;
}

static void open_section(const doc_block *b, nesting *in, hl_text *t)
{
    close_section(in, t);
    in->section = true;
    in->nsections++;
    hl_text_printf(t, "<section aria-labelledby=\"s%zu\">\n<h2 id=\"s%zu\">", in->nsections,
                   in->nsections);
    page_element(t, "", b->text, "</h2>\n");
}

static void open_fold(const doc_block *b, nesting *in, hl_text *t)
{
    close_fold(in, t);
    in->fold = true;
    page_element(t, "<details>\n<summary>", b->text, "</summary>\n");
}

/* Returns the index of the last block that was written. */
static size_t write_block(const doc *d, size_t i, nesting *in, hl_text *t)
{
    const doc_block *b = &d->blocks[i];
    switch (b->kind) {
    case DOC_SECTION:
        open_section(b, in, t);
        return i;
    case DOC_PART:
        close_fold(in, t);
        page_element(t, "<h3>", b->text, "</h3>\n");
        return i;
    case DOC_FOLD:
        open_fold(b, in, t);
        return i;
    case DOC_LEAD:
        page_element(t, "<p class=\"lead\">", b->text, "</p>\n");
        return i;
    case DOC_TEXT:
        page_element(t, "<p>", b->text, "</p>\n");
        return i;
    case DOC_NOTE:
        page_element(t, "<p class=\"note\">", b->text, "</p>\n");
        return i;
    case DOC_WARNINGS:
        if (b->nwarnings)
            write_warnings(b, t);
        return i;
    case DOC_STATS:
        write_stats(b, t);
        return i;
    case DOC_CONTENTS:
        write_contents(d, t);
        return i;
    case DOC_TABLE:
        page_table(&b->table, ++in->ntables, t);
        return i;
    case DOC_FIGURE:
        return write_figures(d, i, t);
    case DOC_GALLERY:
        write_gallery(b, i, t);
        return i;
    }
    return i;
}

/* The policy lets the page load nothing at all, so what is in it cannot either. */
static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<meta name=\"generator\" content=\"hilum " HL_VERSION "\">\n";

void doc_write_html(const doc *d, hl_text *t)
{
    nesting in = {0};
    hl_text_puts(t, head);
    page_element(t, "<title>", d->title, "</title>\n<style>\n");
    hl_text_puts(t, doc_style);
    page_element(t, "</style>\n</head>\n<body>\n<header>\n<p class=\"kicker\">", d->kicker,
                 "</p>\n");
    page_element(t, "<h1>", d->title, "</h1>\n</header>\n<main>\n");
    for (size_t i = 0; i < d->n; i++)
        i = write_block(d, i, &in, t);
    close_section(&in, t);
    page_element(t, "</main>\n<footer>", d->foot, "</footer>\n</body>\n</html>\n");
}
