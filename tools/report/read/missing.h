/* SPDX-License-Identifier: BSD-2-Clause */
/* missing.tsv, as split --rejects writes it: rows of a label table whose image is not there. */
#ifndef HILUM_REPORT_READ_MISSING_H
#define HILUM_REPORT_READ_MISSING_H

#include "base/error.h"
#include "format/tsv.h"

#include <stddef.h>

typedef struct report_missing {
    hl_tsv table;
    size_t path, label, subset, reason; /* columns */
    const char *provenance;             /* a JSON list; or NULL */
} report_missing;

int report_missing_read(report_missing *r, const char *path, hl_err *e);
void report_missing_free(report_missing *r);

#endif
