/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/naming_paths.h"

#include "base/array.h"
#include "base/mem.h"
#include "base/strbuf.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

/* ---- words ---- */

static bool is_ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_of_word(char c)
{
    return is_ascii_letter(c) || is_digit(c) || (unsigned char)c >= 0x80;
}

/* The words of a text in small letters without accents, each between blanks, as " doe john ". The
 * caller frees. */
static char *fold(const char *s, size_t len)
{
    static const utf8proc_option_t how = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                                         UTF8PROC_STRIPMARK | UTF8PROC_IGNORE;
    utf8proc_uint8_t *mapped = NULL;
    const utf8proc_ssize_t n =
        utf8proc_map((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)len, &mapped, how);
    const char *from = n < 0 ? s : (const char *)mapped; /* of other bytes than UTF-8: as it is */
    const size_t from_len = n < 0 ? len : (size_t)n;
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, " ");
    for (size_t i = 0; i < from_len; i++) {
        if (is_of_word(from[i]))
            hl_strbuf_add(&t, &from[i], 1);
        else if (t.data[t.len - 1] != ' ')
            hl_strbuf_puts(&t, " ");
    }
    if (t.data[t.len - 1] != ' ')
        hl_strbuf_puts(&t, " ");
    free(mapped);
    return t.data;
}

/* Letters and digits of words. */
static size_t letters(const char *words)
{
    size_t n = 0;
    for (; *words; words++)
        n += *words != ' ';
    return n;
}

/* Words of other scripts need not be separated. */
static bool has_words(const char *text, const char *words)
{
    const size_t len = strlen(words);
    if (len <= 2) /* blanks only */
        return false;
    if ((unsigned char)words[1] < 0x80)
        return strstr(text, words) != NULL;
    char *inner = hl_strndup(words + 1, len - 2);
    const bool found = strstr(text, inner) != NULL;
    free(inner);
    return found;
}

static void squeeze(char *words)
{
    char *to = words;
    for (; *words; words++)
        if (*words != ' ')
            *to++ = *words;
    *to = '\0';
}

/* ---- what identifies a patient ---- */

enum { LEAST = 3, LEAST_JOINED = 6 };

static bool has_id(const char *text, const char *id)
{
    char *words = fold(id, strlen(id));
    const bool found = letters(words) >= LEAST && has_words(text, words);
    free(words);
    return found;
}

static bool has_joined(const char *text, const char *one, const char *other)
{
    hl_strbuf both = {0};
    hl_strbuf_printf(&both, "%s%s", one, other);
    squeeze(both.data);
    char *squeezed = hl_strdup(text);
    squeeze(squeezed);
    const bool found = both.len && strlen(both.data) >= LEAST_JOINED && strstr(squeezed, both.data);
    free(squeezed);
    hl_strbuf_free(&both);
    return found;
}

/* FAMILY^GIVEN^...: one group of a person's name. */
static bool has_group(const char *text, const char *name, size_t len)
{
    const char *caret = memchr(name, '^', len);
    const size_t family_len = caret ? (size_t)(caret - name) : len;
    const char *rest = name + family_len + (caret ? 1 : 0);
    const size_t rest_len = len - (size_t)(rest - name);
    const char *next = memchr(rest, '^', rest_len);
    char *family = fold(name, family_len);
    char *given = fold(rest, next ? (size_t)(next - rest) : rest_len);
    const bool found =
        (has_words(text, family) && (letters(family) >= LEAST || has_words(text, given))) ||
        (letters(family) && letters(given) &&
         (has_joined(text, family, given) || has_joined(text, given, family)));
    free(family);
    free(given);
    return found;
}

/* Groups are the same name in other scripts (PS3.5 6.2.1.1). */
static bool has_name(const char *text, const char *name)
{
    for (size_t n; *name; name += n + (name[n] ? 1 : 0)) {
        n = strcspn(name, "=");
        if (has_group(text, name, n))
            return true;
    }
    return false;
}

