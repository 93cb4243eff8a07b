/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom_select.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "data/dicom_columns.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

/* Identifiers are no columns to select by: the option is recorded. */
static int column_of(const char *name)
{
    for (int i = 0; i < HL_DICOM_CARRIED; i++)
        if (strcmp(name, hl_dicom_columns[i]) == 0)
            return i;
    return -1;
}

static int expect_column(const split_pair *condition, hl_err *e)
{
    if (column_of(condition->name) >= 0)
        return 0;
    hl_strbuf list = {0};
    for (size_t i = 0; i < HL_DICOM_CARRIED; i++)
        hl_strbuf_item(&list, i, HL_DICOM_CARRIED, "%s", hl_dicom_columns[i]);
    hl_fail(e, "--select: expected a column of DICOM files (%s), found '%s'", list.data,
            condition->name);
    hl_strbuf_free(&list);
    return -1;
}

/* Of a file that is no DICOM file, the value is empty. */
static char *value_of(const hl_dicom_file *f, int column)
{
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "");
    if (f->kind == HL_DICOM_IMAGE)
        hl_dicom_column_value(&f->a, (hl_dicom_column)column, &t);
    return t.data;
}

static int apply(const split_pair *condition, const hl_manifest *m, const hl_dicom_file *files,
                 bool *meets, const char *dir, hl_err *e)
{
    char **values = hl_calloc(m->n, sizeof *values);
    split_words seen = {0};
    for (size_t i = 0; i < m->n; i++) {
        values[i] = value_of(&files[i], column_of(condition->name));
        const split_word value = split_word_trim(split_word_of(values[i]));
        split_words_add(&seen, value);
        meets[i] = meets[i] && split_condition_accepts(condition, value);
    }
    const int status = split_condition_expect_used(condition, &seen, condition->name, dir, e);
    split_words_free(&seen);
    for (size_t i = 0; i < m->n; i++)
        free(values[i]);
    free(values);
    return status;
}

static bool is_ours(const int *at, size_t i)
{
    return !at || at[i] < 0;
}

int split_dicom_select(const hl_manifest *m, const hl_dicom_file *files, bool *drop,
                       const split_dicom_rule *rule, const int *at, split_tally *t, hl_err *e)
{
    bool *meets = hl_malloc(m->n, sizeof *meets);
    size_t ours = 0, left_out = 0;
    int status = 0;
    for (size_t i = 0; i < m->n; i++)
        meets[i] = true;
    for (size_t i = 0; rule->select && i < rule->select->n && status == 0; i++) {
        const split_pair *condition = &rule->select->items[i];
        if (!is_ours(at, i))
            continue;
        ours++;
        status =
            expect_column(condition, e) || apply(condition, m, files, meets, rule->dir, e) ? -1 : 0;
    }
    for (size_t i = 0; i < m->n; i++) {
        left_out += !meets[i] && !drop[i];
        drop[i] = drop[i] || !meets[i];
    }
    free(meets);
    t->selected_out += left_out;
    if (ours && status == 0)
        hl_log_info("%s: --select leaves out %zu of %zu images", rule->dir, left_out, m->n);
    return status;
}

int split_dicom_expect_none(const split_dicom_rule *rule, const split_dicom *d, hl_err *e)
{
    for (size_t i = 0; rule->select && i < rule->select->n; i++)
        if (is_ours(d->condition_at, i))
            return d->no_column
                       ? hl_fail(e, "%s", d->no_column->msg)
                       : hl_fail(
                             e,
                             "%s: --select: '%s' is a column of tables (--labels) or DICOM files: "
                             "expected one of them",
                             rule->dir, rule->select->items[i].name);
    return 0;
}
