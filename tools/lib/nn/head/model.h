/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trained model, as tools use one: a head and, where images are to be classified, the backbone
 * that computes the head's features.
 *
 *   nn_model m;
 *   int status = nn_model_load(&m, "head.safetensors.zst", threads, e);
 *   if (status == 0)
 *       status = nn_model_open_backbone(&m, "weights.h5", false, TS_CPU, e);
 *   ...
 *   nn_model_free(&m);
 */
#ifndef HILUM_NN_HEAD_MODEL_H
#define HILUM_NN_HEAD_MODEL_H

#include "base/error.h"
#include "nn/head/head.h"
#include "nn/infer/extractor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct nn_model {
    const char *name; /* path of the head's file, for messages; kept by reference */
    nn_head *head;
    char *const *classes; /* [nclasses], owned by the head */
    size_t nclasses;
    nn_extractor *extractor; /* images to the head's features; NULL before nn_model_open_backbone */
} nn_model;

/* Reads the head at path and sets the number of libtorch's threads. On failure m is empty. */
int nn_model_load(nn_model *m, const char *path, int threads, hl_err *e);
void nn_model_free(nn_model *m); /* safe on a zeroed one */

/* Opens the backbone of the head's feature space with these weights (see
 * nn_extractor_for_feature_space). Fails where its features have another width than the head's
 * inputs. */
int nn_model_open_backbone(nn_model *m, const char *weights, bool allow_code, ts_device device,
                           hl_err *e);

/* Number of the class called name. option, such as "--class", is the one that named it and begins
 * the message if the head has no such class. */
int nn_model_find_class(const nn_model *m, const char *option, const char *name, uint32_t *cls,
                        hl_err *e);

#endif
