/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Occlusion maps (Zeiler and Fergus 2014): a grey patch slides over the image; where it lowers the
 * probability of a class, the hidden region supports that class.
 */
#ifndef HILUM_EXPLAIN_OCCLUSION_H
#define HILUM_EXPLAIN_OCCLUSION_H

#include "base/error.h"
#include "base/progress.h"
#include "nn/head/head.h"
#include "nn/infer/extractor.h"

#include <stddef.h>
#include <stdint.h>

typedef struct explain_occlusion {
    nn_extractor *extractor; /* makes the head's features */
    const nn_head *head;
    size_t height, width; /* of the images */
    int channels;
    size_t patch, stride; /* pixels, patch at most as long as the shorter side */
} explain_occlusion;

/* Number of positions of the patch: every `stride` pixels from the upper left corner, and at the
 * far edges. */
size_t explain_occlusion_positions(const explain_occlusion *o);

/* image: [height, width, channels]. heat, [height * width]: for each pixel, p(target) of the full
 * image minus p(target) with a patch, averaged over the patches that cover the pixel; negative
 * where hiding it makes the class more probable. The patch has the image's mean colour. Adds the
 * positions to the progress. */
int explain_occlusion_map(const explain_occlusion *o, const uint8_t *image, uint32_t target,
                          double *heat, hl_progress *progress, hl_err *e);

#endif
