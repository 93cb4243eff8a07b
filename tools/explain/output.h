/* SPDX-License-Identifier: BSD-2-Clause */
/* The output folder of explain: explain.tsv and the pictures that it lists. */
#ifndef HILUM_EXPLAIN_OUTPUT_H
#define HILUM_EXPLAIN_OUTPUT_H

#include "base/error.h"
#include "base/strbuf.h"
#include "selection.h"
#include "sys/outdir.h"

#include <stddef.h>
#include <stdint.h>

extern const hl_outdir_kind explain_folder; /* how such a folder is recognised */

typedef struct explain_output {
    hl_outdir dir;
    char *const *classes;
    size_t height, width; /* of the images */
    int channels;
    hl_strbuf rows; /* of explain.tsv so far */
    size_t n;       /* samples so far */
} explain_output;

/* One heat map of the current sample. */
typedef struct explain_map {
    const char *method;  /* "gradcam" or "occlusion" */
    const double *heat;  /* [height * width] of the image */
    double peak;         /* largest value before the map was enlarged */
    double rho, abs_rho; /* rank correlation with the maps of random heads; NaN: none */
} explain_map;

/* Begin a sample by writing its plain image, then add each of its maps: a picture and a row. */
int explain_add_sample(explain_output *o, const explain_sample *s, hl_err *e);
int explain_add_map(explain_output *o, const explain_sample *s, const explain_map *m, hl_err *e);

/* Writes explain.tsv. remarks: lines "#key<TAB>value" to put above the table. */
int explain_write_table(explain_output *o, const hl_strbuf *remarks, const char *provenance,
                        hl_err *e);

#endif
