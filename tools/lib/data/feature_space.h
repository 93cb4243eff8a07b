/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The feature space: everything that determines what a feature vector means, from the resampling of
 * the image to the pooling. Vectors of different feature spaces must not be mixed, and a head is
 * valid only in the feature space in which it was trained. A file of images fills the first part, a
 * file of features all of it. The feature space is stored as a JSON object under
 * `hilum.feature_space`.
 */
#ifndef HILUM_DATA_FEATURE_SPACE_H
#define HILUM_DATA_FEATURE_SPACE_H

#include "base/error.h"
#include "base/sha256.h"

#include <stdbool.h>
#include <stdint.h>

/* Largest side of a resized image, in pixels: far above the input of any backbone, and low enough
 * that the sizes of a network's activations do not overflow. */
enum { HL_MAX_SIDE = 4096 };

typedef struct hl_feature_space {
    /* images */
    int64_t height, width; /* pixels, 1 to HL_MAX_SIDE */
    char filter[16];       /* resampling filter: nearest, bilinear, bicubic, area, lanczos */
    char fit[16];          /* stretch, pad, crop */
    char depth[16];  /* hl_depth of 16-bit PNG; empty: auto and full are the same for the images */
    char window[64]; /* hl_window of grey DICOM files; empty: there are none */
    /* features; empty for a file of images */
    char backbone[64];
    char weights[HL_DIGEST_SIZE]; /* "sha256:..." or "seeded:N" */
    char framework[16];     /* framework variant; empty: Keras, "torch": torchvision or timm */
    char normalize[16];     /* caffe, tf, torch, unit, raw */
    char feature_layer[64]; /* the layer whose output the features are */
    char pool[16];          /* flatten, avg, max */
} hl_feature_space;

/* The image part of a feature space; the feature fields are empty. */
hl_feature_space hl_feature_space_of_images(const hl_feature_space *s);

/* To JSON with sorted keys, without empty fields. The caller frees. */
char *hl_feature_space_format(const hl_feature_space *s);

/* From JSON. Unknown fields are an error: they could change what the features mean. */
int hl_feature_space_parse(hl_feature_space *s, const char *json, hl_err *e);

/* Fails if two feature spaces differ; the message names the first field that differs and both
 * values. a_name and b_name are the files for the message. */
int hl_feature_space_match(const hl_feature_space *a, const char *a_name, const hl_feature_space *b,
                           const char *b_name, hl_err *e);

#endif
