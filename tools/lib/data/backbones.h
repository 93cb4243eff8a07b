/* SPDX-License-Identifier: BSD-2-Clause */
/* The backbones by name, with the input that each expects. */
#ifndef HILUM_DATA_BACKBONES_H
#define HILUM_DATA_BACKBONES_H

#include <stdint.h>

#define HL_BACKBONE_WORDS "vgg16, mobilenetv2 or inceptionresnetv2"

typedef struct hl_backbone {
    const char *name;
    int64_t height, width; /* input, pixels */
    const char *normalize; /* "caffe" or "tf"; see docs/BACKBONES.md */
} hl_backbone;

/* NULL if no backbone has this name. */
const hl_backbone *hl_backbone_find(const char *name);

#endif
