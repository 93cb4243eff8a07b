/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom_labels.h"

#include "base/mem.h"
#include "data/dicom_columns.h"
#include "data/naming_paths.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct labelled {
    const char *label;
    const hl_dicom_attributes *a;
} labelled;

static bool is_labelled_by_id(const labelled *x)
{
    static const hl_dicom_text ids[] = {HL_DICOM_TEXT_PATIENT_ID, HL_DICOM_TEXT_STUDY,
                                        HL_DICOM_TEXT_SERIES};
    for (size_t k = 0; k < sizeof ids / sizeof *ids; k++)
        if (strcasecmp(x->label, x->a->text[ids[k]]) == 0)
            return true;
    return false;
}

static int compare_labels(const void *a, const void *b)
{
    return strcmp(((const labelled *)a)->label, ((const labelled *)b)->label);
}

static bool is_same_patient(const labelled *x, const labelled *y)
{
    char *one = hl_dicom_patient_of(x->a), *other = hl_dicom_patient_of(y->a);
    const bool is_same = strcmp(one, other) == 0;
    free(one);
    free(other);
    return is_same;
}

/* Whether n images of one label are in the folder of a patient, among them perhaps a few that do
 * not belong there. A class has many patients, of whom one may be called like it by chance. */
static bool tells_patient(const labelled *x, size_t n)
{
    const labelled *first = NULL;
    size_t telling = 0;
    for (size_t i = 0; i < n; i++) {
        if (!hl_names_patient(x[i].label, strlen(x[i].label), x[i].a))
            continue;
        if (first && !is_same_patient(first, &x[i]))
            return false;
        first = first ? first : &x[i];
        telling++;
    }
    return 2 * telling >= n && telling;
}

static int expect_no_patient(const labelled *x, size_t n, const split_dicom_rule *rule, hl_err *e)
{
    size_t labels = 0, telling = 0;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && strcmp(x[end].label, x[i].label) == 0;)
            end++;
        labels++;
        telling += tells_patient(x + i, end - i);
    }
    return telling == 0
               ? 0
               : hl_fail(e,
                         "%s: expected a folder for each class, found some that are called like a "
                         "patient, a date or an examination in them: %zu of %zu; labels may come "
                         "from a table (--labels), and --keep-ids takes such names for classes",
                         rule->dir, telling, labels);
}

static int expect_no_ids(const labelled *x, size_t n, const split_dicom_rule *rule, hl_err *e)
{
    size_t by_id = 0;
    for (size_t i = 0; i < n; i++)
        by_id += is_labelled_by_id(&x[i]);
    return n == 0 || by_id < n
               ? 0
               : hl_fail(e,
                         "%s: expected a folder for each class, found one for each patient, study "
                         "or series: labels may come from a table (--labels)",
                         rule->dir);
}

int split_dicom_expect_classes(const hl_manifest *m, const hl_dicom_file *files,
                               const split_dicom_rule *rule, hl_err *e)
{
    labelled *x = hl_malloc(m->n, sizeof *x);
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++)
        if (files[i].kind == HL_DICOM_IMAGE)
            x[n++] = (labelled){m->samples[i].label, &files[i].a};
    if (n)
        qsort(x, n, sizeof *x, compare_labels);
    int status = expect_no_ids(x, n, rule, e);
    if (status == 0 && !rule->keep_ids)
        status = expect_no_patient(x, n, rule, e);
    free(x);
    return status;
}
