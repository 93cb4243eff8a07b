/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A backbone as the steps of its forward pass: the layers that some outputs need, with what comes
 * right behind a layer folded into it wherever nobody else looks at the value in between. What
 * carries the steps out is run.h (libtorch) and onednn.h.
 */
#ifndef HILUM_NN_INFER_FUSION_H
#define HILUM_NN_INFER_FUSION_H

#include "nn/arch/net.h"
#include "nn/weights/weights.h"

#include <stdbool.h>

typedef enum { NET_ACT_NONE, NET_ACT_RELU, NET_ACT_RELU6 } net_act;

typedef struct net_step {
    net_layer layer; /* its own activation (relu) is in act */
    int number;      /* of the layer, to find its weights */
    int output;      /* the last layer folded in: its value is this step's */
    int batchnorm;   /* folded in, or -1 */
    int added;       /* layer whose value is added before the activation, or -1 */
    double scale;    /* of the step's own value before that */
    net_act act;
} net_step;

typedef struct net_plan {
    net_step *steps;
    int nsteps;
    int *uses; /* [layers]: how many steps and outputs read the value of a layer */
    int nlayers;
} net_plan;

/* Batch norms and additions go into the convolution before them, zero padding into the one behind
 * it, and activations into whatever is before them. */
void net_plan_new(net_plan *p, const net *n, const int *outputs, int noutputs);
void net_plan_free(net_plan *p);

/* The first step behind which its value is all that is still to be read, and no higher than height;
 * -1 where there is none. */
int net_plan_waist(const net_plan *p, const net *n, int64_t height);

/* The layers whose values a step reads; returns how many. */
int net_step_reads(const net_step *s, int layers[NET_MAX_INPUTS + 1]);

/*
 * What a step multiplies by and adds, with what is folded in, computed in double. A convolution:
 * kernel [O, I, KH, KW], depthwise [C, 1, KH, KW], and bias [O] or NULL. A batch norm by itself:
 * scale and shift [C]. Others: NULL. The caller frees both.
 */
void net_step_weights(const net_step *s, const net *n, const net_weights *w, float **kernel,
                      float **bias);

#endif
