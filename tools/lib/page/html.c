/* SPDX-License-Identifier: BSD-2-Clause */
/* A document as a self-contained HTML page: no scripts, no external files or addresses. */
#include "base/version.h"
#include "page/escape.h"
#include "page/html_parts.h"

void page_html_element(hl_strbuf *t, const char *open, const char *text, const char *close)
{
    hl_strbuf_puts(t, open);
    page_escape_html(t, text);
    hl_strbuf_puts(t, close);
}

static void write_warnings(const page_block *b, hl_strbuf *t)
{
    const bool alarm = b->warnings[0].alarm; /* alarms come first */
    hl_strbuf_printf(t, "<aside class=\"%s\" aria-labelledby=\"warnings\">\n",
                     alarm ? "warnings alarm" : "warnings");
    hl_strbuf_puts(t, "<h2 id=\"warnings\">Read this first</h2>\n<ul>\n");
    for (size_t i = 0; i < b->nwarnings; i++)
        page_html_element(t, b->warnings[i].alarm ? "<li><strong>" : "<li>", b->warnings[i].text,
                          b->warnings[i].alarm ? "</strong></li>\n" : "</li>\n");
    hl_strbuf_puts(t, "</ul>\n</aside>\n");
}

static void write_stats(const page_block *b, hl_strbuf *t)
{
    hl_strbuf_puts(t, "<dl class=\"stats\">\n");
    for (size_t i = 0; i < b->nstats; i++) {
        page_html_element(t, "<div><dt>", b->stats[i].label, "</dt>");
        page_html_element(t, "<dd class=\"value\">", b->stats[i].value, "</dd>");
        page_html_element(t, "<dd class=\"remark\">", b->stats[i].remark, "</dd></div>\n");
    }
    hl_strbuf_puts(t, "</dl>\n");
}

static void write_contents(const page_doc *d, hl_strbuf *t)
{
    size_t number = 0;
    hl_strbuf_puts(t, "<nav class=\"contents\" aria-labelledby=\"contents\">\n"
                      "<p id=\"contents\">Contents</p>\n<ol>\n");
    for (size_t i = 0; i < d->n; i++) {
        if (d->blocks[i].kind != PAGE_SECTION)
            continue;
        hl_strbuf_printf(t, "<li><a href=\"#s%zu\">", ++number);
        page_html_element(t, "", d->blocks[i].text, "</a></li>\n");
    }
    hl_strbuf_puts(t, "</ol>\n</nav>\n");
}

static void write_figure(const page_figure *f, hl_strbuf *t)
{
    hl_strbuf_printf(t, "<figure>\n<figcaption id=\"%s-title\">", f->id);
    page_html_element(t, "", f->title, "</figcaption>\n");
    hl_strbuf_printf(t,
                     "<div role=\"img\" aria-labelledby=\"%s-title\" aria-describedby=\"%s-text\">",
                     f->id, f->id);
    hl_strbuf_puts(t, f->svg);
    hl_strbuf_printf(t, "</div>\n<p class=\"note\" id=\"%s-text\">", f->id);
    page_html_element(t, "", f->alt, "</p>\n</figure>\n");
}

/* Puts consecutive figures into one grid. Returns the index of the last one. */
static size_t write_figures(const page_doc *d, size_t i, hl_strbuf *t)
{
    hl_strbuf_puts(t, "<div class=\"figures\">\n");
    for (; i < d->n && d->blocks[i].kind == PAGE_FIGURE; i++)
        write_figure(&d->blocks[i].figure, t);
    hl_strbuf_puts(t, "</div>\n");
    return i - 1;
}

