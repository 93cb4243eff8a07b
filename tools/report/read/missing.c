/* SPDX-License-Identifier: BSD-2-Clause */
#include "missing.h"

int report_missing_read(report_missing *r, const char *path, hl_err *e)
{
    *r = (report_missing){0};
    if (hl_tsv_read(&r->table, path, e))
        return -1;
    r->provenance = hl_tsv_comment(&r->table, "provenance");
    if (hl_tsv_check_kind(&r->table, "hilum-rejects 1", e) ||
        hl_tsv_column(&r->table, "path", &r->path, e) ||
        hl_tsv_column(&r->table, "label", &r->label, e) ||
        hl_tsv_column(&r->table, "subset", &r->subset, e) ||
        hl_tsv_column(&r->table, "reason", &r->reason, e)) {
        report_missing_free(r);
        return -1;
    }
    return 0;
}

void report_missing_free(report_missing *r)
{
    hl_tsv_free(&r->table);
    *r = (report_missing){0};
}
