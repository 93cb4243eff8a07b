/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The weights of a backbone, float32 in Keras' layout (net_weight_specs), by layer.
 */
#ifndef HL_NET_WEIGHTS_H
#define HL_NET_WEIGHTS_H

#include "../common/digest.h"
#include "net.h"

typedef struct net_weights {
    float *(*values)[NET_MAX_WEIGHTS]; /* [layer][weight]; NULL where a layer has fewer */
    int nlayers;
    char identity[HL_DIGEST_SIZE]; /* "sha256:..." of the file, or "seeded:N" */
} net_weights;

/*
 * source is the name of a weights file, or "seeded:N" for specified pseudo-random values, which
 * stand in where no trained weights are wanted and are never to be mistaken for a result:
 * the values of weight W of layer L come from hl_rng_make(N, "weights/L/W"), value j from the
 * j-th uniform u: kernel (2u - 1) * sqrt(6 / (KH KW I)); depthwise_kernel (2u - 1) * sqrt(3 / (KH
 * KW)), which keeps MobileNetV2 well-conditioned; bias, beta, moving_mean (2u - 1) * 0.1; gamma,
 * moving_variance 0.9 + 0.2 u.
 */
int net_weights_load(net_weights *w, const net *n, const char *source, hl_err *e);
void net_weights_free(net_weights *w);

/* Room for every weight, for those who fill it. */
void net_weights_alloc(net_weights *w, const net *n);

/* From an HDF5 file that Keras wrote (see keras_h5.c). */
int net_weights_from_keras_h5(net_weights *w, const net *n, const char *path, hl_err *e);

#endif
