/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit_table.h"

#include "../sections/sections.h"

#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

static int read_columns(report_audit *a, hl_err *e)
{
    static const char *const names[REPORT_AUDIT_COLUMNS] = {
        "severity", "check", "item", "subset", "label", "sample", "other", "value", "text"};
    for (size_t i = 0; i < REPORT_AUDIT_COLUMNS; i++)
        if (hl_tsv_column(&a->table, names[i], &a->column[i], e))
            return -1;
    for (size_t r = 0; r < a->table.nrows; r++) {
        const char *severity = report_audit_field(a, r, AUDIT_SEVERITY);
        const bool error = strcmp(severity, "error") == 0;
        const bool warning = strcmp(severity, "warning") == 0;
        if (!error && !warning && strcmp(severity, "note") != 0)
            return hl_fail(e, "%s: row %zu: severity: expected error, warning or note, found '%s'",
                           a->table.name, r + 1, severity);
        a->errors += error;
        a->warnings += warning;
    }
    return 0;
}

int report_audit_read(report_audit *a, const char *path, hl_err *e)
{
    *a = (report_audit){0};
    if (hl_tsv_read(&a->table, path, e))
        return -1;
    const char *allowed = hl_tsv_comment(&a->table, "allow-leak");
    a->images = hl_tsv_comment(&a->table, "images");
    a->leak = hl_tsv_comment(&a->table, "leak");
    a->chain = hl_tsv_comment(&a->table, "provenance");
    a->is_leak_allowed = allowed && strcmp(allowed, "yes") == 0;
    const int status =
        hl_tsv_check_kind(&a->table, "hilum-audit 1", e) || read_columns(a, e) ? -1 : 0;
    if (status)
        report_audit_free(a);
    return status;
}

void report_audit_free(report_audit *a)
{
    hl_tsv_free(&a->table);
    *a = (report_audit){0};
}

const char *report_audit_field(const report_audit *a, size_t row, report_audit_column column)
{
    return hl_tsv_field(&a->table, row, a->column[column]);
}

/* ---- the section ---- */

static const struct {
    const char *word, *about;
} checks[] = {
    {"unreadable", "files that cannot be read as an image"},
    {"same-file", "images that are copies of another, byte by byte"},
    {"same-pixels", "images with the pixels of another"},
    {"near", "images that look like another: rescaled or recompressed copies"},
    {"patient-subsets", "patients with images in several subsets"},
    {"patient-labels", "patients with images of several classes"},
    {"shortcut", "traits of the files, tried for how well they alone tell the class"},
    {"balance", "classes of the subsets"},
};

static size_t count(const report_audit *a, const char *check, const char *severity)
{
    size_t n = 0;
    for (size_t r = 0; r < a->table.nrows; r++)
        n += strcmp(report_audit_field(a, r, AUDIT_CHECK), check) == 0 &&
             strcmp(report_audit_field(a, r, AUDIT_SEVERITY), severity) == 0;
    return n;
}

static void list_checks(page_doc *d, const report_audit *a)
{
    static const char *const severities[] = {"error", "warning", "note"};
    page_table *t = page_add_table(d, "What was looked for before training, and how often it was "
                                      "found.");
    page_add_column(t, "Check", PAGE_COL_TEXT);
    page_add_column(t, "Errors", PAGE_COL_NUMBER);
    page_add_column(t, "Warnings", PAGE_COL_NUMBER);
    page_add_column(t, "Notes", PAGE_COL_NUMBER);
    page_add_column(t, "What is counted", PAGE_COL_TEXT);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        page_add_cell(t, "%s", checks[i].word);
        for (size_t s = 0; s < 3; s++)
            page_add_cell(t, "%zu", count(a, checks[i].word, severities[s]));
        page_add_cell(t, "%s", checks[i].about);
    }
}

