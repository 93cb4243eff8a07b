/* SPDX-License-Identifier: BSD-2-Clause */
#include "history.h"

#include "base/mem.h"
#include "base/parse.h"
#include "format/tsv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int read_value(const hl_tsv *t, size_t row, size_t column, double *out, hl_err *e)
{
    const char *field = hl_tsv_field(t, row, column);
    *out = NAN;
    if (!*field || strcmp(field, "nan") == 0 || strcmp(field, "-") == 0 || hl_parse_f64(field, out))
        return 0;
    return hl_fail(e, "%s: row %zu: %s: expected a number, found '%s'", t->name, row + 1,
                   t->columns[column], field);
}

static int read_column(const hl_tsv *t, const char *name, double **out, hl_err *e)
{
    size_t column;
    if (hl_tsv_column(t, name, &column, e))
        return -1;
    *out = hl_malloc(t->nrows, sizeof **out);
    for (size_t i = 0; i < t->nrows; i++)
        if (read_value(t, i, column, *out + i, e))
            return -1;
    return 0;
}

static int read_columns(report_history *h, const hl_tsv *t, hl_err *e)
{
    static const char *const names[REPORT_HISTORY_COLUMNS] = {"loss", "accuracy", "val_loss",
                                                              "val_accuracy"};
    h->n = t->nrows;
    if (h->n == 0)
        return hl_fail(e, "%s: expected at least one epoch, found none", t->name);
    if (read_column(t, "epoch", &h->epoch, e))
        return -1;
    for (size_t i = 0; i < h->n; i++)
        if (!isfinite(h->epoch[i]) || (i && h->epoch[i] <= h->epoch[i - 1]))
            return hl_fail(e, "%s: row %zu: epoch: expected a larger number than in the row before",
                           t->name, i + 1);
    for (int c = 0; c < REPORT_HISTORY_COLUMNS; c++)
        if (read_column(t, names[c], &h->value[c], e))
            return -1;
    const char *provenance = hl_tsv_comment(t, "provenance");
    h->provenance = provenance ? hl_strdup(provenance) : NULL;
    return 0;
}

int report_history_read(report_history *h, const char *path, hl_err *e)
{
    hl_tsv t;
    *h = (report_history){0};
    if (hl_tsv_read(&t, path, e))
        return -1;
    const int status = read_columns(h, &t, e);
    hl_tsv_free(&t);
    if (status)
        report_history_free(h);
    return status;
}

void report_history_free(report_history *h)
{
    free(h->epoch);
    for (int c = 0; c < REPORT_HISTORY_COLUMNS; c++)
        free(h->value[c]);
    free(h->provenance);
    *h = (report_history){0};
}