static void write_gallery(const page_block *b, size_t number, hl_strbuf *t)
{
    hl_strbuf_printf(t, "<p class=\"caption\" id=\"g%zu\">", number);
    page_html_element(t, "", b->text, "</p>\n");
    hl_strbuf_printf(t, "<ul class=\"gallery\" aria-labelledby=\"g%zu\">\n", number);
    for (size_t i = 0; i < b->npictures; i++) {
        hl_strbuf_puts(t, "<li><figure>");
        page_html_picture(&b->pictures[i], t);
        page_html_element(t, "<figcaption>", b->pictures[i].caption,
                          "</figcaption></figure></li>\n");
    }
    hl_strbuf_puts(t, "</ul>\n");
}

/* Elements that are open around the current block, and counters for ids. */
typedef struct nesting {
    bool section, fold;
    size_t nsections, ntables;
} nesting;

static void close_fold(nesting *in, hl_strbuf *t)
{
    hl_strbuf_puts(t, in->fold ? "</details>\n" : "");
    in->fold = false;
}

static void close_section(nesting *in, hl_strbuf *t)
{
    close_fold(in, t);
    hl_strbuf_puts(t, in->section ? "</section>\n" : "");
    in->section = false;
}

static void open_section(const page_block *b, nesting *in, hl_strbuf *t)
{
    close_section(in, t);
    in->section = true;
    in->nsections++;
    hl_strbuf_printf(t, "<section aria-labelledby=\"s%zu\">\n<h2 id=\"s%zu\">", in->nsections,
                     in->nsections);
    page_html_element(t, "", b->text, "</h2>\n");
}

static void open_fold(const page_block *b, nesting *in, hl_strbuf *t)
{
    close_fold(in, t);
    in->fold = true;
    page_html_element(t, "<details>\n<summary>", b->text, "</summary>\n");
}

/* Writes block i, and blocks after it that share its element. Returns the index of the last one. */
static size_t write_block(const page_doc *d, size_t i, nesting *in, hl_strbuf *t)
{
    const page_block *b = &d->blocks[i];
    switch (b->kind) {
    case PAGE_SECTION:
        open_section(b, in, t);
        return i;
    case PAGE_PART:
        close_fold(in, t);
        page_html_element(t, "<h3>", b->text, "</h3>\n");
        return i;
    case PAGE_FOLD:
        open_fold(b, in, t);
        return i;
    case PAGE_LEAD:
        page_html_element(t, "<p class=\"lead\">", b->text, "</p>\n");
        return i;
    case PAGE_TEXT:
        page_html_element(t, "<p>", b->text, "</p>\n");
        return i;
    case PAGE_NOTE:
        page_html_element(t, "<p class=\"note\">", b->text, "</p>\n");
        return i;
    case PAGE_WARNINGS:
        if (b->nwarnings)
            write_warnings(b, t);
        return i;
    case PAGE_STATS:
        write_stats(b, t);
        return i;
    case PAGE_CONTENTS:
        write_contents(d, t);
        return i;
    case PAGE_TABLE:
        page_html_table(&b->table, ++in->ntables, t);
        return i;
    case PAGE_FIGURE:
        return write_figures(d, i, t);
    case PAGE_GALLERY:
        write_gallery(b, i, t);
        return i;
    }
    return i;
}

/* The content security policy forbids loading anything, as a second line of defence. */
static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<meta name=\"generator\" content=\"hilum " HL_VERSION "\">\n";

void page_write_html(const page_doc *d, hl_strbuf *t)
{
    nesting in = {0};
    hl_strbuf_puts(t, head);
    page_html_element(t, "<title>", d->title, "</title>\n<style>\n");
    hl_strbuf_puts(t, page_style);
    page_html_element(t, "</style>\n</head>\n<body>\n<header>\n<p class=\"kicker\">", d->kicker,
                      "</p>\n");
    page_html_element(t, "<h1>", d->title, "</h1>\n</header>\n<main>\n");
    for (size_t i = 0; i < d->n; i++)
        i = write_block(d, i, &in, t);
    close_section(&in, t);
    page_html_element(t, "</main>\n<footer>", d->foot, "</footer>\n</body>\n</html>\n");
}
