/* SPDX-License-Identifier: BSD-2-Clause */
/* The work of predict: classifies images or features, writes the worklist as TSV and as a page. */
#ifndef HILUM_PREDICT_RUN_H
#define HILUM_PREDICT_RUN_H

#include "base/error.h"
#include "data/unit.h"
#include "sys/cli.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PREDICT_STOP, PREDICT_SKIP }; /* --on-error */

/* Values of the options, as predict(1) describes them. */
typedef struct predict_options {
    const char *weights, *features, *calibration, *point, *positive, *output, *page;
    const char *id_key;        /* file; NULL: the user's own */
    const char *patient_regex; /* as for data/patient_rule.h */
    double threshold;          /* NaN: none */
    hl_unit_rule rule;         /* of --unit and --combine */
    int on_error, device;
    int depth;          /* 0: as the head; else 1 more than an hl_depth */
    const char *window; /* NULL or "head": as the head; else an hl_window, as a check */
    int64_t batch, jobs, page_rows;
    bool nul, allow_code, keep_ids;
} predict_options;

/* Classifies the n named images with the head at path or, where o->features is set, the features in
 * that file. Where no image can be read, it fails after the list has been written. o->device
 * becomes the one that was chosen, so that the provenance, made from cli, records it. */
int predict_run(predict_options *o, const hl_cli *cli, const char *head, char *const *names,
                size_t n, hl_err *e);

#endif
