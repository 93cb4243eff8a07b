/* SPDX-License-Identifier: BSD-2-Clause */
/* The folder that explain writes: explain.tsv and the heat maps that it lists. */
#ifndef HILUM_REPORT_READ_HEAT_MAPS_H
#define HILUM_REPORT_READ_HEAT_MAPS_H

#include "format/tsv.h"

typedef struct report_map {
    const char *sample, *label, *predicted, *why, *method, *of_class; /* as in the table */
    double p;                                                         /* of the predicted class */
    char *png;                                                        /* content of the file */
    size_t len;
} report_map;

typedef struct report_maps {
    hl_tsv table; /* owns the strings */
    report_map *list;
    size_t n;
    const char *sanity, *provenance; /* comments of the table; NULL if missing */
} report_maps;

int report_maps_read(report_maps *m, const char *folder, hl_err *e);
void report_maps_free(report_maps *m);

#endif
