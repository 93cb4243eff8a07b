/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The feature space: everything that decides what a feature vector means. Images fill the first
 * part, features all of it, and a head keeps the space that it was trained in. It is stored as a
 * JSON object under `hilum.feature_space`.
 */
#ifndef HILUM_DATA_FEATURE_SPACE_H
#define HILUM_DATA_FEATURE_SPACE_H

#include "base/error.h"
#include "base/sha256.h"

#include <stdbool.h>
#include <stdint.h>

/* Of images that were brought to a size: far above what any backbone is meant for, and low enough
 * that sizes of what a network makes of them can be multiplied. */
enum { HL_MAX_SIDE = 4096 };

typedef struct hl_feature_space {
    /* images */
    int64_t height, width; /* pixels, 1 to HL_MAX_SIDE */
    char filter[16];       /* resampling: nearest, bilinear, bicubic, area, lanczos */
    char fit[16];          /* stretch, pad, crop */
    /* features; empty in a file of images */
    char backbone[64];
    char weights[HL_DIGEST_SIZE]; /* "sha256:..." or "seeded:N" */
    char framework[16];           /* empty: as Keras builds the backbone; torch: as PyTorch */
    char normalize[16];           /* caffe, tf, torch, unit, raw */
    char feature_layer[64];       /* name of the layer whose output is taken */
    char pool[16];                /* flatten, avg, max */
} hl_feature_space;

/* What a space says of images; its feature fields are empty. */
hl_feature_space hl_feature_space_of_images(const hl_feature_space *s);

/* To JSON with sorted keys; the caller frees. Empty fields are left out. */
char *hl_feature_space_format(const hl_feature_space *s);
int hl_feature_space_parse(hl_feature_space *s, const char *json, hl_err *e);

/* 0 if equal; else -1 and an error that names the first field that differs and both values,
 * said of `a_name` and `b_name`. */
int hl_feature_space_match(const hl_feature_space *a, const char *a_name, const hl_feature_space *b,
                           const char *b_name, hl_err *e);

#endif
