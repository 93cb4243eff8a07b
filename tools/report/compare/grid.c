/* SPDX-License-Identifier: BSD-2-Clause */
/* A page about many combinations of settings: which of them make a model collapse. */
#include "grid.h"

#include "../sections/sections.h"
#include "base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- reading ---- */

/* A run is a folder or a regular file, never standard input, a pipe or a device. */
static int read_run(report_run *r, const char *name, hl_err *e)
{
    struct stat st;
    if (stat(name, &st) == 0 && !S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
        return hl_fail(e, "%s: is not a file", name);
    return report_run_find(r, strcmp(name, "-") == 0 ? "./-" : name, e);
}

static int read_runs(report_grid *g, hl_err *e)
{
    g->runs = hl_calloc(g->table.nrows, sizeof *g->runs);
    for (size_t i = 0; i < g->table.nrows; i++)
        if (read_run(&g->runs[i], hl_tsv_field(&g->table, i, g->nsettings), e))
            return -1;
    return 0;
}

int report_grid_read(report_grid *g, const char *path, hl_err *e)
{
    *g = (report_grid){0};
    if (hl_tsv_read(&g->table, path, e))
        return -1;
    g->nsettings = g->table.ncolumns - 1;
    int status = 0;
    if (g->nsettings == 0 || strcmp(g->table.columns[g->nsettings], "run") != 0)
        status = hl_fail(e, "%s: expected columns of settings and a last one 'run', found '%s'",
                         g->table.name, g->table.columns[g->nsettings]);
    else if (g->table.nrows == 0)
        status = hl_fail(e, "%s: expected at least one combination, found none", g->table.name);
    else
        status = read_runs(g, e);
    if (status)
        report_grid_free(g);
    return status;
}

void report_grid_free(report_grid *g)
{
    for (size_t i = 0; g->runs && i < g->table.nrows; i++)
        report_run_free(&g->runs[i]);
    free(g->runs);
    hl_tsv_free(&g->table);
    *g = (report_grid){0};
}

/* ---- combinations ---- */

static bool collapsed(const report_grid *g, size_t row)
{
    return g->runs[row].binary_metrics.collapsed;
}

/* Names of the classes that are never predicted; a dash if there are none. */
static void name_never_predicted(const report_metrics *r, hl_strbuf *t)
{
    const hl_metrics *m = &r->m;
    for (size_t k = 0; k < m->nclasses; k++) {
        uint64_t times = 0;
        for (size_t i = 0; i < m->nclasses; i++)
            times += m->confusion[i * m->nclasses + k];
        if (times == 0)
            hl_strbuf_printf(t, "%s%s", t->len ? ", " : "", r->classes[k]);
    }
    if (!t->len)
        hl_strbuf_puts(t, "\xe2\x80\x93");
}

static void add_combination(page_table *t, const report_grid *g, size_t row)
{
    const report_metrics *r = &g->runs[row].metrics;
    hl_strbuf never_predicted = {0};
    name_never_predicted(r, &never_predicted);
    for (size_t c = 0; c < g->nsettings; c++)
        page_add_cell(t, "%s", hl_tsv_field(&g->table, row, c));
    page_add_cell(t, "%.2f", 100 * r->m.accuracy);
    page_add_cell(t, "%.2f", 100 * r->baseline);
    report_add_percent(t, r->m.macro.recall);
    page_add_number(t, report_auroc(r, &g->runs[row].binary_metrics));
    page_add_cell(t, "%s", never_predicted.data);
    page_add_cell(t, "%s", collapsed(g, row) ? "yes" : "no");
    hl_strbuf_free(&never_predicted);
}

static void add_settings_columns(page_table *t, const report_grid *g)
{
    for (size_t c = 0; c < g->nsettings; c++)
        page_add_column(t, g->table.columns[c], PAGE_COL_TEXT);
}

static void add_combinations(page_doc *d, const report_grid *g)
{
    char *auroc = report_auroc_name(&g->runs[0].binary_metrics);
    const char *const metrics[] = {"Accuracy, %", "Majority-class baseline, %", "Macro recall, %",
                                   auroc};
    page_add_text(d, PAGE_SECTION, "Combinations");
    page_table *t = page_add_table(
        d, "Collapsed: only one class is ever predicted, or the accuracy is not above that of "
           "always predicting the most frequent class.");
    add_settings_columns(t, g);
    page_add_columns(t, metrics, sizeof metrics / sizeof *metrics, PAGE_COL_NUMBER);
    free(auroc);
    page_add_column(t, "Never predicted", PAGE_COL_TEXT);
    page_add_column(t, "Collapsed", PAGE_COL_TEXT);
    for (size_t row = 0; row < g->table.nrows; row++)
        add_combination(t, g, row);
}

/* ---- settings one by one ---- */

static bool occurs_above(const report_grid *g, size_t row, size_t column)
{
    const char *value = hl_tsv_field(&g->table, row, column);
    for (size_t i = 0; i < row; i++)
        if (strcmp(hl_tsv_field(&g->table, i, column), value) == 0)
            return true;
    return false;
}

static void add_value(page_table *t, const report_grid *g, size_t first, size_t column)
{
    const char *value = hl_tsv_field(&g->table, first, column);
    size_t all = 0, ncollapsed = 0;
    double lowest = 1, highest = 0;
    for (size_t i = first; i < g->table.nrows; i++) {
        if (strcmp(hl_tsv_field(&g->table, i, column), value) != 0)
            continue;
        all++;
        ncollapsed += collapsed(g, i);
        lowest = fmin(lowest, g->runs[i].metrics.m.accuracy);
        highest = fmax(highest, g->runs[i].metrics.m.accuracy);
    }
    page_add_cell(t, "%s", g->table.columns[column]);
    page_add_cell(t, "%s", value);
    page_add_cell(t, "%zu", all);
    page_add_cell(t, "%zu", ncollapsed);
    page_add_cell(t, "%.2f", 100 * lowest);
    page_add_cell(t, "%.2f", 100 * highest);
}

static void add_values(page_doc *d, const report_grid *g)
{
    static const char *const counts[] = {"Combinations", "Collapsed", "Lowest accuracy, %",
                                         "Highest accuracy, %"};
    page_add_text(d, PAGE_SECTION, "Setting by setting");
    page_table *t = page_add_table(d, "Each row summarises the combinations with one value of a "
                                      "setting.");
    page_add_column(t, "Setting", PAGE_COL_TEXT);
    page_add_column(t, "Value", PAGE_COL_TEXT);
    page_add_columns(t, counts, sizeof counts / sizeof *counts, PAGE_COL_NUMBER);
    for (size_t c = 0; c < g->nsettings; c++)
        for (size_t row = 0; row < g->table.nrows; row++)
            if (!occurs_above(g, row, c))
                add_value(t, g, row, c);
}

/* ---- each combination ---- */

/* "tf, flatten, 1e-3"; settings that are a dash in the table are left out. */
static void name_combination(const report_grid *g, size_t row, hl_strbuf *t)
{
    for (size_t c = 0; c < g->nsettings; c++) {
        const char *value = hl_tsv_field(&g->table, row, c);
        if (strcmp(value, "-") != 0)
            hl_strbuf_printf(t, "%s%s", t->len ? ", " : "", value);
    }
}

static int add_detail(page_doc *d, const report_grid *g, size_t row, hl_err *e)
{
    const report_run *run = &g->runs[row];
    hl_strbuf name = {0}, suffix = {0};
    name_combination(g, row, &name);
    hl_strbuf_printf(&suffix, "-%zu", row + 1);
    page_add_text(d, PAGE_FOLD, "%s: accuracy %.2f" PAGE_PERCENT "%s", name.data,
                  100 * run->metrics.m.accuracy, collapsed(g, row) ? ", collapsed" : "");
    report_add_confusion_table(d, &run->metrics);
    const int status = run->has.history ? report_add_curves(d, &run->history, suffix.data, e) : 0;
    hl_strbuf_free(&name);
    hl_strbuf_free(&suffix);
    return status;
}

static int add_details(page_doc *d, const report_grid *g, hl_err *e)
{
    page_add_text(d, PAGE_SECTION, "Confusion matrices and learning curves");
    for (size_t row = 0; row < g->table.nrows; row++)
        if (add_detail(d, g, row, e))
            return -1;
    return 0;
}

int report_compose_grid(page_doc *d, const report_grid *g, hl_err *e)
{
    size_t ncollapsed = 0;
    for (size_t row = 0; row < g->table.nrows; row++)
        ncollapsed += collapsed(g, row);
    const report_metrics *first = &g->runs[0].metrics;
    const char *note = hl_tsv_comment(&g->table, "note");
    if (note)
        page_warn(page_warnings(d), "%s", note);
    page_add_text(
        d, PAGE_LEAD,
        "%zu of %zu combinations collapse: they only ever predict one class, or are no more "
        "accurate than the majority-class baseline. Measured on %" PRIu64 " %s of the %s subset.",
        ncollapsed, g->table.nrows, first->m.n, report_units(first), first->subset);
    page_add_contents(d);
    add_values(d, g);
    add_combinations(d, g);
    if (add_details(d, g, e))
        return -1;
    report_add_disclaimer(d);
    return 0;
}
