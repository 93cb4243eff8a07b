/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keras' preprocess_input (keras/src/applications/imagenet_utils.py) as a table: the input is
 * 8-bit, so each channel has 256 possible values, computed in float32 in Keras' order.
 *
 *   caffe: RGB -> BGR, minus 103.939, 116.779, 123.68
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

int nn_normalize_make(nn_normalize *t, const char *mode, hl_err *e);

#endif
