/* SPDX-License-Identifier: BSD-2-Clause */
/* State dicts as timm and torchvision name them, with the seeded values of README.md, as plain
 * safetensors files. */
#ifndef HILUM_TESTS_PARITY_TORCH_FILE_H
#define HILUM_TESTS_PARITY_TORCH_FILE_H

#include "format/tensorfile.h"
#include "nn/weights/torch_names.h"

#include <stdbool.h>

typedef struct torch_file {
    const char *model;
    nn_names_source source;
    hl_dtype dtype;         /* HL_F32 or HL_BF16, which cuts the low bits off */
    const char *left_out;   /* a tensor that is not written; or NULL */
    const char *transposed; /* one whose first two sides are swapped */
    const char *renamed;    /* one that gets the name `stranger` */
    bool reversed;          /* the header lists the tensors against the order of the data */
} torch_file;

/* Also writes what a real file has besides: a classifier, and a counter for each batch norm. */
void torch_file_write(const char *path, const torch_file *f);

#endif
