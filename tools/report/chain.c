/* SPDX-License-Identifier: BSD-2-Clause */
#include "chain.h"

#include <string.h>

const char *chain_text(const json_t *entry, const char *key)
{
    const char *text = json_string_value(json_object_get(entry, key));
    return text ? text : "";
}

const json_t *chain_find(const json_t *chain, const char *tool)
{
    for (size_t i = json_array_size(chain); i-- > 0;)
        if (strcmp(chain_text(json_array_get(chain, i), "tool"), tool) == 0)
            return json_array_get(chain, i);
    return NULL;
}

/* What follows "--name" as a whole word, or NULL. */
static const char *after(const json_t *entry, const char *name)
{
    const char *options = chain_text(entry, "options");
    const size_t len = strlen(name);
    for (const char *at = options; (at = strstr(at, name)); at += len)
        if ((at == options || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
            return at + len;
    return NULL;
}

bool chain_option(const json_t *entry, const char *name, hl_text *value)
{
    const char *from = after(entry, name);
    if (!from || *from != ' ')
        return false;
    from++;
    if (*from == '\'') /* quoted as a word of the shell */
        hl_text_add(value, from + 1, strcspn(from + 1, "'"));
    else
        hl_text_add(value, from, strcspn(from, " "));
    return true;
}

bool chain_has(const json_t *entry, const char *name)
{
    return after(entry, name) != NULL;
}

bool chain_option_is(const json_t *entry, const char *name, const char *value)
{
    hl_text found = {0};
    const bool same =
        chain_option(entry, name, &found) && found.len && strcmp(found.data, value) == 0;
    hl_text_free(&found);
    return same;
}
