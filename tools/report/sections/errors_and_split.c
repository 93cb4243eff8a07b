/* SPDX-License-Identifier: BSD-2-Clause */
/* The sections about single images: the worst errors, and how the images were divided. */
#include "base/mem.h"
#include "sections.h"

#include <stdlib.h>
#include <string.h>

/* ---- errors ---- */

enum { SHOWN_ERRORS = 12 };

typedef struct wrong {
    double p; /* of the class that was answered */
    size_t row;
} wrong;

/* The surest first; equally sure ones in the file's order. */
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
    page_add_text(d, PAGE_TEXT, "%zu of %zu images are answered wrongly.", n, p->n);
    if (n == 0)
        return;
    page_table *t =
        page_add_table(d, "The wrong answers that the model was surest of. Look at these "
                          "images first: labels can be wrong, too.");
    page_add_column(t, "Image", PAGE_COL_TEXT);
    page_add_column(t, "Patient", PAGE_COL_TEXT);
    page_add_column(t, "True class", PAGE_COL_TEXT);
    page_add_column(t, "Answer", PAGE_COL_TEXT);
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

/* ---- split ---- */

enum { ALL = HL_SUBSETS, COLUMNS };

static int by_patient(const void *a, const void *b)
{
    const hl_sample *x = *(const hl_sample *const *)a, *y = *(const hl_sample *const *)b;
    return strcmp(x->patient, y->patient);
}

static const hl_sample **sorted_by_patient(const hl_manifest *m)
{
    const hl_sample **s = hl_malloc(m->n, sizeof *s);
    for (size_t i = 0; i < m->n; i++)
        s[i] = &m->samples[i];
    qsort(s, m->n, sizeof *s, by_patient);
    return s;
}

/* Number of samples from i on that are of the same patient. */
static size_t run_of_patient(const hl_sample *const *s, size_t i, size_t n)
{
    size_t end = i + 1;
    while (end < n && strcmp(s[end]->patient, s[i]->patient) == 0)
        end++;
    return end - i;
}

size_t report_shared_patients(const hl_manifest *m)
{
    const hl_sample **s = sorted_by_patient(m);
    size_t shared = 0;
    for (size_t i = 0, run; i < m->n; i += run) {
        run = run_of_patient(s, i, m->n);
        bool differ = false;
        for (size_t j = 1; j < run; j++)
            differ |= s[i + j]->subset != s[i]->subset;
        shared += differ;
    }
    free(s);
    return shared;
}

/* [class or total, subset or ALL]: images and patients. */
typedef struct tally {
    size_t images, patients;
} tally;

/* Whether any of a patient's samples is of the class (or of any, k = K) and the subset. */
static bool occurs(const hl_sample *const *s, size_t run, size_t k, size_t nclasses, int subset)
{
    for (size_t j = 0; j < run; j++)
        if ((k == nclasses || s[j]->cls == k) && (subset == ALL || (int)s[j]->subset == subset))
            return true;
    return false;
}

static tally *count_all(const hl_manifest *m)
{
    const size_t classes = m->nclasses;
    tally *counts = hl_calloc((classes + 1) * COLUMNS, sizeof *counts);
    const hl_sample **s = sorted_by_patient(m);
    for (size_t i = 0, run; i < m->n; i += run) {
        run = run_of_patient(s, i, m->n);
        for (size_t k = 0; k <= classes; k++)
            for (int c = 0; c < COLUMNS; c++)
                counts[k * COLUMNS + (size_t)c].patients += occurs(s + i, run, k, classes, c);
    }
    for (size_t i = 0; i < m->n; i++) {
        if (m->samples[i].variant)
            continue; /* the image is counted, once */
        const size_t k = m->samples[i].cls, c = m->samples[i].subset;
        counts[k * COLUMNS + c].images++;
        counts[k * COLUMNS + ALL].images++;
        counts[classes * COLUMNS + c].images++;
        counts[classes * COLUMNS + ALL].images++;
    }
    free(s);
    return counts;
}

void report_add_split(page_doc *d, const hl_manifest *m)
{
    page_add_text(d, PAGE_SECTION, "Data split");
    page_table *t =
        page_add_table(d, "Images and, after the stroke, the patients that they are of.");
    page_add_column(t, "Class", PAGE_COL_TEXT);
    for (int c = 0; c < HL_SUBSETS; c++)
        page_add_column(t, hl_subset_names[c], PAGE_COL_NUMBER);
    page_add_column(t, "all", PAGE_COL_NUMBER);
    tally *counts = count_all(m);
    for (size_t k = 0; k <= m->nclasses; k++) {
        if (k == m->nclasses)
            page_start_summary(t);
        page_add_cell(t, "%s", k < m->nclasses ? m->classes[k] : "All classes");
        for (size_t c = 0; c < COLUMNS; c++)
            page_add_cell(t, "%zu / %zu", counts[k * COLUMNS + c].images,
                          counts[k * COLUMNS + c].patients);
    }
    free(counts);
    const size_t shared = report_shared_patients(m);
    if (shared)
        page_add_text(d, PAGE_NOTE, "%zu patients have images in more than one subset.", shared);
    else
        page_add_text(d, PAGE_NOTE, "No patient has images in more than one subset.");
}
