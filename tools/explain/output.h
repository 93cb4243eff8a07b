/* SPDX-License-Identifier: BSD-2-Clause */
/* The folder that explain writes: explain.tsv and the pictures that it names. */
#ifndef HILUM_EXPLAIN_OUTPUT_H
#define HILUM_EXPLAIN_OUTPUT_H

#include "base/error.h"
#include "base/strbuf.h"
#include "selection.h"
#include "sys/outdir.h"

#include <stddef.h>
#include <stdint.h>

extern const hl_outdir_kind explain_folder;

typedef struct explain_output {
    hl_outdir dir;
    char *const *classes;
    size_t height, width; /* of the images */
    int channels;
    hl_strbuf rows; /* of explain.tsv, so far */
    size_t n;       /* subjects, so far */
} explain_output;

/* A map of the current subject, as it goes into the table. */
typedef struct explain_map {
    const char *method;  /* "explain_gradcam", "occlusion" */
    const double *heat;  /* [height * width] of the image */
    double peak;         /* largest value before it was enlarged */
    double rho, abs_rho; /* correlation with random heads; NaN where there is none */
} explain_map;

/* Begins a subject: its plain image. Then each of its maps. */
int explain_add_sample(explain_output *o, const explain_sample *s, hl_err *e);
int explain_add_map(explain_output *o, const explain_sample *s, const explain_map *m, hl_err *e);

/* Writes the table; remarks are lines "#key<TAB>value" to stand above it. */
int explain_write_table(explain_output *o, const hl_strbuf *remarks, const char *chain, hl_err *e);

#endif
