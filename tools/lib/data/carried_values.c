/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/carried_values.h"

#include "base/mem.h"
#include "base/parse.h"
#include "data/dicom_columns.h"
#include "format/string_list.h"
#include "format/tsv.h"

#include <stdlib.h>
#include <string.h>

typedef struct valued {
    char *value;
    size_t sample;
} valued;

/* Column k of the text of a sample, which has been checked; the caller frees. */
static char *value_of(const char *text, size_t k)
{
    for (; k; k--)
        text += strcspn(text, "\t") + 1;
    char *value = hl_strndup(text, strcspn(text, "\t"));
    hl_tsv_unescape(value);
    return value;
}

/* Blank ones last. */
static int by_value(const void *a, const void *b)
{
    const char *x = ((const valued *)a)->value, *y = ((const valued *)b)->value;
    return !*x || !*y ? !*x - !*y : strcmp(x, y);
}

bool hl_carried_number(const char *value, double *number)
{
    return hl_parse_f64(value, number) || hl_parse_age(value, number);
}

static void number_values(hl_carried_values *v, valued *all, size_t n)
{
    double number;
    v->names = hl_malloc(n, sizeof *v->names);
    v->numbers = true;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(all[i].value, all[i - 1].value) != 0) {
            v->names[v->n++] = hl_strdup(all[i].value);
            v->has_blank |= !*all[i].value;
            v->numbers &= !*all[i].value || hl_carried_number(all[i].value, &number);
        }
        v->of[all[i].sample] = (uint32_t)(v->n - 1);
    }
    v->numbers &= v->n > v->has_blank;
}

void hl_carried_values_of(hl_carried_values *v, const hl_manifest *m, size_t column, int subset)
{
    *v = (hl_carried_values){.of = hl_malloc(m->n, sizeof *v->of)};
    valued *all = hl_malloc(m->n, sizeof *all);
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++) {
        v->of[i] = HL_NO_VALUE;
        if (subset == HL_SUBSETS || (int)m->samples[i].subset == subset)
            all[n++] = (valued){value_of(m->samples[i].carried, column), i};
    }
    qsort(all, n, sizeof *all, by_value);
    number_values(v, all, n);
    for (size_t i = 0; i < n; i++)
        free(all[i].value);
    free(all);
}

void hl_carried_values_free(hl_carried_values *v)
{
    hl_string_list_free(v->names, v->n);
    free(v->of);
    *v = (hl_carried_values){0};
}
