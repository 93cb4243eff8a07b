/* SPDX-License-Identifier: BSD-2-Clause */
#include "rejects.h"

#include "base/mem.h"
#include "data/manifest_index.h"

#include <stdbool.h>
#include <stdlib.h>

/* The images that were left out, as a manifest: its samples are copies that own nothing. */
typedef struct selection {
    const hl_manifest *from;
    hl_manifest out;
    bool *taken; /* [from->n] */
} selection;

static int select_row(selection *s, const hl_manifest_index *x, const hl_tsv *t, size_t row,
                      size_t column, hl_err *e)
{
    const char *path = hl_tsv_field(t, row, column);
    const hl_sample *found = hl_manifest_find(x, path);
    if (!found)
        return hl_fail(e, "%s: row %zu: expected an image of the manifest, found '%s'", t->name,
                       row + 1, path);
    bool *taken = &s->taken[found - s->from->samples];
    if (*taken)
        return hl_fail(e, "%s: row %zu: '%s' is listed twice", t->name, row + 1, path);
    *taken = true;
    s->out.samples[s->out.n++] = *found;
    return 0;
}

static int count(report_rejects *r, const hl_manifest *m, hl_err *e)
{
    hl_manifest_index x;
    selection s = {.from = m,
                   .out = {.samples = hl_malloc(m->n, sizeof *s.out.samples),
                           .classes = m->classes,
                           .nclasses = m->nclasses},
                   .taken = hl_calloc(m->n, sizeof *s.taken)};
    int status = 0;
    hl_manifest_index_make(&x, m);
    for (size_t row = 0; row < r->table.nrows && status == 0; row++)
        status = select_row(&s, &x, &r->table, row, r->path, e);
    hl_manifest_index_free(&x);
    if (status == 0) {
        hl_subset_counts_make(&r->out, &s.out);
        hl_subset_counts_make(&r->all, m);
    }
    free(s.out.samples);
    free(s.taken);
    return status;
}

int report_rejects_read(report_rejects *r, const char *path, const hl_manifest *m, hl_err *e)
{
    *r = (report_rejects){0};
    if (hl_tsv_read(&r->table, path, e))
        return -1;
    r->provenance = hl_tsv_comment(&r->table, "provenance");
    if (hl_tsv_check_kind(&r->table, "hilum-rejects 1", e) ||
        hl_tsv_column(&r->table, "path", &r->path, e) ||
        hl_tsv_column(&r->table, "reason", &r->reason, e) || count(r, m, e)) {
        report_rejects_free(r);
        return -1;
    }
    return 0;
}

size_t report_rejects_in_subset(const report_rejects *r, hl_subset subset)
{
    return r->out.images ? r->out.images[r->out.nclasses][subset] : 0;
}

void report_rejects_free(report_rejects *r)
{
    hl_tsv_free(&r->table);
    hl_subset_counts_free(&r->out);
    hl_subset_counts_free(&r->all);
    *r = (report_rejects){0};
}
