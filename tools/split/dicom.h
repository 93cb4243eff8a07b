/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DICOM files in a data set: their patients, studies and other attributes go into the manifest, and
 * what identifies a patient is hidden.
 *
 * Until the manifest is written, samples have the paths of their files and the identifiers
 * themselves, so that nothing that is drawn, sorted or compared depends on the key. Then
 * split_dicom_hide puts pseudonyms in their places (data/id_key.h).
 */
#ifndef HILUM_SPLIT_DICOM_H
#define HILUM_SPLIT_DICOM_H

#include "columns.h"
#include "data/id_key.h"
#include "data/manifest.h"
#include "tally.h"

#include <stdbool.h>
#include <stddef.h>

/* How DICOM files are taken. */
typedef struct split_dicom_rule {
    const char *dir;           /* of the data set */
    const char *id_key;        /* file of the key; NULL: the user's own */
    bool keep_ids;             /* hide nothing */
    int jobs;                  /* threads that read files */
    const split_pairs *select; /* conditions of --select */
} split_dicom_rule;

/* The path of an image, and the name that stands for it. */
typedef struct split_dicom_name {
    char *path, name[HL_PSEUDONYM_SIZE];
} split_dicom_name;

typedef struct split_dicom {
    const int *condition_at; /* columns of a table that select's conditions are for, or -1; NULL:
                                there is no table */
    const hl_err *no_column; /* why such a condition fails without DICOM files; NULL: no table */
    bool has_patients;       /* patients are those of a table or a pattern */
    bool in_folders;         /* every file was taken that looks like an image */
    /* found: */
    size_t images; /* number of DICOM files */
    size_t named;  /* images whose names do not tell the patient, and need not */
    hl_id_key key;
    split_dicom_name *names; /* [nnames] sorted by path; owned */
    size_t nnames;
} split_dicom;

/*
 * Adds the attributes to the samples of m, which have only been added so far: carried columns, and
 * patients unless has_patients. Removes those that select does not, further files of the same SOP
 * instance, and from folders DICOM files without an image; t counts them. Does nothing where there
 * is no DICOM file. Fails where a condition of select is for DICOM files and there is none, and
 * where files of one instance have different labels or subsets.
 */
int split_dicom_take(split_dicom *d, hl_manifest *m, const split_dicom_rule *rule, split_tally *t,
                     hl_err *e);

/* Puts pseudonyms in place of paths, patients and studies; nothing with keep_ids, or without DICOM
 * files. */
void split_dicom_hide(const split_dicom *d, hl_manifest *m);
/* Whether it does. */
bool split_dicom_hides(const split_dicom *d);

/* What messages call a patient, or the image at a path: the pseudonym in `name` where identifiers
 * are hidden, otherwise the text itself. */
const char *split_dicom_patient(const split_dicom *d, const char *patient,
                                char name[HL_PSEUDONYM_SIZE]);
const char *split_dicom_path(const split_dicom *d, const char *path);
void split_dicom_free(split_dicom *d); /* safe on a zeroed one */

#endif
