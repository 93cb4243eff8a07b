/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the tables: history.tsv and predictions.tsv. */
#include "input.h"

#include "../common/mem.h"
#include "../common/text.h"
#include "../common/tsv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- history ---- */

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
    static const char *const names[HIST_COLUMNS] = {"loss", "accuracy", "val_loss", "val_accuracy"};
    h->n = t->nrows;
    if (h->n == 0)
        return hl_fail(e, "%s: it holds no epoch", t->name);
    if (read_column(t, "epoch", &h->epoch, e))
        return -1;
    for (size_t i = 0; i < h->n; i++)
        if (!isfinite(h->epoch[i]) || (i && h->epoch[i] <= h->epoch[i - 1]))
            return hl_fail(e, "%s: row %zu: epoch: expected a larger number than before", t->name,
                           i + 1);
    for (int c = 0; c < HIST_COLUMNS; c++)
        if (read_column(t, names[c], &h->value[c], e))
            return -1;
    const char *chain = hl_tsv_comment(t, "chain");
    h->chain = chain ? hl_strdup(chain) : NULL;
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
    for (int c = 0; c < HIST_COLUMNS; c++)
        free(h->value[c]);
    free(h->chain);
    *h = (report_history){0};
}

/* ---- predictions ---- */

typedef struct prediction_columns {
    size_t sample, patient, subset, label, predicted;
    size_t *p; /* [K] */
} prediction_columns;

static int find_columns(const hl_tsv *t, const report_metrics *m, prediction_columns *c, hl_err *e)
{
    if (hl_tsv_column(t, "sample", &c->sample, e) || hl_tsv_column(t, "patient", &c->patient, e) ||
        hl_tsv_column(t, "subset", &c->subset, e) || hl_tsv_column(t, "label", &c->label, e) ||
        hl_tsv_column(t, "predicted", &c->predicted, e))
        return -1;
    for (size_t k = 0; k < m->m.nclasses; k++) {
        hl_text name = {0};
        hl_text_printf(&name, "p_%s", m->classes[k]);
        const int status = hl_tsv_column(t, name.data, &c->p[k], e);
        hl_text_free(&name);
        if (status)
            return -1;
    }
    return 0;
}

static int read_class(const hl_tsv *t, const report_metrics *m, size_t row, size_t column,
                      uint32_t *out, hl_err *e)
{
    const char *name = hl_tsv_field(t, row, column);
    for (*out = 0; *out < m->m.nclasses; ++*out)
        if (strcmp(m->classes[*out], name) == 0)
            return 0;
    return hl_fail(e, "%s: row %zu: %s: expected a class of %s, found '%s'", t->name, row + 1,
                   t->columns[column], m->file, name);
}

static int read_prediction(const hl_tsv *t, const report_metrics *m, const prediction_columns *c,
                           size_t row, report_predictions *out, hl_err *e)
{
    double *p = out->p + out->n * m->m.nclasses;
    report_prediction one = {0};
    if (read_class(t, m, row, c->label, &one.label, e) ||
        read_class(t, m, row, c->predicted, &one.predicted, e))
        return -1;
    for (size_t k = 0; k < m->m.nclasses; k++) {
        if (read_value(t, row, c->p[k], &p[k], e))
            return -1;
        if (!(p[k] >= 0 && p[k] <= 1))
            return hl_fail(e, "%s: row %zu: %s: expected a probability, found '%s'", t->name,
                           row + 1, t->columns[c->p[k]], hl_tsv_field(t, row, c->p[k]));
    }
    one.sample = hl_strdup(hl_tsv_field(t, row, c->sample));
    one.patient = hl_strdup(hl_tsv_field(t, row, c->patient));
    out->rows[out->n++] = one;
    return 0;
}

static int read_rows(const hl_tsv *t, const report_metrics *m, const prediction_columns *c,
                     report_predictions *out, hl_err *e)
{
    const bool all = strcmp(m->subset, "all") == 0;
    out->rows = hl_malloc(t->nrows, sizeof *out->rows);
    out->p = hl_malloc(t->nrows * m->m.nclasses, sizeof *out->p);
    for (size_t i = 0; i < t->nrows; i++)
        if (all || strcmp(hl_tsv_field(t, i, c->subset), m->subset) == 0)
            if (read_prediction(t, m, c, i, out, e))
                return -1;
    if (out->n != m->m.n)
        return hl_fail(e, "%s: expected %llu rows of the subset %s, as in %s, found %zu", t->name,
                       (unsigned long long)m->m.n, m->subset, m->file, out->n);
    return 0;
}

int report_predictions_read(report_predictions *p, const char *path, const report_metrics *m,
                            hl_err *e)
{
    hl_tsv t;
    *p = (report_predictions){0};
    if (hl_tsv_read(&t, path, e))
        return -1;
    prediction_columns c = {.p = hl_malloc(m->m.nclasses, sizeof *c.p)};
    int status = find_columns(&t, m, &c, e);
    if (status == 0)
        status = read_rows(&t, m, &c, p, e);
    free(c.p);
    hl_tsv_free(&t);
    if (status)
        report_predictions_free(p);
    return status;
}

void report_predictions_free(report_predictions *p)
{
    for (size_t i = 0; i < p->n; i++) {
        free(p->rows[i].sample);
        free(p->rows[i].patient);
    }
    free(p->rows);
    free(p->p);
    *p = (report_predictions){0};
}
