/* SPDX-License-Identifier: BSD-2-Clause */
/* The image files that are asked about, as named on the command line or in a list. */
#ifndef HILUM_PREDICT_INPUTS_H
#define HILUM_PREDICT_INPUTS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct predict_inputs {
    char **paths; /* owned; as they were named, files in folders as FOLDER/REST */
    size_t n, cap;
    size_t others; /* files in folders that are no images, by their names */
} predict_inputs;

/*
 * Each name is that of an image file, whatever it is called, or of a folder, of which all images
 * are taken, also from folders below it, sorted (hl_find_images). "-" stands for such names on
 * standard input, one a line, or with `nul` each with a zero byte behind it. A name of which there
 * is no file is kept: reading it will say so.
 */
int predict_inputs_gather(predict_inputs *in, char *const *names, size_t n, bool nul, hl_err *e);
void predict_inputs_free(predict_inputs *in);

#endif
