/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables that metrics.json alone fills. */
#include "../read/paper.h"
#include "sections.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void add_confusion_table(doc *d, const report_metrics *r)
{
    const hl_metrics *m = &r->m;
    const size_t width = m->nclasses;
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

void add_confusion(doc *d, const report_metrics *r)
{
    doc_say(d, DOC_SECTION, "Confusion matrix");
    add_confusion_table(d, r);
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
        doc_add_cell(t, "%s", hl_subset_names[s]);
        doc_add_cell(t, "%.0f", evidence_real(o, "n"));
        for (size_t c = 0; c < sizeof keys / sizeof *keys; c++)
            doc_add_number(t, evidence_real(o, keys[c]));
    }
}

void add_paper_table(doc *d, const report_metrics *r)
{
    const paper_row *row = paper_find(r->space.backbone);
    if (!row)
        return;
    doc_say(d, DOC_SECTION, "Beside the paper");
    doc_table *t = doc_add_table(
        d, "The paper\xe2\x80\x99s figures for the same backbone, and what always giving the "
           "most frequent answer would score.");
    doc_add_column(t, row->model, COL_TEXT);
    doc_add_column(t, "Macro average recall, %", COL_NUMBER);
    doc_add_column(t, "Accuracy, %", COL_NUMBER);
    doc_add_cell(t, "This run");
    doc_add_cell(t, "%.2f", 100 * r->m.macro.recall);
    doc_add_cell(t, "%.2f", 100 * r->m.accuracy);
    doc_add_cell(t, "Paper");
    doc_add_cell(t, "%s\xe2\x80\x88\xe2\x80\x87\xe2\x80\x87", row->macro_recall);
    doc_add_cell(t, "%s", row->accuracy);
    doc_add_cell(t, "Constant answer here");
    doc_add_cell(t, "%.2f", 100.0 / (double)r->m.nclasses);
    doc_add_cell(t, "%.2f", 100 * r->baseline);
    doc_say(d, DOC_NOTE, "%s", paper_remark);
}
