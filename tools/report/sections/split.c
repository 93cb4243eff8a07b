/* SPDX-License-Identifier: BSD-2-Clause */
/* How the images and their patients are divided among the subsets. */
#include "data/patient_counts.h"
#include "sections.h"

size_t report_shared_patients(const hl_manifest *m)
{
    hl_subset_counts counts;
    hl_subset_counts_make(&counts, m);
    const size_t shared = counts.divided;
    hl_subset_counts_free(&counts);
    return shared;
}

void report_add_split(page_doc *d, const hl_manifest *m)
{
    enum { COLUMNS = HL_SUBSETS + 1 }; /* the subsets, and all of them */
    page_add_text(d, PAGE_SECTION, "Data split");
    page_table *t = page_add_table(d, "Number of images / number of patients.");
    page_add_column(t, "Class", PAGE_COL_TEXT);
    page_add_columns(t, hl_subset_names, HL_SUBSETS, PAGE_COL_NUMBER);
    page_add_column(t, "All", PAGE_COL_NUMBER);
    hl_subset_counts counts;
    hl_subset_counts_make(&counts, m);
    for (size_t k = 0; k <= m->nclasses; k++) {
        if (k == m->nclasses)
            page_start_summary(t);
        page_add_cell(t, "%s", k < m->nclasses ? m->classes[k] : "All classes");
        for (size_t c = 0; c < COLUMNS; c++)
            page_add_cell(t, "%zu / %zu", counts.images[k][c], counts.patients[k][c]);
    }
    if (counts.divided)
        page_add_text(d, PAGE_NOTE, "%zu patients have images in more than one subset.",
                      counts.divided);
    else
        page_add_text(d, PAGE_NOTE, "No patient has images in more than one subset.");
    hl_subset_counts_free(&counts);
}
