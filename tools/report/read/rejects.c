/* SPDX-License-Identifier: BSD-2-Clause */
#include "rejects.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static int by_path(const void *a, const void *b)
{
    return strcmp((*(const hl_sample *const *)a)->path, (*(const hl_sample *const *)b)->path);
}

static const hl_sample *find(const hl_sample *const *sorted, size_t n, const char *path)
{
    /* The key is only read. */
    const hl_sample key = {.path = (char *)(uintptr_t)path}, *wanted = &key;
    const hl_sample *const *found =
        n ? bsearch(&wanted, sorted, n, sizeof(hl_sample *), by_path) : NULL;
    return found ? *found : NULL;
}

static int count_rows(report_rejects *r, const hl_sample *const *sorted, size_t n, hl_err *e)
{
    for (size_t row = 0; row < r->table.nrows; row++) {
        const char *path = hl_tsv_field(&r->table, row, r->path);
        if (row && strcmp(path, hl_tsv_field(&r->table, row - 1, r->path)) == 0)
            return hl_fail(e, "%s: row %zu: '%s' is listed twice", r->table.name, row + 1, path);
        const hl_sample *s = find(sorted, n, path);
        if (!s)
            return hl_fail(e, "%s: row %zu: expected an image of the manifest, found '%s'",
                           r->table.name, row + 1, path);
        r->counts[s->cls][s->subset]++;
        r->in_subset[s->subset]++;
    }
    return 0;
}

/* Augmented copies are not images. */
static int count(report_rejects *r, const hl_manifest *m, hl_err *e)
{
    const hl_sample **sorted = hl_malloc(m->n, sizeof *sorted);
    size_t n = 0;
    r->counts = hl_calloc(m->nclasses, sizeof *r->counts);
    r->listed = hl_calloc(m->nclasses, sizeof *r->listed);
    for (size_t i = 0; i < m->n; i++) {
        const hl_sample *s = &m->samples[i];
        if (s->augmented)
            continue;
        r->listed[s->cls][s->subset]++;
        sorted[n++] = s;
    }
    qsort(sorted, n, sizeof *sorted, by_path);
    const int status = count_rows(r, sorted, n, e);
    free(sorted);
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

void report_rejects_free(report_rejects *r)
{
    hl_tsv_free(&r->table);
    free(r->counts);
    free(r->listed);
    *r = (report_rejects){0};
}
