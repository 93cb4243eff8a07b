/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of the label table that were left out since their image is not there. */
#include "base/mem.h"
#include "data/manifest.h"
#include "left_out.h"
#include "sections.h"

#include <stdlib.h>
#include <string.h>

static const char *field(const report_missing *r, size_t row, size_t column)
{
    return hl_tsv_field(&r->table, row, column);
}

static size_t count(const report_missing *r, const char *label, const char *subset)
{
    size_t n = 0;
    for (size_t row = 0; row < r->table.nrows; row++)
        n += strcmp(field(r, row, r->label), label) == 0 &&
             strcmp(field(r, row, r->subset), subset) == 0;
    return n;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Only where the table has a column for subsets; the section Labels has the counts by class. */
static void count_by_subset(page_doc *d, const report_missing *r)
{
    const size_t n = r->table.nrows;
    const char **labels = hl_malloc(n, sizeof *labels);
    page_table *t = page_add_table(d, "Rows left out, by class and subset.");
    page_add_column(t, "Class", PAGE_COL_TEXT);
    page_add_columns(t, hl_subset_names, HL_SUBSETS, PAGE_COL_NUMBER);
    for (size_t row = 0; row < n; row++)
        labels[row] = field(r, row, r->label);
    qsort(labels, n, sizeof *labels, compare);
    for (size_t i = 0; i < n; i++) {
        if (i && strcmp(labels[i], labels[i - 1]) == 0)
            continue;
        page_add_cell(t, "%s", labels[i]);
        for (int s = 0; s < HL_SUBSETS; s++)
            page_add_cell(t, "%zu", count(r, labels[i], hl_subset_names[s]));
    }
    free(labels);
}

void report_add_missing(page_doc *d, const report_missing *r)
{
    if (r->table.nrows == 0)
        return;
    page_add_text(d, PAGE_SECTION, "Images that are not there");
    page_add_text(d, PAGE_TEXT, "Rows of the label table whose image is not there were left out.");
    if (strcmp(field(r, 0, r->subset), "-") != 0)
        count_by_subset(d, r);
    const report_file_column columns[] = {
        {"Image", r->path}, {"Class", r->label}, {"Reason", r->reason}};
    report_list_files(d, &r->table, "images that are not there",
                      "Images that are not there; missing.tsv lists all of them.", columns, 3);
}
