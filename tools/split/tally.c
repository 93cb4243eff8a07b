/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally.h"

#include <stdlib.h>

void split_tally_add_missing(split_tally *t, const char *cls, size_t len, size_t missing,
                             size_t rows)
{
    if (!t->missing_of)
        t->missing_of = json_array();
    json_t *name = json_stringn(cls, len); /* NULL if it is not UTF-8, which is refused later */
    json_array_append_new(t->missing_of, json_pack("[o, I, I]", name ? name : json_string("?"),
                                                   (json_int_t)missing, (json_int_t)rows));
}

static void add(json_t *o, const char *key, size_t n)
{
    if (n)
        json_object_set_new(o, key, json_integer((json_int_t)n));
}

char *split_tally_format(const split_tally *t)
{
    json_t *o = json_pack("{s:s, s:I}", "source", t->source, "listed", (json_int_t)t->listed);
    if (t->cells)
        json_object_set_new(o, "cells", json_string(t->cells));
    add(o, "exclude", t->excluded);
    add(o, "select", t->selected_out);
    add(o, "blank", t->blank);
    add(o, "uncertain", t->uncertain);
    add(o, "blank_kept", t->blank_kept);
    add(o, "uncertain_kept", t->uncertain_kept);
    add(o, "classes", t->unclassed);
    add(o, "missing", t->missing);
    add(o, "repeated", t->repeated);
    if (t->missing_of)
        json_object_set(o, "missing_of", t->missing_of);
    char *text = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    return text;
}

void split_tally_free(split_tally *t)
{
    json_decref(t->missing_of);
    for (size_t i = 0; t->missing_rows && i < t->missing; i++) {
        free(t->missing_rows[i].path);
        free(t->missing_rows[i].label);
    }
    free(t->missing_rows);
    *t = (split_tally){0};
}
