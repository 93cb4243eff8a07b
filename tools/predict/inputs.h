/* SPDX-License-Identifier: BSD-2-Clause */
/* The image files to classify, from the command line or from a list. */
#ifndef HILUM_PREDICT_INPUTS_H
#define HILUM_PREDICT_INPUTS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct predict_inputs {
    char **paths;   /* owned; as they were named, files of a folder as FOLDER/REST */
    bool *is_found; /* owned, [n]: in a folder, not named */
    size_t n, cap;
    /* Where there are DICOM files, [n], owned: what stands for the path in all outputs (NULL: the
     * path itself), and the text of the columns of study and, with keep_ids, instance. */
    char **names, **carried;
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

/* Reads of the DICOM files whose they are, in this many threads. Those without an image are left
 * out, and counted in a message, where a folder had them; where they were named, reading them will
 * fail. Without keep_ids, names and values
 * are pseudonyms, under the key in a file (NULL: the user's own, see data/id_key.h). */
int predict_inputs_identify(predict_inputs *in, const char *id_key, bool keep_ids, int jobs,
                            hl_err *e);
/* What outputs and messages call an input. */
const char *predict_input_name(const predict_inputs *in, size_t i);
void predict_inputs_free(predict_inputs *in); /* safe on a zeroed one */

#endif