static void list_shortcuts(page_doc *d, const report_audit *a)
{
    if (count(a, "shortcut", "error") + count(a, "shortcut", "warning") +
            count(a, "shortcut", "note") ==
        0)
        return;
    page_table *t = page_add_table(d, "Shortcuts: how well one trait of the file tells the class, "
                                      "without a look at the picture. 0.5 is chance; 0 and 1 tell "
                                      "everything.");
    page_add_column(t, "Trait", PAGE_COL_TEXT);
    page_add_column(t, "AUROC", PAGE_COL_NUMBER);
    page_add_column(t, "Severity", PAGE_COL_TEXT);
    page_add_column(t, "In words", PAGE_COL_TEXT);
    for (size_t r = 0; r < a->table.nrows; r++) {
        if (strcmp(report_audit_field(a, r, AUDIT_CHECK), "shortcut") != 0)
            continue;
        page_add_cell(t, "%s", report_audit_field(a, r, AUDIT_ITEM));
        page_add_cell(t, "%s", report_audit_field(a, r, AUDIT_VALUE));
        page_add_cell(t, "%s", report_audit_field(a, r, AUDIT_SEVERITY));
        page_add_cell(t, "%s", report_audit_field(a, r, AUDIT_TEXT));
    }
}

/* Errors first, as many as are read; all are in the file. */
static void list_findings(page_doc *d, const report_audit *a)
{
    enum { SHOWN = 50 };
    static const char *const severities[] = {"error", "warning"};
    const size_t all =
        a->errors + a->warnings - count(a, "shortcut", "warning") - count(a, "shortcut", "error");
    if (all == 0)
        return;
    page_add_text(d, PAGE_FOLD, "%zu of %zu other errors and warnings", all < SHOWN ? all : SHOWN,
                  all);
    page_table *t = page_add_table(d, "Single findings; audit.tsv holds all of them.");
    static const char *const columns[] = {"Image or item", "Severity",    "Check",
                                          "Subset",        "Other image", "In words"};
    page_add_columns(t, columns, sizeof columns / sizeof *columns, PAGE_COL_TEXT);
    size_t shown = 0;
    for (size_t s = 0; s < 2; s++)
        for (size_t r = 0; r < a->table.nrows && shown < SHOWN; r++) {
            const char *check = report_audit_field(a, r, AUDIT_CHECK);
            const char *sample = report_audit_field(a, r, AUDIT_SAMPLE);
            if (strcmp(report_audit_field(a, r, AUDIT_SEVERITY), severities[s]) != 0 ||
                strcmp(check, "shortcut") == 0)
                continue;
            shown++;
            const char *item = *sample ? sample : report_audit_field(a, r, AUDIT_ITEM);
            page_add_cell(t, "%s", *item ? item : check);
            page_add_cell(t, "%s", severities[s]);
            page_add_cell(t, "%s", check);
            page_add_cell(t, "%s", report_audit_field(a, r, AUDIT_SUBSET));
            page_add_cell(t, "%s", report_audit_field(a, r, AUDIT_OTHER));
            page_add_cell(t, "%s", report_audit_field(a, r, AUDIT_TEXT));
        }
}

void report_add_audit(page_doc *d, const report_audit *a)
{
    page_add_text(d, PAGE_SECTION, "Data audit");
    page_add_text(d, PAGE_TEXT,
                  "%s images were examined before training: %zu errors, %zu warnings.",
                  a->images ? a->images : "The", a->errors, a->warnings);
    list_checks(d, a);
    list_shortcuts(d, a);
    list_findings(d, a);
}

void report_warn_of_audit(page_block *b, const report_audit *a)
{
    if (a->leak)
        page_alarm(b, "%s: %s. The figures are better than they would be for new patients.",
                   a->is_leak_allowed ? "Leakage was allowed (ALLOW_LEAK=1)" : "Leakage", a->leak);
    if (a->errors && !a->leak)
        page_alarm(b, "The audit of the images found %zu errors: see Data audit.", a->errors);
    for (size_t r = 0; r < a->table.nrows; r++)
        if (strcmp(report_audit_field(a, r, AUDIT_CHECK), "shortcut") == 0 &&
            strcmp(report_audit_field(a, r, AUDIT_SEVERITY), "warning") == 0)
            page_warn(b, "Shortcut: %s.", report_audit_field(a, r, AUDIT_TEXT));
}
