/* SPDX-License-Identifier: BSD-2-Clause */
/* Several models beside each other and beside the paper's Table 1. */
#include "paper.h"
#include "sections.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* The program that made the split, if the provenance names it. */
static const json_t *split_of(const report_metrics *r)
{
    for (size_t i = 0; i < json_array_size(r->chain); i++) {
        const json_t *entry = json_array_get(r->chain, i);
        const char *tool = json_string_value(json_object_get(entry, "tool"));
        if (tool && strcmp(tool, "split") == 0)
            return entry;
    }
    return NULL;
}

static bool same_images(const report_metrics *a, const report_metrics *b)
{
    const json_t *x = split_of(a), *y = split_of(b);
    const bool same_split = x && y ? json_equal(x, y) : x == y;
    return same_split && a->m.n == b->m.n && strcmp(a->subset, b->subset) == 0;
}

static bool says(const doc_block *b, const char *text)
{
    for (size_t i = 0; i < b->nwarnings; i++)
        if (strcmp(b->warnings[i].text, text) == 0)
            return true;
    return false;
}

/* A warning once, with the names of all models that it is true of; doc_warn drops repetitions. */
static void warn_for_models(doc_block *b, const doc *each, const report_metrics *r, size_t n,
                            const doc_warning *w)
{
    hl_text names = {0};
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (says(&each->blocks[i], w->text))
            hl_text_printf(&names, "%s%s", count++ ? ", " : "", paper_model_name(&r[i]));
    const char *of = count == n && n > 1 ? "All models" : names.data;
    if (w->alarm)
        doc_alarm(b, "%s: %s", of, w->text);
    else
        doc_warn(b, "%s: %s", of, w->text);
    hl_text_free(&names);
}

static void add_all_warnings(doc *d, const report_metrics *r, size_t n)
{
    doc_block *b = doc_warnings(d);
    for (size_t i = 1; i < n; i++)
        if (!same_images(&r[0], &r[i]))
            doc_warn(b, "%s and %s were not measured on the same images.", paper_model_name(&r[0]),
                     paper_model_name(&r[i]));
    doc each = {0}; /* a block of warnings for each model */
    for (size_t i = 0; i < n; i++)
        warn_of_metrics(doc_warnings(&each), &r[i]);
    for (size_t i = 0; i < n; i++)
        for (size_t w = 0; w < each.blocks[i].nwarnings; w++)
            warn_for_models(b, &each, r, n, &each.blocks[i].warnings[w]);
    doc_free(&each);
}

static void add_paper_cells(doc_table *t, const paper_row *row)
{
    doc_add_cell(t, "%s", row ? row->macro_recall : "\xe2\x80\x93");
    doc_add_cell(t, "%s", row ? row->accuracy : "\xe2\x80\x93");
}

static void add_model(doc_table *t, const report_metrics *r)
{
    doc_add_cell(t, "%s", paper_model_name(r));
    add_paper_cells(t, paper_find(r->space.backbone));
    doc_add_cell(t, "%.2f", 100 * r->m.macro.recall);
    doc_add_cell(t, "%.2f", 100 * r->m.accuracy);
    doc_add_cell(t, "%.2f", 100 * r->baseline);
    if (isfinite(r->m.auroc))
        doc_add_cell(t, "%.3f", r->m.auroc);
    else
        doc_add_cell(t, "undefined");
    doc_add_cell(t, "%" PRIu64, r->m.n);
}

static void add_table(doc *d, const report_metrics *r, size_t n)
{
    static const char *const columns[] = {"Paper: macro recall, %",
                                          "Paper: accuracy, %",
                                          "Macro recall, %",
                                          "Accuracy, %",
                                          "Constant answer, %",
                                          "AUROC",
                                          "Images"};
    doc_say(d, DOC_SECTION, "Table 1");
    doc_table *t =
        doc_add_table(d, "Macro average recall and accuracy, published and measured here. "
                         "The constant answer is the share of the most frequent class.");
    doc_add_column(t, "Model", COL_TEXT);
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        doc_add_column(t, columns[c], COL_NUMBER);
    for (size_t i = 0; i < n; i++)
        add_model(t, &r[i]);
    doc_say(d, DOC_NOTE, "%s", paper_remark);
}

static void add_spaces(doc *d, const report_metrics *r, size_t n)
{
    doc_say(d, DOC_SECTION, "Feature spaces");
    doc_table *t = doc_add_table(d, "What the features of each model are.");
    static const char *const columns[] = {"Input",  "Resampling", "Normalisation",
                                          "Cut at", "Pooling",    "Weights"};
    doc_add_column(t, "Model", COL_TEXT);
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        doc_add_column(t, columns[c], c < 1 ? COL_NUMBER : COL_TEXT);
    for (size_t i = 0; i < n; i++) {
        const hl_space *s = &r[i].space;
        doc_add_cell(t, "%s", paper_model_name(&r[i]));
        doc_add_cell(t, "%" PRId64 " \xc3\x97 %" PRId64, s->height, s->width);
        doc_add_cell(t, "%s, %s", s->filter, s->fit);
        doc_add_cell(t, "%s", s->normalize);
        doc_add_cell(t, "%s", s->cut);
        doc_add_cell(t, "%s", s->pool);
        doc_add_cell(t, "%.19s", s->weights);
    }
}

void compare_models(doc *d, const report_metrics *r, size_t n)
{
    add_all_warnings(d, r, n);
    add_table(d, r, n);
    add_spaces(d, r, n);
    add_disclaimer(d);
}
