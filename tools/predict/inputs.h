/* SPDX-License-Identifier: BSD-2-Clause */
/* The image files to classify, from the command line or from a list. */
#ifndef HILUM_PREDICT_INPUTS_H
#define HILUM_PREDICT_INPUTS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct predict_inputs {
    char **paths; /* owned; as they were named, files of a folder as FOLDER/REST */
    size_t n, cap;
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
void predict_inputs_free(predict_inputs *in); /* safe on a zeroed one */

#endif
