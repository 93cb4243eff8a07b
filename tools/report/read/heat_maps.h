/* SPDX-License-Identifier: BSD-2-Clause */
/* The folder that explain writes: explain.tsv and the heat maps that it names. */
#ifndef HILUM_REPORT_READ_HEAT_MAPS_H
#define HILUM_REPORT_READ_HEAT_MAPS_H

#include "format/tsv.h"

typedef struct report_map {
    const char *sample, *label, *predicted, *why, *method, *of_class; /* as in the table */
    double p;                                                         /* of the answer */
    char *png;                                                        /* the file */
    size_t len;
} report_map;

typedef struct report_maps {
    hl_tsv table; /* what the texts point into */
    report_map *list;
    size_t n;
    const char *sanity, *chain; /* remarks of the table; NULL where there is none */
} report_maps;

int report_maps_read(report_maps *m, const char *folder, hl_err *e);
void report_maps_free(report_maps *m);

#endif
