/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/backbones.h"

#include <stddef.h>
#include <string.h>

static const hl_backbone backbones[] = {
    {"vgg16", 224, 224, "caffe"},
    {"mobilenetv2", 224, 224, "tf"},
    {"inceptionresnetv2", 299, 299, "tf"},
};

const hl_backbone *hl_backbone_find(const char *name)
{
    for (size_t i = 0; i < sizeof backbones / sizeof *backbones; i++)
        if (strcmp(backbones[i].name, name) == 0)
            return &backbones[i];
    return NULL;
}
