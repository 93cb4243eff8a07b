/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The weights of a backbone, float32 in Keras' layout (nn_net_weight_specs), by layer.
 */
#ifndef HILUM_NN_WEIGHTS_WEIGHTS_H
#define HILUM_NN_WEIGHTS_WEIGHTS_H

#include "base/sha256.h"
#include "nn/arch/net.h"

typedef struct nn_weights {
    float *(*values)[NN_MAX_WEIGHTS]; /* [layer][weight]; NULL where a layer has fewer */
    int nlayers;
    char identity[HL_DIGEST_SIZE]; /* "seeded:N", or "sha256:..." of flavour, names and values */
} nn_weights;

/* What does not fit: a line for each weight that is missing, left over or of the wrong shape. */
typedef struct nn_problems {
    char **lines;
    size_t n;
} nn_problems;

void nn_add_problem(nn_problems *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void nn_problems_free(nn_problems *c);

/*
 * source is the name of a file, or "seeded:N" for specified pseudo-random values, which stand in
 * where no trained weights are wanted and are never to be mistaken for a result:
 * the values of weight W of layer L come from hl_rng_make(N, "weights/L/W"), value j from the
 * j-th uniform u: kernel (2u - 1) * sqrt(6 / (KH KW I)); depthwise_kernel (2u - 1) * sqrt(3 / (KH
 * KW)), which keeps MobileNetV2 well-conditioned; bias, beta, moving_mean (2u - 1) * 0.1; gamma,
 * moving_variance 0.9 + 0.2 u.
 *
 * A file is told by its content: HDF5 of Keras 1, 2 or 3; hilum's own weight file; safetensors
 * with the names of timm or torchvision.
 */
int nn_weights_load(nn_weights *w, const nn_net *n, const char *source, hl_err *e);
/* The same; where a file can be read but does not fit the network, c, empty before, lists all that
 * does not. */
int nn_weights_check(nn_weights *w, const nn_net *n, const char *source, nn_problems *c, hl_err *e);
void nn_weights_free(nn_weights *w);

/* The flavour that the weights of this source are for: what to build the network in. */
int nn_weights_framework(const char *source, nn_framework *framework, hl_err *e);

/* Room for every weight, for those who fill it. */
void nn_weights_alloc(nn_weights *w, const nn_net *n);

#endif
