/* SPDX-License-Identifier: BSD-2-Clause */
#include "fold_by.h"

#include "base/log.h"
#include "base/mem.h"
#include "blank_words.h"
#include "data/carried_values.h"

#include <stdlib.h>
#include <string.h>

static int find_column(const hl_manifest *m, const char *column, size_t *at, hl_err *e)
{
    hl_strbuf names = {0};
    for (*at = 0; *at < m->carried.n; (*at)++)
        if (strcmp(m->carried.names[*at], column) == 0)
            return 0;
    for (size_t i = 0; i < m->carried.n; i++)
        hl_strbuf_item(&names, i, 20, "'%s'", m->carried.names[i]);
    hl_fail(e, "--fold-by: expected a column that --columns carries, found '%s': it carries %s",
            column, m->carried.n ? names.data : "none");
    hl_strbuf_free(&names);
    return -1;
}

static int check_blanks(const hl_manifest *m, const hl_carried_values *v, const char *column,
                        const split_dicom *d, hl_err *e)
{
    size_t blank = 0, first = m->n;
    bool *is_blank = hl_malloc(v->n, sizeof *is_blank);
    for (size_t k = 0; k < v->n; k++)
        is_blank[k] = split_is_blank_word(split_word_of(v->names[k]));
    for (size_t i = m->n; i-- > 0;)
        if (is_blank[v->of[i]]) {
            first = i;
            blank++;
        }
    free(is_blank);
    if (blank)
        return hl_fail(e,
                       "--fold-by %s: expected a value for each image, found none for %zu of %zu; "
                       "the first: %s",
                       column, blank, m->n, split_dicom_path(d, m->samples[first].path));
    return 0;
}

/* One place in two spellings would be trained on while it is left out. */
static int check_spellings(const hl_carried_values *v, const char *column, hl_err *e)
{
    for (size_t b = 1; b < v->n; b++)
        for (size_t a = 0; a < b; a++)
            if (split_word_is_like(split_word_of(v->names[a]), split_word_of(v->names[b])))
                return hl_fail(e,
                               "--fold-by %s: values differ in case, blanks or Unicode form only: "
                               "expected one spelling, found '%s' and '%s'",
                               column, v->names[a], v->names[b]);
    return 0;
}

static int check_values(const hl_manifest *m, const hl_carried_values *v, const char *column,
                        size_t folds, const split_dicom *d, hl_err *e)
{
    if (check_blanks(m, v, column, d, e))
        return -1;
    if (v->n < 2 || v->n > SPLIT_MAX_VALUES)
        return hl_fail(e, "--fold-by %s: expected a column of 2 to %d values, found %zu%s%s%s",
                       column, SPLIT_MAX_VALUES, v->n, v->n == 1 ? ": '" : "",
                       v->n == 1 ? v->names[0] : "", v->n == 1 ? "'" : "");
    if (check_spellings(v, column, e))
        return -1;
    if (v->n != folds)
        return hl_fail(e, "--folds: expected %zu, the number of values of '%s', found %zu", v->n,
                       column, folds);
    return 0;
}

typedef struct grouped {
    const char *group;
    size_t i;
} grouped;

static int by_group(const void *a, const void *b)
{
    const grouped *x = a, *y = b;
    const int order = strcmp(x->group, y->group);
    return order ? order : (x->i > y->i) - (x->i < y->i);
}

/* A patient, or patients who share copies of an image, on both sides would be a leak. */
static int check_groups(const hl_manifest *m, const split_groups *g, const hl_carried_values *v,
                        const char *column, const split_dicom *d, hl_err *e)
{
    char names[2][HL_PSEUDONYM_SIZE];
    grouped *s = hl_malloc(m->n, sizeof *s);
    int status = 0;
    for (size_t i = 0; i < m->n; i++)
        s[i] = (grouped){g->keys ? g->keys[i] : m->samples[i].patient, i};
    qsort(s, m->n, sizeof *s, by_group);
    for (size_t k = 1; k < m->n && status == 0; k++) {
        const size_t a = s[k - 1].i, b = s[k].i;
        if (strcmp(s[k - 1].group, s[k].group) != 0 || v->of[a] == v->of[b])
            continue;
        const hl_sample *x = &m->samples[a], *y = &m->samples[b];
        const char *patient = split_dicom_patient(d, x->patient, names[0]);
        const char *p = split_dicom_path(d, x->path), *q = split_dicom_path(d, y->path);
        if (strcmp(x->patient, y->patient) == 0)
            status = hl_fail(e,
                             "patient '%s' has images of two values of '%s': '%s' (%s) and '%s' "
                             "(%s): expected one, or the training set would know the patient",
                             patient, column, v->names[v->of[a]], p, v->names[v->of[b]], q);
        else
            status = hl_fail(e,
                             "patients '%s' and '%s' share copies of images, and have two values "
                             "of '%s': '%s' (%s) and '%s' (%s): leave out one of them, or see "
                             "--duplicates apart",
                             patient, split_dicom_patient(d, y->patient, names[1]), column,
                             v->names[v->of[a]], p, v->names[v->of[b]], q);
    }
    free(s);
    return status;
}

int split_mark_value(hl_manifest *m, const split_groups *g, bool by_patient, const char *column,
                     size_t folds, size_t fold, const split_dicom *d, hl_err *e)
{
    hl_carried_values v;
    size_t at;
    if (find_column(m, column, &at, e))
        return -1;
    hl_carried_values_of(&v, m, at, HL_SUBSETS);
    int status = check_values(m, &v, column, folds, d, e);
    if (status == 0 && by_patient)
        status = check_groups(m, g, &v, column, d, e);
    for (size_t i = 0; i < m->n && status == 0; i++)
        m->samples[i].subset = v.of[i] == fold - 1 ? HL_TEST : HL_TRAIN;
    if (status == 0)
        hl_log_info("the test set is the images with %s '%s'", column, v.names[fold - 1]);
    hl_carried_values_free(&v);
    return status;
}
