/* SPDX-License-Identifier: BSD-2-Clause */
/* The findings of the data audit, and the warnings that follow from them. */
#include "sections.h"

#include <string.h>

static const struct {
    const char *word, *about;
} checks[] = {
    {"unreadable", "files that cannot be decoded as an image"},
    {"remark", "images that are read, but are odd: extra bytes, a wrong checksum, transparent"},
    {"range", "images that use a small part of the grey levels, and sets where only some do"},
    {"inverted", "images that look inverted: dark where a chest X-ray is bright"},
    {"same-file", "byte-identical copies of another image"},
    {"same-pixels", "copies with identical pixels in a different file"},
    {"near", "near duplicates: rescaled or recompressed copies of another image"},
    {"other-set", "copies of images of the collection that the head was trained and tested on"},
    {"patient-subsets", "patients with images in more than one subset"},
    {"study-subsets", "studies with images in more than one subset"},
    {"patient-labels", "patients with images of more than one class"},
    {"shortcut",
     "properties of the files, and carried columns, that predict the class without the image"},
    {"dicom",
     "burned-in text, lossy compression and modality, as DICOM files state them, by class"},
    {"balance", "proportion of the classes in each subset"},
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
    page_table *t =
        page_add_table(d, "Checks made before preprocessing, with the number of findings.");
    page_add_column(t, "Check", PAGE_COL_TEXT);
    page_add_column(t, "Errors", PAGE_COL_NUMBER);
    page_add_column(t, "Warnings", PAGE_COL_NUMBER);
    page_add_column(t, "Notes", PAGE_COL_NUMBER);
    page_add_column(t, "Description", PAGE_COL_TEXT);
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
    page_table *t =
        page_add_table(d, "Shortcuts: how well a single property of the file, or a carried "
                          "column, predicts the class without the image content. An AUROC of 0.5 "
                          "is chance; 0 and 1 are perfect prediction. For a column of a few "
                          "values it is that of leave-pair-out cross-validation, where all up to "
                          "0.5 is chance.");
    page_add_column(t, "Property", PAGE_COL_TEXT);
    page_add_column(t, "AUROC", PAGE_COL_NUMBER);
    page_add_column(t, "Severity", PAGE_COL_TEXT);
    page_add_column(t, "Description", PAGE_COL_TEXT);
    for (size_t r = 0; r < a->table.nrows; r++) {
        if (strcmp(report_audit_field(a, r, AUDIT_CHECK), "shortcut") != 0)
            continue;
        page_add_cell(t, "%s", report_audit_field(a, r, AUDIT_ITEM));
        page_add_cell(t, "%s", report_audit_field(a, r, AUDIT_VALUE));
        page_add_cell(t, "%s", report_audit_field(a, r, AUDIT_SEVERITY));
        page_add_cell(t, "%s", report_audit_field(a, r, AUDIT_TEXT));
    }
}

/* Errors first; more than SHOWN findings would not be read. */
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
    page_table *t = page_add_table(d, "Individual findings; audit.tsv lists all of them.");
    static const char *const columns[] = {"Image or item", "Severity",    "Check",
                                          "Subset",        "Other image", "Description"};
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
    page_add_text(d, PAGE_TEXT, "%s images were examined before preprocessing: %zu %s, %zu %s.",
                  a->images ? a->images : "The", a->errors, a->errors == 1 ? "error" : "errors",
                  a->warnings, a->warnings == 1 ? "warning" : "warnings");
    list_checks(d, a);
    list_shortcuts(d, a);
    list_findings(d, a);
}

/* A row about many images, and not a single one. */
static bool is_of_the_set(const report_audit *a, size_t row, const char *check)
{
    return strcmp(check, "range") == 0 || strcmp(check, "dicom") == 0 ||
           (strcmp(check, "inverted") == 0 && *report_audit_field(a, row, AUDIT_ITEM)) ||
           (strcmp(check, "other-set") == 0 &&
            strcmp(report_audit_field(a, row, AUDIT_ITEM), "unreadable") == 0);
}

void report_warn_of_audit(page_block *b, const report_audit *a)
{
    if (a->leak)
        page_alarm(b, "%s: %s. The metrics are better than they would be for new patients.",
                   a->is_leak_allowed ? "Leakage was allowed (ALLOW_LEAK=1)" : "Leakage", a->leak);
    if (a->errors && !a->leak)
        page_alarm(b, "The audit of the images found %zu error%s: see section Data audit.",
                   a->errors, a->errors == 1 ? "" : "s");
    for (size_t r = 0; r < a->table.nrows; r++) {
        const char *check = report_audit_field(a, r, AUDIT_CHECK);
        const char *text = report_audit_field(a, r, AUDIT_TEXT);
        if (strcmp(report_audit_field(a, r, AUDIT_SEVERITY), "warning") != 0)
            continue;
        if (strcmp(check, "shortcut") == 0)
            page_warn(b, "Shortcut: %s.", text);
        else if (is_of_the_set(a, r, check))
            page_warn(b, "The audit of the images: %s.", text);
    }
}
