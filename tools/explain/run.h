/* SPDX-License-Identifier: BSD-2-Clause */
/* The work of explain: selects samples, gets their feature maps, writes a folder of heat maps. */
#ifndef HILUM_EXPLAIN_RUN_H
#define HILUM_EXPLAIN_RUN_H

#include "base/error.h"
#include "sys/cli.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Values of the options, as explain(1) describes them. */
typedef struct explain_options {
    const char *images, *predictions, *features, *weights, *output, *class_name;
    int64_t number, random_heads, patch, stride, jobs; /* patch and stride: pixels */
    uint64_t seed;
    bool occlusion, allow_code;
} explain_options;

/* Explains the predictions of the head at path for the n named samples or, where n is 0, for those
 * selected from o->predictions. Fills in the defaults of patch and stride, so that the provenance,
 * made from cli, records them. */
int explain_run(explain_options *o, const hl_cli *cli, const char *head, char *const *samples,
                size_t n, hl_err *e);

#endif
