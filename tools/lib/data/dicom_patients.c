/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/dicom_patients.h"

#include "base/log.h"
#include "base/mem.h"
#include "data/dicom_columns.h"

#include <stdlib.h>
#include <string.h>

static const char *text_of(const hl_dicom_file *f, hl_dicom_text text)
{
    return f->kind == HL_DICOM_IMAGE ? f->a.text[text] : "";
}

static void put_text(hl_dicom_file *f, hl_dicom_text text, const char *value)
{
    char **old = &f->a.text[text], *copy = hl_strdup(value);
    free(*old);
    *old = copy;
}

/* Of n files with one PatientID, those without an issuer have the only one that others name. */
static void settle_issuer(hl_dicom_file *const *files, size_t n)
{
    const char *issuer = "";
    for (size_t i = 0; i < n; i++) {
        const char *its = text_of(files[i], HL_DICOM_TEXT_PATIENT_ID_ISSUER);
        if (*its && *issuer && strcmp(its, issuer) != 0)
            return;
        issuer = *its ? its : issuer;
    }
    for (size_t i = 0; i < n; i++)
        if (!*text_of(files[i], HL_DICOM_TEXT_PATIENT_ID_ISSUER))
            put_text(files[i], HL_DICOM_TEXT_PATIENT_ID_ISSUER, issuer);
}

/* Of n files of one study, those without a PatientID are of the patient of the first that has. */
static void settle_study(hl_dicom_file *const *files, size_t n)
{
    size_t first = 0;
    while (first < n && !*text_of(files[first], HL_DICOM_TEXT_PATIENT_ID))
        first++;
    for (size_t i = 0; i < n && first < n; i++)
        if (!*text_of(files[i], HL_DICOM_TEXT_PATIENT_ID)) {
            put_text(files[i], HL_DICOM_TEXT_PATIENT_ID,
                     text_of(files[first], HL_DICOM_TEXT_PATIENT_ID));
            put_text(files[i], HL_DICOM_TEXT_PATIENT_ID_ISSUER,
                     text_of(files[first], HL_DICOM_TEXT_PATIENT_ID_ISSUER));
        }
}

/* By the text, then in the order of the files, which are in one array. */
static int compare_texts(const void *a, const void *b, void *ctx)
{
    const hl_dicom_text text = *(const hl_dicom_text *)ctx;
    const hl_dicom_file *x = *(hl_dicom_file *const *)a, *y = *(hl_dicom_file *const *)b;
    const int order = strcmp(text_of(x, text), text_of(y, text));
    return order ? order : (x > y) - (x < y);
}

/* Calls settle for the files of each text that is not empty. */
static void settle_each(hl_dicom_file *files, size_t n, hl_dicom_text text,
                        void (*settle)(hl_dicom_file *const *files, size_t n))
{
    hl_dicom_file **order = hl_malloc(n, sizeof(hl_dicom_file *));
    for (size_t i = 0; i < n; i++)
        order[i] = &files[i];
    qsort_r(order, n, sizeof(hl_dicom_file *), compare_texts, &text);
    for (size_t i = 0, end; i < n; i = end) {
        const char *value = text_of(order[i], text);
        for (end = i + 1; end < n && strcmp(text_of(order[end], text), value) == 0;)
            end++;
        if (*value)
            settle(order + i, end - i);
    }
    free(order);
}

void hl_dicom_settle_patients(hl_dicom_file *files, size_t n)
{
    settle_each(files, n, HL_DICOM_TEXT_PATIENT_ID, settle_issuer);
    settle_each(files, n, HL_DICOM_TEXT_STUDY, settle_study);
}

char *hl_dicom_take_patient(const hl_dicom_file *f, hl_dicom_patient_counts *c)
{
    char *patient = hl_dicom_patient_of(&f->a);
    if (*patient) {
        c->by_study += !*f->a.text[HL_DICOM_TEXT_PATIENT_ID];
        return patient;
    }
    c->unknown++;
    free(patient);
    return NULL;
}

void hl_dicom_warn_of_patients(const hl_dicom_patient_counts *c, const char *consequence)
{
    if (c->by_study)
        hl_log_warn("%zu DICOM files have no PatientID: each study counts as a patient of its own, "
                    "%s",
                    c->by_study, consequence);
    if (c->unknown)
        hl_log_warn("%zu DICOM files have neither PatientID nor StudyInstanceUID: each counts as a "
                    "patient of its own",
                    c->unknown);
}
