/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/positive_class.h"

#include "base/strbuf.h"
#include "base/utf8.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ---- */

static bool is_separator(char c)
{
    return c && strchr(" _-()", c);
}

/* Lower case, without separators. */
static char *plain_name(const char *name)
{
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "");
    for (; *name; name++)
        if (!is_separator(*name))
            hl_strbuf_printf(&t, "%c", tolower((unsigned char)*name));
    return t.data;
}

static bool is_one_of(const char *text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return false;
}

static bool is_negative_word(const char *plain)
{
    static const char *const words[] = {
        "normal",     "normals",   "negative",   "negatives", "neg",   "healthy", "benign",
        "control",    "controls",  "noncase",    "noncases",  "false", "none",    "no",
        "unaffected", "nofinding", "nofindings", "nodisease", "0",     "absent",  "uninfected",
    };
    return is_one_of(plain, words, sizeof words / sizeof *words);
}

/* ---- words of a name ---- */

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Appends the next word of the name, in lower case, and returns what follows; NULL after the last.
 * A word is of letters or of digits, and a capital after a small letter begins another. */
static const char *next_word(const char *name, hl_strbuf *word)
{
    while (*name && !is_letter(*name) && !isdigit((unsigned char)*name))
        name++;
    if (!*name)
        return NULL;
    const bool letters = is_letter(*name);
    do
        hl_strbuf_printf(word, "%c", tolower((unsigned char)*name++));
    while ((letters ? is_letter(*name) : isdigit((unsigned char)*name) != 0) &&
           !(islower((unsigned char)name[-1]) && isupper((unsigned char)*name)));
    return name;
}

/* "NORMAL2", "healthy_control", "0_normal": negative words and numbers, and no others. */
static bool is_all_negative(const char *name)
{
    bool all = true, any = false;
    hl_strbuf word = {0};
    while (all && (name = next_word(name, &word))) {
        const bool number = isdigit((unsigned char)word.data[0]);
        all = number || is_negative_word(word.data);
        any |= !number;
        word.len = 0;
    }
    hl_strbuf_free(&word);
    return all && any;
}

/* A word that may make its name one of the negative kind: "non", "normalchest", "covidnegative",
 * but not "abnormal". */
static bool sounds_negative(const char *word)
{
    static const char *const negators[] = {"not", "without", "free"};
    static const char *const anywhere[] = {"normal", "negativ", "healthy"};
    static const char *const in_front[] = {"benign", "control", "non"};
    static const char *const opposites[] = {"abnormal", "abnormals", "unhealthy"};
    if (is_one_of(word, opposites, sizeof opposites / sizeof *opposites))
        return false;
    for (size_t i = 0; i < sizeof anywhere / sizeof *anywhere; i++)
        if (strstr(word, anywhere[i]))
            return true;
    for (size_t i = 0; i < sizeof in_front / sizeof *in_front; i++)
        if (strncmp(word, in_front[i], strlen(in_front[i])) == 0)
            return true;
    return is_one_of(word, negators, sizeof negators / sizeof *negators) ||
           (!isdigit((unsigned char)word[0]) && is_negative_word(word));
}

static bool may_be_negative(const char *name)
{
    bool found = false;
    hl_strbuf word = {0};
    while (!found && (name = next_word(name, &word))) {
        found = sounds_negative(word.data);
        word.len = 0;
    }
    hl_strbuf_free(&word);
    return found;
}

/* ---- the two classes ---- */

/* "no X", with a separator, as split calls the images without a label, too: "(no X)". */
static bool begins_with_no(const char *name)
{
    while (is_separator(*name))
        name++;
    return tolower((unsigned char)name[0]) == 'n' && tolower((unsigned char)name[1]) == 'o' &&
           is_separator(name[2]);
}

/* "nonX", "notX" and the like if the other one is X; also non-COVID beside COVID-19. */
static bool is_negation_of(const char *plain, const char *other)
{
    static const char *const prefixes[] = {"non", "not", "no", "without"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        const size_t len = strlen(prefixes[i]);
        if (strncmp(plain, prefixes[i], len) == 0 && plain[len] &&
            (strcmp(plain + len, other) == 0 ||
             (i == 0 && strncmp(plain + len, other, strlen(plain + len)) == 0)))
            return true;
    }
    return false;
}

static bool is_negative(const char *name, const char *other)
{
    char *plain = plain_name(name), *plain_other = plain_name(other);
    const bool negative = is_negative_word(plain) || is_all_negative(name) ||
                          begins_with_no(name) || is_negation_of(plain, plain_other);
    free(plain);
    free(plain_other);
    return negative;
}

int hl_positive_by_names(char *const *classes, size_t n)
{
    if (n != 2)
        return HL_NO_POSITIVE;
    const bool first = is_negative(classes[0], classes[1]);
    const bool second = is_negative(classes[1], classes[0]);
    if (first == second || may_be_negative(classes[first ? 1 : 0]))
        return HL_NO_POSITIVE;
    return first ? 1 : 0;
}

/* ---- the choice ---- */

int hl_positive_find(char *const *classes, size_t n, const char *name)
{
    for (size_t k = 0; k < n; k++)
        if (strcmp(classes[k], name) == 0)
            return (int)k;
    return HL_NO_POSITIVE;
}

static int fail_without(const hl_positive_choice *c, hl_err *e)
{
    enum { SHOWN = 16 };
    hl_strbuf list = {0};
    for (size_t k = 0; k < c->n && k < SHOWN; k++)
        hl_strbuf_printf(&list, "%s'%s'", k ? ", " : "", c->classes[k]);
    hl_strbuf_puts(&list, c->n > SHOWN ? ", ..." : "");
    hl_fail(e, "--positive: expected a class of %s, found '%s'; its classes are %s%s", c->of,
            c->asked, list.data, hl_unicode_remark(c->asked));
    hl_strbuf_free(&list);
    return -1;
}

static int fail_undecided(const hl_positive_choice *c, hl_err *e)
{
    return hl_fail(e,
                   "%s: the names of its classes do not say which one is positive: expected "
                   "--positive '%s' or --positive '%s', found neither",
                   c->of, c->classes[0], c->classes[1]);
}

int hl_positive_class(int *positive, const hl_positive_choice *c, hl_err *e)
{
    *positive = c->asked                        ? hl_positive_find(c->classes, c->n, c->asked)
                : c->recorded != HL_NO_POSITIVE ? c->recorded
                                                : hl_positive_by_names(c->classes, c->n);
    if (c->asked && *positive == HL_NO_POSITIVE)
        return fail_without(c, e);
    if (c->recorded != HL_NO_POSITIVE && *positive != c->recorded)
        return hl_fail(e,
                       "--positive: expected '%s', the positive class that %s records, found '%s'",
                       c->classes[c->recorded], c->of, c->asked);
    return *positive == HL_NO_POSITIVE && c->n == 2 ? fail_undecided(c, e) : 0;
}
