/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/kermany.h"

#include <stdbool.h>
#include <string.h>

/* Advances *s past a word if it starts with it. */
static bool skip(const char **s, const char *word)
{
    const size_t len = strlen(word);
    if (strncmp(*s, word, len) != 0)
        return false;
    *s += len;
    return true;
}

static bool skip_digits(const char **s)
{
    const size_t len = strspn(*s, "0123456789");
    *s += len;
    return len > 0;
}

/* Whether s is the number of the image, further numbers and at most an extension. */
static bool is_rest(const char *s)
{
    do {
        if (!skip_digits(&s))
            return false;
    } while (skip(&s, "-") || skip(&s, "_"));
    return *s == '\0' || (*s == '.' && !strchr(s + 1, '.'));
}

static size_t person_length(const char *name)
{
    const char *s = name;
    if (!skip(&s, "person") || !skip_digits(&s) || !(skip(&s, "_bacteria") || skip(&s, "_virus")))
        return 0;
    const size_t len = (size_t)(s - name);
    return skip(&s, "_") && is_rest(s) ? len : 0;
}

static size_t im_length(const char *name)
{
    const char *s = name;
    (void)skip(&s, "NORMAL2-");
    if (!skip(&s, "IM-") || !skip_digits(&s))
        return 0;
    const size_t len = (size_t)(s - name);
    return skip(&s, "-") && is_rest(s) ? len : 0;
}

size_t hl_kermany_patient(const char *name)
{
    const size_t len = person_length(name);
    return len ? len : im_length(name);
}
