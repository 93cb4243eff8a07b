/* SPDX-License-Identifier: BSD-2-Clause */
/* State dicts with the names of timm or torchvision and the seeded values of README.md, as
 * uncompressed safetensors files. */
#ifndef HILUM_TESTS_PARITY_TORCH_FILE_H
#define HILUM_TESTS_PARITY_TORCH_FILE_H

#include "format/tensorfile.h"
#include "nn/weights/torch_names.h"

#include <stdbool.h>

typedef struct torch_file {
    const char *model;
    nn_names_source source;
    hl_dtype dtype;         /* HL_F32, or HL_BF16, for which low bits are truncated */
    const char *left_out;   /* a tensor to omit, or NULL */
    const char *transposed; /* a tensor whose first two dimensions are swapped, or NULL */
    const char *renamed;    /* a tensor to be named `stranger`, or NULL */
    bool reversed;          /* the header lists the tensors in reverse order of the data */
} torch_file;

/* Writes a file which, like real ones, also has a classifier and a counter for each batch norm. */
void torch_file_write(const char *path, const torch_file *f);

#endif
