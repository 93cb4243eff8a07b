/* SPDX-License-Identifier: BSD-2-Clause */
/* The work of preprocess: from a manifest to a file of images and a list of rejected ones. */
#ifndef HILUM_PREPROCESS_WRITE_H
#define HILUM_PREPROCESS_WRITE_H

#include "base/error.h"
#include "convert.h"
#include "sys/cli.h"

#include <stdbool.h>

typedef struct preprocess_outputs {
    const char *images;   /* NULL or "-": standard output */
    const char *rejects;  /* NULL: no list */
    bool always_rgb;      /* three channels even where all images are grey */
    const hl_cli *record; /* options for the provenance */
} preprocess_outputs;

/* Reads the manifest at a path (NULL: standard input), converts its images with these settings and
 * writes the outputs. root: where relative paths start; NULL: as the manifest says. */
int preprocess_manifest(const preprocess_conversion *settings, const char *manifest,
                        const char *root, const preprocess_outputs *o, hl_err *e);

#endif
