/* SPDX-License-Identifier: BSD-2-Clause */
/* The sections that metrics.json alone fills. */
#include "paper.h"
#include "sections.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *figure3(double v, char buf[16])
{
    if (isfinite(v))
        snprintf(buf, 16, "%.3f", v);
    else
        snprintf(buf, 16, "undefined");
    return buf;
}

/* ---- summary ---- */

void add_summary(doc *d, const report_metrics *r)
{
    const hl_metrics *m = &r->m;
    char auroc[16];
    figure3(m->auroc, auroc);
    char where[64];
    const bool all = strcmp(r->subset, "all") == 0;
    snprintf(where, sizeof where, all ? "all subsets" : "the %.40s subset", r->subset);
    doc_say(d, DOC_LEAD,
            "%s, measured on the %" PRIu64 " images of %s: accuracy %.1f" PER_CENT
            ", macro average recall %.1f" PER_CENT ", AUROC %s.",
            paper_model_name(r), m->n, where, 100 * m->accuracy, 100 * m->macro.recall, auroc);
    doc_block *b = doc_stats(d);
    char constant[64], of_what[80];
    const bool binary = m->nclasses == 2;
    snprintf(of_what, sizeof of_what, binary ? "of %.64s" : "mean, one against rest",
             r->classes[m->nclasses - 1]);
    snprintf(constant, sizeof constant, "constant answer: %.1f" PER_CENT, 100 * r->baseline);
    doc_add_stat(b, "Accuracy", constant, "%.1f" PER_CENT, 100 * m->accuracy);
    doc_add_stat(b, "Macro average recall", "mean over the classes", "%.1f" PER_CENT,
                 100 * m->macro.recall);
    doc_add_stat(b, "AUROC", of_what, "%s", auroc);
    doc_add_stat(b, "Log loss", "smaller is better", "%.3f", m->log_loss);
    doc_add_stat(b, "Images", "in this subset", "%" PRIu64, m->n);
}

/* ---- tables of the figures ---- */

void add_confusion(doc *d, const report_metrics *r)
{
    const hl_metrics *m = &r->m;
    const size_t width = m->nclasses;
    doc_say(d, DOC_SECTION, "Confusion matrix");
    doc_table *t =
        doc_add_table(d, "Rows: true class. Columns: predicted class. Each cell: images, "
                         "and their share of the row.");
    doc_add_column(t, "True class", COL_TEXT);
    for (size_t k = 0; k < width; k++)
        doc_add_column(t, r->classes[k], COL_NUMBER);
    for (size_t i = 0; i < width; i++) {
        doc_add_cell(t, "%s", r->classes[i]);
        for (size_t k = 0; k < width; k++) {
            const uint64_t count = m->confusion[i * width + k], of = m->classes[i].support;
            doc_shade_cell(t, i == k ? SHADE_RIGHT : SHADE_WRONG,
                           of ? (double)count / (double)of : 0, "%" PRIu64, count);
        }
    }
}

static void add_class_row(doc_table *t, const char *name, const hl_class_metrics *c)
{
    doc_add_cell(t, "%s", name);
    doc_add_cell(t, "%.3f", c->precision);
    doc_add_cell(t, "%.3f", c->recall);
    doc_add_cell(t, "%.3f", c->f1);
    doc_add_cell(t, "%" PRIu64, c->support);
}

void add_class_table(doc *d, const report_metrics *r)
{
    doc_say(d, DOC_SECTION, "Per class");
    doc_table *t = doc_add_table(d, "As scikit-learn\xe2\x80\x99s classification_report defines "
                                    "them. Recall is also called sensitivity.");
    static const char *const columns[] = {"Precision", "Recall", "F1", "Support"};
    doc_add_column(t, "Class", COL_TEXT);
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        doc_add_column(t, columns[c], COL_NUMBER);
    for (size_t k = 0; k < r->m.nclasses; k++)
        add_class_row(t, r->classes[k], &r->m.classes[k]);
    doc_start_summary(t);
    add_class_row(t, "Macro average", &r->m.macro);
    add_class_row(t, "Weighted average", &r->m.weighted);
}

static double real_of(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

void add_subset_table(doc *d, const report_metrics *r)
{
    static const char *const keys[] = {"accuracy", "macro_recall", "auroc", "log_loss"};
    static const char *const columns[] = {"Accuracy", "Macro recall", "AUROC", "Log loss"};
    doc_say(d, DOC_SECTION, "Training, validation and test");
    doc_table *t = doc_add_table(d, "Figures that are much better in training than in test mean "
                                    "that the model has learned its training images by heart.");
    doc_add_column(t, "Subset", COL_TEXT);
    doc_add_column(t, "Images", COL_NUMBER);
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        doc_add_column(t, columns[c], COL_NUMBER);
    for (int s = 0; s < HL_SUBSETS; s++) {
        const json_t *o = json_object_get(r->subsets, hl_subset_names[s]);
        if (!o)
            continue;
        char buf[16];
        doc_add_cell(t, "%s", hl_subset_names[s]);
        doc_add_cell(t, "%.0f", real_of(o, "n"));
        for (size_t c = 0; c < sizeof keys / sizeof *keys; c++)
            doc_add_cell(t, "%s", figure3(real_of(o, keys[c]), buf));
    }
}

void add_paper_table(doc *d, const report_metrics *r)
{
    const paper_row *row = paper_find(r->space.backbone);
    if (!row)
        return;
    doc_say(d, DOC_SECTION, "Beside the paper");
    doc_table *t = doc_add_table(d, "The paper\xe2\x80\x99s figures for the same backbone.");
    doc_add_column(t, row->model, COL_TEXT);
    doc_add_column(t, "Macro average recall, %", COL_NUMBER);
    doc_add_column(t, "Accuracy, %", COL_NUMBER);
    doc_add_cell(t, "This run");
    doc_add_cell(t, "%.2f", 100 * r->m.macro.recall);
    doc_add_cell(t, "%.2f", 100 * r->m.accuracy);
    doc_add_cell(t, "Paper");
    doc_add_cell(t, "%s\xe2\x80\x88\xe2\x80\x87\xe2\x80\x87", row->macro_recall);
    doc_add_cell(t, "%s", row->accuracy);
    doc_say(d, DOC_NOTE, "%s", paper_remark);
}

/* ---- where the figures come from ---- */

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
    add_space_row(t, "Weights", s->weights);
    doc_add_cell(t, "Input, height \xc3\x97 width");
    doc_add_cell(t, "%" PRId64 " \xc3\x97 %" PRId64 " pixels", s->height, s->width);
    add_space_row(t, "Resampling", s->filter);
    add_space_row(t, "Fit", s->fit);
    add_space_row(t, "Normalisation", s->normalize);
    add_space_row(t, "Cut at layer", s->cut);
    add_space_row(t, "Pooling", s->pool);
}

static const char *entry_text(const json_t *entry, const char *key)
{
    const char *text = json_string_value(json_object_get(entry, key));
    return text ? text : "";
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

void add_provenance(doc *d, const report_metrics *r)
{
    doc_say(d, DOC_SECTION, "Provenance");
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
        doc_add_cell(t, "%s", entry_text(entry, "tool"));
        doc_add_cell(t, "%s", entry_text(entry, "version"));
        doc_add_cell(t, "%s", entry_text(entry, "options"));
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
