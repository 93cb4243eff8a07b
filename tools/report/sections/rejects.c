/* SPDX-License-Identifier: BSD-2-Clause */
/* The images that were left out since they cannot be read, by class and subset, and the warning
 * where that goes with the class. */
#include "base/mem.h"
#include "left_out.h"
#include "sections.h"

#include <stdlib.h>

static double percent(size_t k, size_t n)
{
    return n ? 100 * (double)k / (double)n : 0;
}

static void put_cell(page_table *t, size_t k, size_t n)
{
    if (n)
        page_add_cell(t, "%zu / %zu (%.1f" PAGE_PERCENT ")", k, n, percent(k, n));
    else
        page_add_cell(t, "\xe2\x80\x93");
}

static void count_by_class(page_doc *d, const report_rejects *r, const hl_manifest *m)
{
    page_table *t = page_add_table(d, "Images left out / images in the manifest.");
    page_add_column(t, "Class", PAGE_COL_TEXT);
    page_add_columns(t, hl_subset_names, HL_SUBSETS, PAGE_COL_NUMBER);
    page_add_column(t, "All", PAGE_COL_NUMBER);
    for (size_t k = 0; k <= m->nclasses; k++) {
        if (k == m->nclasses)
            page_start_summary(t);
        page_add_cell(t, "%s", k < m->nclasses ? m->classes[k] : "All classes");
        for (int s = 0; s <= HL_SUBSETS; s++)
            put_cell(t, r->out.images[k][s], r->all.images[k][s]);
    }
}

void report_add_rejects(page_doc *d, const report_rejects *r, const hl_manifest *m)
{
    page_add_text(d, PAGE_SECTION, "Images left out");
    if (r->table.nrows == 0) {
        page_add_text(d, PAGE_TEXT, "None: every image could be read.");
        return;
    }
    page_add_text(d, PAGE_TEXT,
                  "Images that could not be read were left out of training and of all metrics.");
    count_by_class(d, r, m);
    const report_file_column columns[] = {{"Image", r->path}, {"Reason", r->reason}};
    report_list_files(d, &r->table, "images left out, with the reason",
                      "Images left out; rejects.tsv lists all of them.", columns, 2);
}

static void warn_of_classes(page_block *b, const report_rejects *r, const hl_manifest *m)
{
    report_left_out *classes = hl_malloc(m->nclasses, sizeof *classes);
    for (size_t k = 0; k < m->nclasses; k++)
        classes[k] = (report_left_out){m->classes[k], r->out.images[k][HL_SUBSETS],
                                       r->all.images[k][HL_SUBSETS]};
    report_warn_of_unequal(b, "images", classes, m->nclasses);
    free(classes);
}

void report_warn_of_rejects(page_block *b, const report_rejects *r, const hl_manifest *m)
{
    const size_t out = r->table.nrows;
    if (out == 0)
        return;
    page_warn(b,
              "%zu of %zu images could not be read and %s left out: see section Images left out.",
              out, r->all.images[m->nclasses][HL_SUBSETS], out == 1 ? "was" : "were");
    warn_of_classes(b, r, m);
}
