/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of the metrics that every run has: confusion matrix, classes, subsets, paper. */
#include "base/mem.h"
#include "paper.h"
#include "sections.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void report_add_confusion_table(page_doc *d, const report_metrics *r)
{
    const hl_metrics *m = &r->m;
    const size_t width = m->nclasses;
    hl_strbuf caption = {0};
    hl_strbuf_printf(&caption,
                     "Rows: true class. Columns: predicted class. Cells: number of %s, and "
                     "percentage of the row.",
                     report_units(r));
    page_table *t = page_add_table(d, caption.data);
    hl_strbuf_free(&caption);
    page_add_column(t, "True class", PAGE_COL_TEXT);
    for (size_t k = 0; k < width; k++)
        page_add_column(t, r->classes[k], PAGE_COL_NUMBER);
    for (size_t i = 0; i < width; i++) {
        page_add_cell(t, "%s", r->classes[i]);
        for (size_t k = 0; k < width; k++) {
            const uint64_t count = m->confusion[i * width + k], of = m->classes[i].support;
            page_shade_cell(t, i == k ? PAGE_SHADE_RIGHT : PAGE_SHADE_WRONG,
                            of ? (double)count / (double)of : 0, "%" PRIu64, count);
        }
    }
}

void report_add_confusion(page_doc *d, const report_metrics *r)
{
    page_add_text(d, PAGE_SECTION, "Confusion matrix");
    report_add_confusion_table(d, r);
}

static void add_class_row(page_table *t, const char *name, const hl_class_metrics *c)
{
    page_add_cell(t, "%s", name);
    page_add_number(t, c->precision);
    page_add_number(t, c->recall);
    page_add_number(t, c->f1);
    page_add_cell(t, "%" PRIu64, c->support);
}

void report_add_class_table(page_doc *d, const report_metrics *r)
{
    page_add_text(d, PAGE_SECTION, "Metrics by class");
    hl_strbuf caption = {0};
    hl_strbuf_printf(
        &caption,
        "As defined by scikit-learn\xe2\x80\x99s classification_report. Recall is also "
        "called sensitivity; support is the number of %s.",
        report_units(r));
    page_table *t = page_add_table(d, caption.data);
    hl_strbuf_free(&caption);
    static const char *const columns[] = {"Precision", "Recall", "F1", "Support"};
    page_add_column(t, "Class", PAGE_COL_TEXT);
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        page_add_column(t, columns[c], PAGE_COL_NUMBER);
    for (size_t k = 0; k < r->m.nclasses; k++)
        add_class_row(t, r->classes[k], &r->m.classes[k]);
    page_start_summary(t);
    add_class_row(t, "Macro average", &r->m.macro);
    add_class_row(t, "Weighted average", &r->m.weighted);
}

void report_add_subset_table(page_doc *d, const report_metrics *r, const report_binary_metrics *bm)
{
    static const char *const keys[] = {"accuracy", "macro_recall", "auroc", "log_loss"};
    char *auroc = r->m.nclasses == 2 ? report_auroc_name(bm) : hl_strdup("Mean AUROC");
    const char *const columns[] = {"Accuracy", "Macro recall", auroc, "Log loss"};
    page_add_text(d, PAGE_SECTION, "Training, validation and test");
    page_table *t = page_add_table(d, "Metrics that are much better in training than in test are a "
                                      "sign of overfitting.");
    page_add_column(t, "Subset", PAGE_COL_TEXT);
    page_add_column(t, hl_unit_titles[r->rule.unit], PAGE_COL_NUMBER);
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        page_add_column(t, columns[c], PAGE_COL_NUMBER);
    free(auroc);
    for (int s = 0; s < HL_SUBSETS; s++) {
        const json_t *o = json_object_get(r->subsets, hl_subset_names[s]);
        if (!o)
            continue;
        page_add_cell(t, "%s", hl_subset_names[s]);
        /* Without an AUROC, a class has no sample, which 0.1.0 counted as 0 in the macro recall. */
        const bool lacks_a_class = !isfinite(report_real(o, "auroc"));
        page_add_cell(t, "%.0f", report_real(o, "n"));
        for (size_t c = 0; c < sizeof keys / sizeof *keys; c++)
            page_add_number(t, c == 1 && lacks_a_class ? NAN : report_real(o, keys[c]));
    }
}

void report_add_percent(page_table *t, double fraction)
{
    if (isfinite(fraction))
        page_add_cell(t, "%.2f", 100 * fraction);
    else
        page_add_cell(t, "undefined");
}

void report_add_paper_table(page_doc *d, const report_metrics *r)
{
    const report_paper_row *row = report_paper_find(r->feature_space.backbone);
    if (!row || r->m.nclasses != 2) /* the paper had two */
        return;
    page_add_text(d, PAGE_SECTION, "Comparison with the paper");
    page_table *t = page_add_table(
        d, "The paper\xe2\x80\x99s results for the same backbone, and the majority-class baseline: "
           "always predicting the most frequent class.");
    page_add_column(t, row->model, PAGE_COL_TEXT);
    page_add_column(t, "Macro average recall, %", PAGE_COL_NUMBER);
    page_add_column(t, "Accuracy, %", PAGE_COL_NUMBER);
    page_add_cell(t, "This run");
    report_add_percent(t, r->m.macro.recall);
    page_add_cell(t, "%.2f", 100 * r->m.accuracy);
    page_add_cell(t, "Paper");
    page_add_cell(t, "%s\xe2\x80\x88\xe2\x80\x87\xe2\x80\x87", row->macro_recall);
    page_add_cell(t, "%s", row->accuracy);
    page_add_cell(t, "Majority-class baseline");
    report_add_percent(t, isfinite(r->m.macro.recall) ? 1 / (double)r->m.nclasses : NAN);
    page_add_cell(t, "%.2f", 100 * r->baseline);
    page_add_text(d, PAGE_NOTE, "%s", report_paper_remark);
}
