/* SPDX-License-Identifier: BSD-2-Clause */
#include "patient_names.h"

#include "base/log.h"
#include "base/mem.h"
#include "fold.h"
#include "words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Whether the patient is the path without its extension, see patients.h. */
static bool is_own_patient(const hl_sample *s)
{
    const size_t len = strlen(s->patient);
    return strncmp(s->path, s->patient, len) == 0 && (s->path[len] == '.' || s->path[len] == '\0');
}

static void find_patients(split_words *patients, const hl_manifest *m)
{
    const char *last = "";
    for (size_t i = 0; i < m->n; i++) {
        const hl_sample *s = &m->samples[i];
        if (strcmp(s->patient, last) != 0 && !is_own_patient(s))
            split_words_add(patients, split_word_of(s->patient));
        last = s->patient;
    }
}

/* Appends the keys of all patients, each with its length in `keys`. */
static void make_keys(hl_strbuf *text, split_word *keys, const split_words *patients)
{
    for (size_t i = 0; i < patients->n; i++) {
        const size_t start = text->len;
        split_fold(patients->items[i].s, patients->items[i].len, text);
        if (text->len > start)
            text->len = start + split_drop_leading_zeros(text->data + start, text->len - start);
        keys[i].len = text->len - start;
    }
    for (size_t i = 0, at = 0; i < patients->n; at += keys[i++].len)
        keys[i].s = keys[i].len ? text->data + at : "";
}

/* "'ONE' and 'OTHER'", or their pseudonyms; the caller frees. */
static char *name_both(const split_dicom *d, split_word one, split_word other)
{
    char names[2][HL_PSEUDONYM_SIZE];
    hl_strbuf t = {0};
    char *a = hl_strndup(one.s, one.len), *b = hl_strndup(other.s, other.len);
    hl_strbuf_printf(&t, "'%s' and '%s'", split_dicom_patient(d, a, names[0]),
                     split_dicom_patient(d, b, names[1]));
    free(a);
    free(b);
    return t.data;
}

/* Two of the keys are the same. */
static void warn(const split_words *patients, const split_word *keys, const split_words *set,
                 const split_dicom *d, const char *remedy)
{
    size_t first = 0, n = 0;
    for (size_t i = 0; i < patients->n; i++)
        n += split_words_count(set, keys[i]) > 1;
    while (split_words_count(set, keys[first]) < 2)
        first++;
    size_t second = first + 1;
    while (!split_word_is(keys[second], keys[first]))
        second++;
    char *both = name_both(d, patients->items[first], patients->items[second]);
    hl_log_warn(
        "patients whose names differ in case, blanks, leading zeros or Unicode form only, and "
        "count as different: %zu of %zu; the first: %s; if they are the same, %s",
        n, patients->n, both, remedy);
    free(both);
}

void split_warn_of_patient_names(const hl_manifest *m, const split_dicom *d, const char *remedy)
{
    split_words patients = {0}, set = {0};
    hl_strbuf text = {0};
    find_patients(&patients, m);
    split_word *keys = hl_calloc(patients.n, sizeof *keys);
    make_keys(&text, keys, &patients);
    for (size_t i = 0; i < patients.n; i++)
        split_words_add(&set, keys[i]);
    if (set.n < patients.n)
        warn(&patients, keys, &set, d, remedy);
    free(keys);
    hl_strbuf_free(&text);
    split_words_free(&set);
    split_words_free(&patients);
}
