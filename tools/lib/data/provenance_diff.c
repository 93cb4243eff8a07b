/* SPDX-License-Identifier: BSD-2-Clause */
/* The first difference between two provenances. */
#include "data/provenance.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *entry, const char *key)
{
    const char *text = json_string_value(json_object_get(entry, key));
    return text ? text : "?";
}

/* Describes the option that begins at or before `at`, with its value. */
static void describe_option(const json_t *entry, size_t at, hl_strbuf *to)
{
    const char *options = text_of(entry, "options"), *from = options;
    if (at > strlen(options)) {
        hl_strbuf_printf(to, "%s without that", text_of(entry, "tool"));
        return;
    }
    for (const char *p = options; (p = strstr(p, "--")) && p <= options + at; p += 2)
        if (p == options || p[-1] == ' ')
            from = p;
    const char *end = strstr(from, " --");
    const int length = (int)(end ? (size_t)(end - from) : strlen(from));
    hl_strbuf_printf(to, "%s %.*s", text_of(entry, "tool"), length, from);
}

static bool options_differ(const json_t *a, const json_t *b, hl_strbuf *in_a, hl_strbuf *in_b)
{
    const char *x = text_of(a, "options"), *y = text_of(b, "options");
    size_t at = 0;
    while (x[at] && x[at] == y[at])
        at++;
    if (x[at] == y[at])
        return false;
    /* If one continues after the end of the other, the next option is the difference. */
    if ((x[at] == ' ' && !y[at]) || (y[at] == ' ' && !x[at]))
        at++;
    describe_option(a, at, in_a);
    describe_option(b, at, in_b);
    return true;
}

static void describe_input(const json_t *entry, const char *role, hl_strbuf *to)
{
    const json_t *digest = json_object_get(json_object_get(entry, "inputs"), role);
    hl_strbuf_printf(to, "%s from %s %s", text_of(entry, "tool"), role,
                     json_is_string(digest) ? json_string_value(digest) : "that it lacks");
}

static bool inputs_differ(const json_t *a, const json_t *b, hl_strbuf *in_a, hl_strbuf *in_b)
{
    json_t *all = json_object();
    json_object_update(all, json_object_get(a, "inputs"));
    json_object_update(all, json_object_get(b, "inputs"));
    const char *differs = NULL;
    for (void *at = json_object_iter(all); at && !differs; at = json_object_iter_next(all, at)) {
        const char *role = json_object_iter_key(at);
        if (!json_equal(json_object_get(json_object_get(a, "inputs"), role),
                        json_object_get(json_object_get(b, "inputs"), role)))
            differs = role;
    }
    if (differs) {
        describe_input(a, differs, in_a);
        describe_input(b, differs, in_b);
    }
    json_decref(all);
    return differs != NULL;
}

static void describe_end(const json_t *entry, hl_strbuf *to)
{
    const json_t *epochs = json_object_get(entry, "interrupted");
    hl_strbuf_printf(to, "%s ", text_of(entry, "tool"));
    if (epochs)
        hl_strbuf_printf(to, "interrupted after epoch %lld", (long long)json_integer_value(epochs));
    else
        hl_strbuf_puts(to, "run to its end");
}

static bool ends_differ(const json_t *a, const json_t *b, hl_strbuf *in_a, hl_strbuf *in_b)
{
    const json_t *x = json_object_get(a, "interrupted"), *y = json_object_get(b, "interrupted");
    if ((!x && !y) || json_equal(x, y))
        return false;
    describe_end(a, in_a);
    describe_end(b, in_b);
    return true;
}

static void describe_tool(const json_t *entry, hl_strbuf *to)
{
    if (!entry)
        hl_strbuf_puts(to, "nothing");
    else
        hl_strbuf_printf(to, "%s %s", text_of(entry, "tool"), text_of(entry, "version"));
}

static void entry_differs(const json_t *a, const json_t *b, hl_strbuf *in_a, hl_strbuf *in_b)
{
    const bool same_tool = a && b && strcmp(text_of(a, "tool"), text_of(b, "tool")) == 0 &&
                           strcmp(text_of(a, "version"), text_of(b, "version")) == 0;
    if (same_tool && (options_differ(a, b, in_a, in_b) || inputs_differ(a, b, in_a, in_b) ||
                      ends_differ(a, b, in_a, in_b)))
        return;
    describe_tool(a, in_a);
    describe_tool(b, in_b);
}

bool hl_provenance_differs(const char *a, const char *b, hl_strbuf *in_a, hl_strbuf *in_b)
{
    json_t *x = json_loads(a, 0, NULL), *y = json_loads(b, 0, NULL);
    size_t i = 0;
    bool differ = strcmp(a, b) != 0;
    if (json_is_array(x) && json_is_array(y)) {
        while (i < json_array_size(x) && json_equal(json_array_get(x, i), json_array_get(y, i)))
            i++;
        differ = i < json_array_size(x) || i < json_array_size(y);
        if (differ)
            entry_differs(json_array_get(x, i), json_array_get(y, i), in_a, in_b);
    } else if (differ) {
        hl_strbuf_puts(in_a, json_is_array(x) ? "a provenance" : "no provenance");
        hl_strbuf_puts(in_b, json_is_array(y) ? "a provenance" : "no provenance");
    }
    json_decref(x);
    json_decref(y);
    return differ;
}
