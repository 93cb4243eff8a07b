/* SPDX-License-Identifier: BSD-2-Clause */
/* The heat maps of one sample, from its feature maps to pictures and rows of explain.tsv. */
#ifndef HILUM_EXPLAIN_SAMPLE_MAPS_H
#define HILUM_EXPLAIN_SAMPLE_MAPS_H

#include "base/error.h"
#include "base/progress.h"
#include "gradcam.h"
#include "nn/head/model.h"
#include "occlusion.h"
#include "output.h"
#include "selection.h"

#include <stddef.h>
#include <stdint.h>

/* What all samples are explained with. */
typedef struct explain_context {
    const nn_model *model;
    explain_top top;
    int64_t map_shape[3];        /* height, width, channels of a sample's features */
    const uint32_t *target;      /* class to explain; NULL: the predicted one */
    explain_sanity sanity;       /* n 0: no sanity check */
    explain_occlusion occlusion; /* extractor NULL: no occlusion maps */
    hl_progress progress;        /* in patches of the occlusion maps */
    explain_output out;
    double *picture; /* [height * width] of the images; scratch */
    /* results of the sanity check, over the samples so far */
    double sum_rho, sum_abs_rho;
    size_t compared; /* samples whose map could be compared */
} explain_context;

/* Adds the maps of one sample, which has its image and features, to c->out. A sample without a
 * prediction gets the head's. */
int explain_sample_maps(explain_context *c, explain_sample *s, hl_err *e);

#endif
