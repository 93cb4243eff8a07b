/* SPDX-License-Identifier: BSD-2-Clause */
#include "carried.h"

#include "base/mem.h"
#include "blank_words.h"
#include "data/dicom_columns.h"
#include "rounded.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_used(const char *role)
{
    static const char *const roles[] = {"image", "label", "patient", "subset", "sop"};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (strcmp(role, roles[i]) == 0)
            return true;
    return false;
}

int split_carried_name(split_carried *c, const split_pairs *roles, hl_err *e)
{
    for (size_t i = 0; i < roles->n; i++)
        if (!is_used(roles->items[i].name) && hl_carried_add(&c->columns, roles->items[i].name, e))
            return -1;
    return 0;
}

void split_carried_find(split_carried *c, const split_csv *csv, const split_pairs *roles)
{
    size_t n = 0;
    for (size_t i = 0; i < roles->n; i++)
        if (!is_used(roles->items[i].name))
            c->at[n++] = split_column_named(csv, roles->items[i].value);
}

/* "None" may be a value, as of "previous surgery". */
static bool is_missing(split_word field)
{
    static const char none[] = "none";
    const bool is_none = field.len == sizeof none - 1 && strncasecmp(field.s, none, field.len) == 0;
    return !is_none && split_is_blank_word(field);
}

int split_carried_read(split_carried *c, const split_csv *csv, size_t *row, hl_err *e)
{
    *row = c->texts.len;
    for (size_t i = 0; i < c->columns.n; i++) {
        const split_word field = split_word_trim(split_word_of(csv->fields[c->at[i]]));
        char *value = hl_strndup(field.s, is_missing(field) ? 0 : field.len);
        hl_strbuf_puts(&c->texts, i ? "\t" : "");
        int status = hl_carried_add_value(&c->texts, value, e);
        if (status == 0 && strcmp(c->columns.names[i], hl_study_column) == 0)
            status = split_expect_identifier(field, "study", NULL, e);
        free(value);
        if (status)
            return hl_fail_in(e, csv->columns[c->at[i]]);
    }
    if (c->columns.n)
        hl_strbuf_add(&c->texts, "", 1);
    return 0;
}

const char *split_carried_text(const split_carried *c, size_t row)
{
    return c->columns.n ? c->texts.data + row : "";
}

void split_carried_free(split_carried *c)
{
    hl_carried_free(&c->columns);
    hl_strbuf_free(&c->texts);
}