/* A date of eight digits, in the orders in which people write it. */
static bool has_date(const char *text, const char *date)
{
    if (strlen(date) != 8 || strspn(date, "0123456789") != 8)
        return false;
    static const char orders[][11] = {"YYYYMMDD",   "DDMMYYYY",   "MMDDYYYY",
                                      "YYYY MM DD", "DD MM YYYY", "MM DD YYYY"};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        const char *from[] = {date, date + 4, date + 6}; /* year, month, day */
        char words[13] = " ";
        size_t n = 1;
        for (const char *o = orders[i]; *o; o++) {
            const char **part = &from[*o == 'Y' ? 0 : *o == 'M' ? 1 : 2];
            if (*o == ' ')
                words[n++] = *o;
            else
                words[n++] = *(*part)++;
        }
        words[n++] = ' ';
        words[n] = '\0';
        if (strstr(text, words))
            return true;
    }
    return false;
}

bool hl_names_patient(const char *name, size_t len, const hl_dicom_attributes *a)
{
    static const hl_dicom_text ids[] = {HL_DICOM_TEXT_PATIENT_ID, HL_DICOM_TEXT_ACCESSION,
                                        HL_DICOM_TEXT_STUDY, HL_DICOM_TEXT_SERIES,
                                        HL_DICOM_TEXT_SOP_INSTANCE};
    char *text = fold(name, len);
    bool found = has_name(text, a->text[HL_DICOM_TEXT_PATIENT_NAME]) ||
                 has_date(text, a->text[HL_DICOM_TEXT_BIRTH_DATE]) ||
                 has_date(text, a->text[HL_DICOM_TEXT_STUDY_DATE]);
    for (size_t i = 0; i < sizeof ids / sizeof *ids && !found; i++)
        found = has_id(text, a->text[ids[i]]);
    free(text);
    return found;
}

/* ---- paths ---- */

/* Without an extension of letters and digits that has a letter: UIDs have dots, too. */
static size_t stem(const char *name, size_t len)
{
    size_t n = len;
    bool has_letter = false;
    while (n > 0 && (is_ascii_letter(name[n - 1]) || is_digit(name[n - 1])))
        has_letter |= is_ascii_letter(name[--n]);
    return n > 1 && name[n - 1] == '.' && has_letter ? n - 1 : len;
}

static void add(hl_naming_paths *p, const char *path, size_t len)
{
    const char *last = p->n ? p->paths[p->n - 1] : "";
    if (strlen(last) == len && strncmp(last, path, len) == 0)
        return; /* many files are in one folder */
    p->paths = hl_array_reserve(p->paths, p->n + 1, &p->cap, sizeof *p->paths);
    p->paths[p->n++] = hl_strndup(path, len);
}

bool hl_naming_paths_add(hl_naming_paths *p, const char *path, const hl_dicom_attributes *a)
{
    for (size_t at = 0;; at++) {
        const size_t len = strcspn(path + at, "/");
        const bool is_file = path[at + len] == '\0';
        const size_t name = is_file ? stem(path + at, len) : len;
        if (hl_names_patient(path + at, name, a)) {
            add(p, path, at + name);
            return true;
        }
        if (is_file)
            return false;
        at += len;
    }
}

void hl_naming_paths_end(hl_naming_paths *p)
{
    if (p->n)
        qsort(p->paths, p->n, sizeof *p->paths, hl_compare_strings);
}

static bool have(const hl_naming_paths *p, const char *path, size_t len)
{
    char *key = hl_strndup(path, len);
    const bool found = bsearch(&key, p->paths, p->n, sizeof *p->paths, hl_compare_strings);
    free(key);
    return found;
}

bool hl_naming_paths_have(const hl_naming_paths *p, const char *path)
{
    for (size_t at = 0; p->n; at++) {
        at += strcspn(path + at, "/");
        if (have(p, path, at))
            return true;
        if (path[at] == '\0')
            break;
    }
    const char *slash = strrchr(path, '/');
    const size_t folders = slash ? (size_t)(slash + 1 - path) : 0;
    return p->n && have(p, path, folders + stem(path + folders, strlen(path + folders)));
}

void hl_naming_paths_free(hl_naming_paths *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->paths[i]);
    free(p->paths);
    *p = (hl_naming_paths){0};
}
