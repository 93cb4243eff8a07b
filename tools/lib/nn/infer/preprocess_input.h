/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pixel scaling: Keras' preprocess_input (keras/src/applications/imagenet_utils.py) as a lookup
 * table. Pixels have 8 bits, so each channel has 256 possible values, which are computed in float32
 * with the operations in Keras' order. Modes, for a pixel value v:
 *
 *   caffe: RGB -> BGR, v - 103.939, 116.779, 123.68
 *   tf:    v / 127.5 - 1
 *   torch: (v / 255 - mean) / std, ImageNet's mean and std by channel
 *   unit:  v / 255
 *   raw:   v
 */
#ifndef HILUM_NN_INFER_PREPROCESS_INPUT_H
#define HILUM_NN_INFER_PREPROCESS_INPUT_H

#include "base/error.h"

typedef struct nn_normalize {
    float table[3][256]; /* [output channel][value] */
    int source[3];       /* input channel of each output channel */
} nn_normalize;

/* Fills the table of a mode; fails for a word that is none. */
int nn_normalize_make(nn_normalize *t, const char *mode, hl_err *e);

#endif
