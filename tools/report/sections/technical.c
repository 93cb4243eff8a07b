/* SPDX-License-Identifier: BSD-2-Clause */
/* How the results were obtained: feature space, knobs, provenance, software. */
#include "../read/provenance_entry.h"
#include "sections.h"

#include <inttypes.h>

static void add_row(page_table *t, const char *name, const char *value)
{
    if (!*value)
        return;
    page_add_cell(t, "%s", name);
    page_add_cell(t, "%s", value);
}

void report_add_feature_space(page_doc *d, const report_metrics *r)
{
    const hl_feature_space *s = &r->feature_space;
    page_add_text(d, PAGE_SECTION, "Feature space");
    page_table *t =
        page_add_table(d, "Everything that determines what a feature vector means. A head is valid "
                          "only in the feature space in which it was trained.");
    page_add_column(t, "Property", PAGE_COL_TEXT);
    page_add_column(t, "Value", PAGE_COL_CODE);
    add_row(t, "Backbone", s->backbone);
    add_row(t, "Framework variant", s->framework);
    add_row(t, "Weights", s->weights);
    page_add_cell(t, "Input, height \xc3\x97 width");
    page_add_cell(t, "%" PRId64 " \xc3\x97 %" PRId64 " pixels", s->height, s->width);
    add_row(t, "Resampling", s->filter);
    add_row(t, "Fit", s->fit);
    add_row(t, "Depth of 16-bit images", s->depth);
    add_row(t, "Normalisation", s->normalize);
    add_row(t, "Feature layer", s->feature_layer);
    add_row(t, "Pooling", s->pool);
}

/* "ROLE sha256:0123456789ab": enough digits to tell files apart; the metrics file has them all. */
static void list_inputs(const json_t *inputs, hl_strbuf *t)
{
    hl_strbuf_puts(t, "");
    for (void *i = json_object_iter((json_t *)(uintptr_t)inputs); i;
         i = json_object_iter_next((json_t *)(uintptr_t)inputs, i)) {
        const char *digest = json_string_value(json_object_iter_value(i));
        hl_strbuf_printf(t, "%s%s %.19s", t->len ? ", " : "", json_object_iter_key(i),
                         digest ? digest : "?");
    }
}

void report_add_knobs(page_doc *d, const report_pairs *knobs)
{
    page_add_text(d, PAGE_SECTION, "Knobs");
    page_add_text(d, PAGE_FOLD, "All %zu knobs of the run", knobs->n);
    page_table *t =
        page_add_table(d, "The settings of the run; `make help` explains each of them.");
    page_add_column(t, "Knob", PAGE_COL_TEXT);
    page_add_column(t, "Value", PAGE_COL_CODE);
    for (size_t i = 0; i < knobs->n; i++) {
        page_add_cell(t, "%s", knobs->list[i].name);
        page_add_cell(t, "%s", *knobs->list[i].value ? knobs->list[i].value : "\xe2\x80\x93");
    }
}

/* Names and versions of the libraries of a step; a dash if the tool reported none. */
static void list_libraries(const report_pairs *tool, hl_strbuf *t)
{
    for (size_t i = 0; i < tool->n; i++)
        hl_strbuf_printf(t, "%s%s %s", i ? ", " : "", tool->list[i].name, tool->list[i].value);
    if (tool->n == 0)
        hl_strbuf_puts(t, "\xe2\x80\x93");
}

void report_add_software(page_doc *d, const report_software *s)
{
    page_add_text(d, PAGE_SECTION, "Software");
    page_table *t =
        page_add_table(d, "The version of each step when it ran, and of the libraries on which its "
                          "result depends.");
    page_add_column(t, "Step", PAGE_COL_TEXT);
    page_add_column(t, "Libraries", PAGE_COL_TEXT);
    for (size_t i = 0; i < s->n; i++) {
        hl_strbuf libraries = {0};
        list_libraries(&s->tools[i], &libraries);
        page_add_cell(t, "%s", s->tools[i].title);
        page_add_cell(t, "%s", libraries.data);
        hl_strbuf_free(&libraries);
    }
}

void report_add_provenance(page_doc *d, const report_metrics *r)
{
    page_add_text(d, PAGE_SECTION, "Provenance");
    page_add_text(d, PAGE_FOLD, "The %zu steps from the images to these metrics",
                  json_array_size(r->provenance));
    page_table *t =
        page_add_table(d, "The programs in the order in which they ran, with the options that "
                          "affect their results and the digests of their inputs.");
    page_add_column(t, "Tool", PAGE_COL_TEXT);
    page_add_column(t, "Version", PAGE_COL_TEXT);
    page_add_column(t, "Options", PAGE_COL_CODE);
    page_add_column(t, "Inputs", PAGE_COL_CODE);
    for (size_t i = 0; i < json_array_size(r->provenance); i++) {
        const json_t *entry = json_array_get(r->provenance, i);
        hl_strbuf inputs = {0};
        list_inputs(json_object_get(entry, "inputs"), &inputs);
        page_add_cell(t, "%s", report_provenance_text(entry, "tool"));
        page_add_cell(t, "%s", report_provenance_text(entry, "version"));
        page_add_cell(t, "%s", report_provenance_text(entry, "options"));
        page_add_cell(t, "%s", inputs.data);
        hl_strbuf_free(&inputs);
    }
}

void report_add_disclaimer(page_doc *d)
{
    page_add_text(d, PAGE_SECTION, "Not a medical device");
    page_add_text(
        d, PAGE_TEXT,
        "These results describe research software on one collection of images. They are not "
        "evidence of clinical benefit. Do not use them to diagnose or treat patients.");
}
