/* SPDX-License-Identifier: BSD-2-Clause */
#include "provenance_entry.h"

#include <string.h>

const char *report_provenance_text(const json_t *entry, const char *key)
{
    const char *text = json_string_value(json_object_get(entry, key));
    return text ? text : "";
}

static bool is_of(const json_t *entry, const char *tool)
{
    return strcmp(report_provenance_text(entry, "tool"), tool) == 0;
}

const json_t *report_provenance_find(const json_t *provenance, const char *tool)
{
    for (size_t i = json_array_size(provenance); i-- > 0;)
        if (is_of(json_array_get(provenance, i), tool))
            return json_array_get(provenance, i);
    return NULL;
}

const json_t *report_provenance_first(const json_t *provenance, const char *tool)
{
    for (size_t i = 0; i < json_array_size(provenance); i++)
        if (is_of(json_array_get(provenance, i), tool))
            return json_array_get(provenance, i);
    return NULL;
}

/* Options are quoted like words of a shell. Appends the word at `at` without its quotes; returns
 * the start of the next word. */
static const char *next_word(const char *at, hl_strbuf *word)
{
    bool quoted = false;
    for (; *at && (quoted || *at != ' '); at++) {
        if (*at == '\'')
            quoted = !quoted;
        else if (*at == '\\' && !quoted && at[1])
            hl_strbuf_add(word, ++at, 1);
        else
            hl_strbuf_add(word, at, 1);
    }
    return at + strspn(at, " ");
}

/* The rest of the options after this one, or NULL. A quoted word is a value, never an option. */
static const char *after(const json_t *entry, const char *name)
{
    const char *at = report_provenance_text(entry, "options"), *found = NULL;
    while (*at && !found) {
        hl_strbuf word = {0};
        const bool bare = *at != '\'';
        at = next_word(at, &word);
        if (bare && word.len && strcmp(word.data, name) == 0)
            found = at;
        hl_strbuf_free(&word);
    }
    return found;
}

bool report_provenance_option(const json_t *entry, const char *name, hl_strbuf *value)
{
    const char *at = after(entry, name);
    if (!at || !*at)
        return false;
    next_word(at, value);
    return true;
}

bool report_provenance_has(const json_t *entry, const char *name)
{
    return after(entry, name) != NULL;
}

bool report_provenance_option_is(const json_t *entry, const char *name, const char *value)
{
    hl_strbuf found = {0};
    const bool same = report_provenance_option(entry, name, &found) && found.len &&
                      strcmp(found.data, value) == 0;
    hl_strbuf_free(&found);
    return same;
}
