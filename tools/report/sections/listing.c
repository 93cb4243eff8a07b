/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules by which split listed the images, and what each of them left out: from the provenance
 * of the manifest and its line #listing. */
#include "../read/provenance_entry.h"
#include "base/mem.h"
#include "left_out.h"
#include "sections.h"

#include <stdlib.h>
#include <string.h>

typedef struct rules {
    page_table *table;
    const json_t *split; /* entry of the provenance */
    const json_t *listing;
} rules;

typedef struct meaning {
    const char *word, *text;
} meaning;

static long long number(const rules *r, const char *key)
{
    return (long long)json_integer_value(json_object_get(r->listing, key));
}

/* key: of the number in the listing; NULL for a rule that leaves out nothing. */
static void add_row(const rules *r, const char *rule, const char *setting, const char *key)
{
    page_add_cell(r->table, "%s", rule);
    page_add_cell(r->table, "%s", setting);
    if (key)
        page_add_cell(r->table, "%lld", number(r, key));
    else
        page_add_cell(r->table, "\xe2\x80\x93");
}

/* The value of a text option; nothing if it was not given. */
static void add_text(const rules *r, const char *rule, const char *option, const char *key)
{
    hl_strbuf value = {0};
    if (report_provenance_option(r->split, option, &value) && value.len)
        add_row(r, rule, value.data, key);
    hl_strbuf_free(&value);
}

/* What an option says of cells: of those that count as negative or positive with their number,
 * which is known if the run is not older. */
static void add_cells(const rules *r, const char *rule, const meaning *m, const char *key,
                      const char *kept)
{
    const json_t *n = json_object_get(r->listing, kept);
    hl_strbuf text = {0};
    hl_strbuf_puts(&text, m->text);
    if (n)
        hl_strbuf_printf(&text, ", %lld rows", (long long)json_integer_value(n));
    add_row(r, rule, text.data, key);
    hl_strbuf_free(&text);
}

/* The meaning of the word of an option. */
static void add_word(const rules *r, const char *rule, const char *option, const meaning *words,
                     size_t n, const char *key, const char *kept)
{
    hl_strbuf value = {0};
    const bool given = report_provenance_option(r->split, option, &value) && value.len;
    for (size_t i = 0; given && i < n; i++)
        if (strcmp(value.data, words[i].word) == 0)
            add_cells(r, rule, &words[i], key, kept);
    hl_strbuf_free(&value);
}

static void add_positive(const rules *r, bool findings)
{
    hl_strbuf value = {0}, text = {0};
    if (findings) {
        add_row(r, "Positive cells", "1, in a column of 1 and 0", NULL);
    } else if (report_provenance_option(r->split, "--positive", &value) && value.len) {
        if (report_provenance_has(r->split, "--classes"))
            hl_strbuf_printf(&text, "those of the class %s", value.data);
        else
            hl_strbuf_printf(&text, "those with the label %s, alone or among others", value.data);
        add_row(r, "Positive cells", text.data, NULL);
    }
    hl_strbuf_free(&value);
    hl_strbuf_free(&text);
}

static void add_several(const rules *r)
{
    add_row(r, "Several labels in a cell",
            report_provenance_has(r->split, "--classes")
                ? "those in a class count, and are of one class"
            : report_provenance_has(r->split, "--positive") ? "positive if one of them is"
                                                            : "an error; there were none",
            NULL);
}

