/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/predictions.h"

#include "base/mem.h"
#include "base/parse.h"
#include "format/string_list.h"

#include <stdlib.h>
#include <string.h>

typedef struct columns {
    size_t sample, patient, subset, label, predicted;
    size_t *p; /* [K] */
} columns;

typedef struct class_list {
    const char *const *names;
    size_t n;
    const char *origin;
} class_list;

/* Finds the column p_CLASS of each class; another column p_... is an error. */
static int find_classes(const hl_tsv *t, const class_list *classes, columns *c, hl_err *e)
{
    size_t found = 0;
    for (size_t i = 0; i < t->ncolumns; i++) {
        if (strncmp(t->columns[i], "p_", 2) != 0)
            continue;
        size_t k = 0;
        while (k < classes->n && strcmp(classes->names[k], t->columns[i] + 2) != 0)
            k++;
        if (k == classes->n)
            return hl_fail(e, "classes differ: %s has a column '%s', which is not a class of %s",
                           t->name, t->columns[i], classes->origin);
        c->p[k] = i;
        found++;
    }
    return found == classes->n
               ? 0
               : hl_fail(e, "classes differ: %s has %zu columns p_CLASS, %s %zu classes", t->name,
                         found, classes->origin, classes->n);
}

static int find_columns(const hl_tsv *t, const class_list *classes, columns *c, hl_err *e)
{
    if (hl_tsv_column(t, "sample", &c->sample, e) || hl_tsv_column(t, "patient", &c->patient, e) ||
        hl_tsv_column(t, "subset", &c->subset, e) || hl_tsv_column(t, "label", &c->label, e) ||
        hl_tsv_column(t, "predicted", &c->predicted, e))
        return -1;
    return find_classes(t, classes, c, e);
}

static int read_class(const hl_tsv *t, const class_list *classes, size_t row, size_t column,
                      uint32_t *out, hl_err *e)
{
    const char *name = hl_tsv_field(t, row, column);
    for (*out = 0; *out < classes->n; ++*out)
        if (strcmp(classes->names[*out], name) == 0)
            return 0;
    return hl_fail(e, "%s: row %zu: %s: expected a class of %s, found '%s'", t->name, row + 1,
                   t->columns[column], classes->origin, name);
}

static int read_row(hl_predictions *out, const class_list *classes, const columns *c, size_t row,
                    hl_err *e)
{
    const hl_tsv *t = &out->table;
    hl_prediction *one = &out->rows[out->n];
    double *p = out->p + out->n * classes->n;
    if (read_class(t, classes, row, c->label, &one->label, e) ||
        read_class(t, classes, row, c->predicted, &one->predicted, e))
        return -1;
    for (size_t k = 0; k < classes->n; k++) {
        const char *field = hl_tsv_field(t, row, c->p[k]);
        if (!hl_parse_f64(field, &p[k]) || p[k] < 0 || p[k] > 1)
            return hl_fail(e, "%s: row %zu: %s: expected a probability, found '%s'", t->name,
                           row + 1, t->columns[c->p[k]], field);
    }
    one->sample = hl_tsv_field(t, row, c->sample);
    one->patient = hl_tsv_field(t, row, c->patient);
    one->subset = hl_tsv_field(t, row, c->subset);
    one->row = row;
    out->n++;
    return 0;
}

static void take_classes(hl_predictions *p, const class_list *given)
{
    const hl_tsv *t = &p->table;
    p->classes = hl_malloc(given->names ? given->n : t->ncolumns, sizeof *p->classes);
    for (size_t k = 0; given->names && k < given->n; k++)
        p->classes[p->nclasses++] = given->names[k];
    for (size_t c = 0; !given->names && c < t->ncolumns; c++)
        if (strncmp(t->columns[c], "p_", 2) == 0)
            p->classes[p->nclasses++] = t->columns[c] + 2;
}

static int read_rows(hl_predictions *out, const class_list *classes, const char *subset, hl_err *e)
{
    const size_t rows = out->table.nrows;
    columns c = {.p = hl_malloc(classes->n, sizeof *c.p)};
    int status = find_columns(&out->table, classes, &c, e);
    out->rows = hl_malloc(rows, sizeof *out->rows);
    out->p = hl_malloc(rows * classes->n, sizeof *out->p);
    for (size_t i = 0; i < rows && status == 0; i++)
        if (!subset || strcmp(hl_tsv_field(&out->table, i, c.subset), subset) == 0)
            status = read_row(out, classes, &c, i, e);
    free(c.p);
    out->provenance = hl_tsv_comment(&out->table, "provenance");
    out->feature_space = hl_tsv_comment(&out->table, "feature_space");
    return status;
}

static int read_positive(hl_predictions *p, hl_err *e)
{
    const char *name = hl_tsv_comment(&p->table, "positive");
    p->positive =
        name ? hl_positive_find((char *const *)p->classes, p->nclasses, name) : HL_NO_POSITIVE;
    return name && p->positive == HL_NO_POSITIVE
               ? hl_fail(e, "%s: #positive: expected one of its classes, found '%s'", p->table.name,
                         name)
               : 0;
}

static int read_rule(hl_predictions *p, hl_err *e)
{
    return hl_unit_rule_parse(&p->rule, hl_tsv_comment(&p->table, "unit"),
                              hl_tsv_comment(&p->table, "combine"), p->table.name, e);
}

int hl_predictions_choose_positive(const hl_predictions *p, const char *asked, int *positive,
                                   hl_err *e)
{
    const hl_positive_choice c = {.classes = (char *const *)p->classes,
                                  .n = p->nclasses,
                                  .of = p->table.name,
                                  .asked = asked,
                                  .recorded = p->positive};
    return hl_positive_class(positive, &c, e);
}

static const char *class_name(const hl_predictions *p, int cls)
{
    return cls == HL_NO_POSITIVE ? "none" : p->classes[cls];
}

int hl_predictions_check_positive(const hl_predictions *p, const char *asked, int positive,
                                  const char *first, hl_err *e)
{
    int own;
    if (hl_predictions_choose_positive(p, asked, &own, e))
        return -1;
    return own == positive
               ? 0
               : hl_fail(e, "positive classes differ: '%s' in %s, '%s' in %s",
                         class_name(p, positive), first, class_name(p, own), p->table.name);
}

int hl_predictions_read(hl_predictions *p, const char *path, const char *const *classes,
                        size_t nclasses, const char *origin, const char *subset, hl_err *e)
{
    *p = (hl_predictions){0};
    if (hl_tsv_read(&p->table, path, e))
        return -1;
    const class_list given = {classes, nclasses, origin};
    take_classes(p, &given);
    const class_list list = {p->classes, p->nclasses, classes ? origin : "the columns p_CLASS"};
    const int status = hl_tsv_check_kind(&p->table, "hilum-predictions 1", e) ||
                               hl_string_list_check_count(p->nclasses, p->table.name, e) ||
                               read_positive(p, e) || read_rule(p, e) ||
                               read_rows(p, &list, subset, e)
                           ? -1
                           : 0;
    if (status)
        hl_predictions_free(p);
    return status;
}

void hl_predictions_free(hl_predictions *p)
{
    free(p->rows);
    free(p->p);
    free(p->classes);
    hl_tsv_free(&p->table);
    *p = (hl_predictions){0};
}
