/* SPDX-License-Identifier: BSD-2-Clause */
#include "kermany.h"

#include <stdbool.h>
#include <string.h>

/* Takes a word off the front. */
static bool take(const char **s, const char *word)
{
    const size_t len = strlen(word);
    if (strncmp(*s, word, len) != 0)
        return false;
    *s += len;
    return true;
}

static bool take_digits(const char **s)
{
    const size_t len = strspn(*s, "0123456789");
    *s += len;
    return len > 0;
}

/* The number of the image, further numbers, and then nothing but an extension. */
static bool is_rest(const char *s)
{
    do {
        if (!take_digits(&s))
            return false;
    } while (take(&s, "-") || take(&s, "_"));
    return *s == '\0' || (*s == '.' && !strchr(s + 1, '.'));
}

static size_t person(const char *name)
{
    const char *s = name;
    if (!take(&s, "person") || !take_digits(&s) || !(take(&s, "_bacteria") || take(&s, "_virus")))
        return 0;
    const size_t len = (size_t)(s - name);
    return take(&s, "_") && is_rest(s) ? len : 0;
}

static size_t im(const char *name)
{
    const char *s = name;
    (void)take(&s, "NORMAL2-");
    if (!take(&s, "IM-") || !take_digits(&s))
        return 0;
    const size_t len = (size_t)(s - name);
    return take(&s, "-") && is_rest(s) ? len : 0;
}

size_t split_kermany_patient(const char *name)
{
    const size_t len = person(name);
    return len ? len : im(name);
}
