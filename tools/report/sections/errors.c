/* SPDX-License-Identifier: BSD-2-Clause */
/* The misclassified images of which the model was most certain. */
#include "base/mem.h"
#include "sections.h"

#include <stdlib.h>

enum { SHOWN_ERRORS = 12 };

typedef struct wrong {
    double p; /* of the predicted class */
    size_t row;
} wrong;

/* Falling probability; equal ones in the order of the file. */
static int by_certainty(const void *a, const void *b)
{
    const wrong *x = a, *y = b;
    if (x->p != y->p)
        return x->p < y->p ? 1 : -1;
    return (x->row > y->row) - (x->row < y->row);
}

static void list_errors(page_doc *d, const report_metrics *r, const hl_predictions *p,
                        const wrong *errors, size_t n)
{
    const size_t shown = n < SHOWN_ERRORS ? n : SHOWN_ERRORS;
    page_add_text(d, PAGE_TEXT, "%zu of %zu %s are misclassified.", n, p->n, report_units(r));
    if (n == 0)
        return;
    hl_strbuf caption = {0};
    hl_strbuf_printf(&caption,
                     "The misclassified %s of which the model was most certain. Look at these "
                     "first: a label can be wrong, too.",
                     report_units(r));
    page_table *t = page_add_table(d, caption.data);
    hl_strbuf_free(&caption);
    page_add_column(t, r->rule.unit == HL_UNIT_IMAGE ? "Image" : "Sample", PAGE_COL_TEXT);
    page_add_column(t, "Patient", PAGE_COL_TEXT);
    page_add_column(t, "True class", PAGE_COL_TEXT);
    page_add_column(t, "Predicted class", PAGE_COL_TEXT);
    page_add_column(t, "Probability", PAGE_COL_NUMBER);
    for (size_t i = 0; i < shown; i++) {
        const hl_prediction *row = &p->rows[errors[i].row];
        page_add_cell(t, "%s", row->sample);
        page_add_cell(t, "%s", row->patient);
        page_add_cell(t, "%s", r->classes[row->label]);
        page_add_cell(t, "%s", r->classes[row->predicted]);
        page_add_cell(t, "%.3f", errors[i].p);
    }
}

void report_add_errors(page_doc *d, const report_metrics *r, const hl_predictions *p)
{
    wrong *errors = hl_malloc(p->n, sizeof *errors);
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        if (p->rows[i].label != p->rows[i].predicted)
            errors[n++] = (wrong){p->p[i * r->m.nclasses + p->rows[i].predicted], i};
    qsort(errors, n, sizeof *errors, by_certainty);
    page_add_text(d, PAGE_SECTION, "Errors");
    list_errors(d, r, p, errors, n);
    free(errors);
}
