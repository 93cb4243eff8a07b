/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the figures come from: feature space, knobs, provenance, software. */
#include "../read/provenance_entry.h"
#include "sections.h"

#include <inttypes.h>

static void add_space_row(doc_table *t, const char *name, const char *value)
{
    if (!*value)
        return;
    doc_add_cell(t, "%s", name);
    doc_add_cell(t, "%s", value);
}

void add_space(doc *d, const report_metrics *r)
{
    const hl_space *s = &r->space;
    doc_say(d, DOC_SECTION, "Feature space");
    doc_table *t =
        doc_add_table(d, "What a feature vector means: a head is only valid in the space "
                         "that it was trained in.");
    doc_add_column(t, "Property", COL_TEXT);
    doc_add_column(t, "Value", COL_CODE);
    add_space_row(t, "Backbone", s->backbone);
    add_space_row(t, "Flavour", s->flavour);
    add_space_row(t, "Weights", s->weights);
    doc_add_cell(t, "Input, height \xc3\x97 width");
    doc_add_cell(t, "%" PRId64 " \xc3\x97 %" PRId64 " pixels", s->height, s->width);
    add_space_row(t, "Resampling", s->filter);
    add_space_row(t, "Fit", s->fit);
    add_space_row(t, "Normalisation", s->normalize);
    add_space_row(t, "Cut at layer", s->cut);
    add_space_row(t, "Pooling", s->pool);
}

/* "role sha256:0123456789ab": enough digits to tell files apart; all are in the metrics file. */
static void list_inputs(const json_t *inputs, hl_text *t)
{
    hl_text_puts(t, "");
    for (void *i = json_object_iter((json_t *)(uintptr_t)inputs); i;
         i = json_object_iter_next((json_t *)(uintptr_t)inputs, i)) {
        const char *digest = json_string_value(json_object_iter_value(i));
        hl_text_printf(t, "%s%s %.19s", t->len ? ", " : "", json_object_iter_key(i),
                       digest ? digest : "?");
    }
}

void add_knobs(doc *d, const report_pairs *knobs)
{
    doc_say(d, DOC_SECTION, "Knobs");
    doc_say(d, DOC_FOLD, "All %zu knobs of the run", knobs->n);
    doc_table *t = doc_add_table(d, "What the run was made with; `make help` says what each is.");
    doc_add_column(t, "Knob", COL_TEXT);
    doc_add_column(t, "Value", COL_CODE);
    for (size_t i = 0; i < knobs->n; i++) {
        doc_add_cell(t, "%s", knobs->list[i].name);
        doc_add_cell(t, "%s", *knobs->list[i].value ? knobs->list[i].value : "\xe2\x80\x93");
    }
}

/* The libraries of a step, as far as it told them. */
static void list_libraries(const report_pairs *tool, hl_text *t)
{
    for (size_t i = 0; i < tool->n; i++)
        hl_text_printf(t, "%s%s %s", i ? ", " : "", tool->list[i].name, tool->list[i].value);
    if (tool->n == 0)
        hl_text_puts(t, "\xe2\x80\x93");
}

void add_software(doc *d, const report_software *s)
{
    doc_say(d, DOC_SECTION, "Software");
    doc_table *t = doc_add_table(d, "What each step said of itself when it ran, and the libraries "
                                    "that its result depends on.");
    doc_add_column(t, "Step", COL_TEXT);
    doc_add_column(t, "Libraries", COL_TEXT);
    for (size_t i = 0; i < s->n; i++) {
        hl_text libraries = {0};
        list_libraries(&s->tools[i], &libraries);
        doc_add_cell(t, "%s", s->tools[i].title);
        doc_add_cell(t, "%s", libraries.data);
        hl_text_free(&libraries);
    }
}

void add_provenance(doc *d, const report_metrics *r)
{
    doc_say(d, DOC_SECTION, "Provenance");
    doc_say(d, DOC_FOLD, "The %zu steps from the images to these figures",
            json_array_size(r->chain));
    doc_table *t = doc_add_table(d, "Every program that took part, in order, with the options that "
                                    "decide its result and the digests of its inputs.");
    doc_add_column(t, "Tool", COL_TEXT);
    doc_add_column(t, "Version", COL_TEXT);
    doc_add_column(t, "Options", COL_CODE);
    doc_add_column(t, "Inputs", COL_CODE);
    for (size_t i = 0; i < json_array_size(r->chain); i++) {
        const json_t *entry = json_array_get(r->chain, i);
        hl_text inputs = {0};
        list_inputs(json_object_get(entry, "inputs"), &inputs);
        doc_add_cell(t, "%s", chain_text(entry, "tool"));
        doc_add_cell(t, "%s", chain_text(entry, "version"));
        doc_add_cell(t, "%s", chain_text(entry, "options"));
        doc_add_cell(t, "%s", inputs.data);
        hl_text_free(&inputs);
    }
}

void add_disclaimer(doc *d)
{
    doc_say(d, DOC_SECTION, "Not a medical device");
    doc_say(d, DOC_TEXT,
            "These figures describe research software on one collection of images. They are not "
            "evidence of clinical use. Do not diagnose or treat anyone by them.");
}
