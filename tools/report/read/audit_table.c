/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit_table.h"

#include <string.h>

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
    a->provenance = hl_tsv_comment(&a->table, "provenance");
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
