/* SPDX-License-Identifier: BSD-2-Clause */
/* What each rule has left out or decided while the images were listed: the line #listing of a
 * manifest. */
#ifndef HILUM_SPLIT_TALLY_H
#define HILUM_SPLIT_TALLY_H

#include "data/manifest.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* A row of a table whose image is not there. */
typedef struct split_missing_row {
    char *path, *label; /* owned */
    hl_subset subset;   /* if the table has a column for it */
    size_t line;
} split_missing_row;

typedef struct split_tally {
    const char *source; /* "folders" or "table" */
    const char *cells;  /* of a table: "findings", "labels"; else NULL */
    bool by_path;       /* labels are found in paths */
    size_t listed;      /* rows of the table, or images in folders */
    size_t excluded, selected_out, blank, uncertain, unclassed, missing, repeated;
    size_t blank_kept, uncertain_kept; /* rows that count as negative or positive */
    json_t *missing_of;              /* list of [class, missing rows, rows]; owned, NULL for none */
    split_missing_row *missing_rows; /* [missing]; owned, NULL for none */
} split_tally;

/* Adds a class with missing rows. */
void split_tally_add_missing(split_tally *t, const char *cls, size_t len, size_t missing,
                             size_t rows);

/* A JSON object with the numbers that are not 0. The caller frees. */
char *split_tally_format(const split_tally *t);
void split_tally_free(split_tally *t);

#endif
