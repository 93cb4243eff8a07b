/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A document as JSON: {"title", "blocks": [...]}. Bytes of file names and labels that are not valid
 * UTF-8 become U+FFFD, as in HTML and Markdown.
 */
#include "page/doc.h"
#include "page/escape.h"

static json_t *string(const char *text)
{
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "");
    page_clean_utf8(&t, text);
    json_t *s = json_string(t.data);
    hl_strbuf_free(&t);
    return s;
}

static void set(json_t *o, const char *key, const char *text)
{
    json_object_set_new(o, key, string(text));
}

static json_t *warnings(const page_block *b)
{
    json_t *list = json_array();
    for (size_t i = 0; i < b->nwarnings; i++) {
        json_t *o = json_object();
        set(o, "level", b->warnings[i].alarm ? "alarm" : "caution");
        set(o, "text", b->warnings[i].text);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *stats(const page_block *b)
{
    json_t *list = json_array();
    for (size_t i = 0; i < b->nstats; i++) {
        json_t *o = json_object();
        set(o, "label", b->stats[i].label);
        set(o, "value", b->stats[i].value);
        set(o, "remark", b->stats[i].remark);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *cell(const page_cell *c)
{
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, c->text);
    if (c->small)
        hl_strbuf_printf(&t, " (%s)", c->small);
    if (c->picture)
        hl_strbuf_puts(&t, c->picture->alt);
    json_t *s = string(t.data);
    hl_strbuf_free(&t);
    return s;
}

static void add_table(json_t *o, const page_table *table)
{
    json_t *columns = json_array(), *rows = json_array(), *row = NULL;
    for (size_t c = 0; c < table->ncolumns; c++)
        json_array_append_new(columns, string(table->columns[c].name));
    for (size_t i = 0; i < table->ncells; i++) {
        if (i % table->ncolumns == 0)
            json_array_append_new(rows, row = json_array());
        json_array_append_new(row, cell(&table->cells[i]));
    }
    set(o, "caption", table->caption);
    json_object_set_new(o, "columns", columns);
    json_object_set_new(o, "rows", rows);
}

static void add_figure(json_t *o, const page_figure *f)
{
    set(o, "id", f->id);
    set(o, "title", f->title);
    set(o, "text", f->alt);
    if (f->data)
        json_object_set(o, "data", f->data);
}

static void add_gallery(json_t *o, const page_block *b)
{
    json_t *list = json_array();
    for (size_t i = 0; i < b->npictures; i++) {
        json_t *p = json_object();
        set(p, "caption", b->pictures[i].caption);
        set(p, "text", b->pictures[i].alt);
        json_array_append_new(list, p);
    }
    set(o, "caption", b->text);
    json_object_set_new(o, "pictures", list);
}

static const char *kind_name(page_block_kind kind)
{
    static const char *const names[] = {
        [PAGE_SECTION] = "section",   [PAGE_PART] = "part",     [PAGE_FOLD] = "fold",
        [PAGE_LEAD] = "lead",         [PAGE_TEXT] = "text",     [PAGE_NOTE] = "note",
        [PAGE_WARNINGS] = "warnings", [PAGE_STATS] = "stats",   [PAGE_CONTENTS] = "contents",
        [PAGE_TABLE] = "table",       [PAGE_FIGURE] = "figure", [PAGE_GALLERY] = "gallery",
    };
    return names[kind];
}

static json_t *block(const page_block *b)
{
    json_t *o = json_object();
    set(o, "kind", kind_name(b->kind));
    if (b->kind == PAGE_WARNINGS)
        json_object_set_new(o, "lines", warnings(b));
    else if (b->kind == PAGE_STATS)
        json_object_set_new(o, "metrics", stats(b));
    else if (b->kind == PAGE_TABLE)
        add_table(o, &b->table);
    else if (b->kind == PAGE_FIGURE)
        add_figure(o, &b->figure);
    else if (b->kind == PAGE_GALLERY)
        add_gallery(o, b);
    else
        set(o, "text", b->text);
    return o;
}

json_t *page_to_json(const page_doc *d)
{
    json_t *o = json_object(), *blocks = json_array();
    set(o, "title", d->title);
    for (size_t i = 0; i < d->n; i++)
        if (d->blocks[i].kind != PAGE_CONTENTS)
            json_array_append_new(blocks, block(&d->blocks[i]));
    json_object_set_new(o, "blocks", blocks);
    return o;
}
