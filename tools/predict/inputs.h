/* SPDX-License-Identifier: BSD-2-Clause */
/* The image files to classify, from the command line or from a list. */
#ifndef HILUM_PREDICT_INPUTS_H
#define HILUM_PREDICT_INPUTS_H

#include "base/error.h"
#include "data/unit.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct predict_inputs {
    char **paths;   /* owned; as they were named, files of a folder as FOLDER/REST */
    bool *is_found; /* owned, [n]: in a folder, not named */
    size_t *below;  /* owned, [n]: where the part of the path below that folder begins */
    size_t n, cap;
    /* Where there are DICOM files, [n], owned: what stands for the path in all outputs (NULL: the
     * path itself), and the text of the columns of study and, with keep_ids, instance. */
    char **names, **carried;
    /* Where patients or studies are ranked, [n], owned: whose the image is, or a pseudonym, and why
     * the patient or study is unknown (NULL: it is known). */
    char **patients, **unknown;
    size_t dicom;     /* number of DICOM files */
    size_t others;    /* files in folders that are not images, by their names */
    size_t dicomdirs; /* besides them, indices of DICOM media */
} predict_inputs;

/*
 * Each of the n names is an image file, with any extension, or a folder, whose images are added in
 * sorted order, with those of the folders below it (hl_find_images). "-" reads such names from
 * standard input, one per line or, with nul, each ended by a zero byte. A name without a file is
 * kept; reading it will fail. Fails where there are no names in the end.
 */
int predict_inputs_gather(predict_inputs *in, char *const *names, size_t n, bool nul, hl_err *e);

/* How the patients of images are found, and what outputs call them. */
typedef struct predict_identity {
    bool keep_ids;             /* hide no identifier of DICOM files */
    const char *id_key;        /* file of the key of pseudonyms; NULL: the user's own */
    int unit;                  /* hl_unit that is ranked */
    const char *patient_regex; /* as for data/patient_rule.h */
    bool skip_unknown;         /* an image whose patient or study is unknown does not end the run */
    int jobs;                  /* threads that read DICOM files */
} predict_identity;

/* Reads the identifiers in DICOM files and, unless images are ranked, finds the patient of each
 * image. Without keep_ids, names and values are pseudonyms. DICOM files without an image are left
 * out, and counted in a message, where a folder had them; where they were named, reading them will
 * fail. Fails where the patient or study of an image is unknown; with skip_unknown, only where that
 * of all is. */
int predict_inputs_identify(predict_inputs *in, const predict_identity *o, hl_err *e);

/* An error for the image i, which begins with what outputs call it, and the way around. */
int predict_input_fail(const predict_inputs *in, size_t i, const hl_err *why, hl_err *e);
/* What outputs and messages call an input. */
const char *predict_input_name(const predict_inputs *in, size_t i);
void predict_inputs_free(predict_inputs *in); /* safe on a zeroed one */

#endif