static void add_cell_rules(const rules *r)
{
    static const meaning cells[] = {{"stop", "an error; there were none"},
                                    {"zero", "negative"},
                                    {"one", "positive"},
                                    {"drop", "left out"}},
                         rows[] = {{"stop", "folded; different labels are an error"},
                                   {"any", "positive if any of them is"},
                                   {"majority", "the label of most of them"}},
                         missing[] = {{"stop", "an error; there were none"}, {"skip", "left out"}};
    const char *kind = json_string_value(json_object_get(r->listing, "cells"));
    const bool findings = kind && strcmp(kind, "findings") == 0;
    add_positive(r, findings);
    if (findings)
        add_word(r, "Uncertain cells (-1)", "--uncertain", cells, 4, "uncertain", "uncertain_kept");
    else
        add_several(r);
    add_word(r, "Blank cells", "--blank", cells, 4, "blank", "blank_kept");
    add_text(r, "Classes and their labels", "--classes", "classes");
    add_word(r, "Rows whose image is not there", "--missing", missing, 2, "missing", NULL);
    add_word(r, "Several rows of an image", "--rows", rows, 3, "repeated", NULL);
}

/* One class of [class, missing rows, rows]. */
static report_left_out left_out_of(const json_t *one)
{
    const char *cls = json_string_value(json_array_get(one, 0));
    return (report_left_out){cls ? cls : "?", (size_t)json_integer_value(json_array_get(one, 1)),
                             (size_t)json_integer_value(json_array_get(one, 2))};
}

static void add_missing(page_doc *d, const json_t *listing)
{
    const json_t *of = json_object_get(listing, "missing_of");
    if (!json_is_array(of))
        return;
    page_table *t = page_add_table(d, "Rows whose image is not there / rows, by class.");
    page_add_column(t, "Class", PAGE_COL_TEXT);
    page_add_column(t, "Left out", PAGE_COL_NUMBER);
    for (size_t i = 0; i < json_array_size(of); i++) {
        const report_left_out one = left_out_of(json_array_get(of, i));
        page_add_cell(t, "%s", one.cls);
        page_add_cell(t, "%zu / %zu", one.out, one.all);
    }
}

static void add_rules(page_doc *d, const json_t *split, const json_t *listing)
{
    const char *source = json_string_value(json_object_get(listing, "source"));
    const bool table = source && strcmp(source, "table") == 0;
    page_add_text(d, PAGE_SECTION, "Labels");
    page_add_text(d, PAGE_TEXT,
                  table ? "Images and labels are from a table of %lld rows."
                        : "Images and labels are from folders, with %lld images.",
                  (long long)json_integer_value(json_object_get(listing, "listed")));
    const rules r = {page_add_table(d, "Rules, and what they left out."), split, listing};
    page_add_column(r.table, "Rule", PAGE_COL_TEXT);
    page_add_column(r.table, "Setting", PAGE_COL_TEXT);
    page_add_column(r.table, table ? "Rows left out" : "Images left out", PAGE_COL_NUMBER);
    add_text(&r, "Columns", "--columns", NULL);
    add_text(&r, "Chosen rows", "--select", "select");
    add_text(&r, "Labels in paths", "--label-regex", NULL);
    add_text(&r, "Excluded files", "--exclude", "exclude");
    if (table)
        add_cell_rules(&r);
    else
        add_text(&r, "Classes and their labels", "--classes", "classes");
    add_missing(d, listing);
}

void report_add_listing(page_doc *d, const hl_manifest *m)
{
    json_t *provenance = json_loads(m->provenance, 0, NULL);
    json_t *listing = m->listing ? json_loads(m->listing, 0, NULL) : NULL;
    const json_t *split = report_provenance_find(provenance, "split");
    if (split && listing)
        add_rules(d, split, listing);
    json_decref(provenance);
    json_decref(listing);
}

void report_warn_of_listing(page_block *b, const hl_manifest *m)
{
    json_t *listing = m->listing ? json_loads(m->listing, 0, NULL) : NULL;
    const json_t *of = json_object_get(listing, "missing_of");
    const size_t n = json_array_size(of);
    report_left_out *classes = hl_malloc(n, sizeof *classes);
    for (size_t i = 0; i < n; i++)
        classes[i] = left_out_of(json_array_get(of, i));
    report_warn_of_unequal(b, "rows", classes, n);
    free(classes);
    json_decref(listing);
}
