/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The weights of a backbone, float32 in Keras' layout (weight_specs.h), by layer.
 *
 *     nn_framework framework;
 *     nn_net n;
 *     nn_weights w;
 *     if (nn_weights_framework(source, &framework, e) ||
 *         nn_net_build_for(&n, "vgg16", framework, 224, 224, e) ||
 *         nn_weights_load(&w, &n, source, e))
 *         return -1;
 *
 * A source is a file name, or "seeded:N" for pseudo-random values, which allow the programs to be
 * tried without trained weights and never make a result. The format of a file is recognised by its
 * content: HDF5 of Keras 1, 2 or 3; hilum's own weight file; safetensors with the names of timm or
 * torchvision.
 *
 * Seeded values of weight W of layer L come from hl_rng_make(N, "weights/L/W"), value j from the
 * j-th uniform number u: kernel (2u - 1) * sqrt(6 / (KH KW I)); depthwise_kernel (2u - 1) *
 * sqrt(3 / (KH KW)), which keeps MobileNetV2 well-conditioned; bias, beta, moving_mean
 * (2u - 1) * 0.1; gamma, moving_variance 0.9 + 0.2 u.
 */
#ifndef HILUM_NN_WEIGHTS_WEIGHTS_H
#define HILUM_NN_WEIGHTS_WEIGHTS_H

#include "base/sha256.h"
#include "nn/arch/weight_specs.h"

typedef struct nn_weights {
    float *(*values)[NN_MAX_WEIGHTS]; /* [layer][weight]; NULL beyond a layer's last weight */
    int nlayers;
    char identity[HL_DIGEST_SIZE]; /* "seeded:N", or "sha256:..." of framework, names and values */
} nn_weights;

/* Why weights do not fit a network: a line for each weight that is missing, left over or of the
 * wrong shape. */
typedef struct nn_problems {
    char **lines;
    size_t n;
} nn_problems;

void nn_add_problem(nn_problems *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void nn_problems_free(nn_problems *p);

/* Finds the framework variant that the weights of a source are for, in which the network must be
 * built. */
int nn_weights_framework(const char *source, nn_framework *framework, hl_err *e);

/* Loads all weights; the caller frees them. Fails if the file does not hold exactly the weights of
 * the network, apart from those of a classifier, or a value is not finite. */
int nn_weights_load(nn_weights *w, const nn_net *n, const char *source, hl_err *e);
/* The same; if the file can be read but does not fit the network, p lists all problems. p is empty
 * on entry, and the caller frees it. */
int nn_weights_check(nn_weights *w, const nn_net *n, const char *source, nn_problems *p, hl_err *e);
void nn_weights_free(nn_weights *w);

/* Allocates every weight of the network without setting its values. */
void nn_weights_alloc(nn_weights *w, const nn_net *n);

#endif
