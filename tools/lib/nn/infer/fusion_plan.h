/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A backbone as the steps of its forward pass: the layers that some outputs need, with what comes
 * right behind a layer folded into it wherever nobody else looks at the value in between. What
 * carries the steps out is run.h (libtorch) and onednn.h.
 */
#ifndef HILUM_NN_INFER_FUSION_PLAN_H
#define HILUM_NN_INFER_FUSION_PLAN_H

#include "nn/arch/net.h"
#include "nn/weights/weights.h"

#include <stdbool.h>

typedef enum { NN_ACT_NONE, NN_ACT_RELU, NN_ACT_RELU6 } nn_act;

typedef struct nn_fused_step {
    nn_layer layer; /* its own activation (relu) is in act */
    int number;     /* of the layer, to find its weights */
    int output;     /* the last layer folded in: its value is this step's */
    int batchnorm;  /* folded in, or -1 */
    int added;      /* layer whose value is added before the activation, or -1 */
    double scale;   /* of the step's own value before that */
    nn_act act;
} nn_fused_step;

typedef struct nn_fusion_plan {
    nn_fused_step *steps;
    int nsteps;
    int *uses; /* [layers]: how many steps and outputs read the value of a layer */
    int nlayers;
} nn_fusion_plan;

/* Batch norms and additions go into the convolution before them, zero padding into the one behind
 * it, and activations into whatever is before them. */
void nn_fusion_plan_new(nn_fusion_plan *p, const nn_net *n, const int *outputs, int noutputs);
void nn_fusion_plan_free(nn_fusion_plan *p);

/* The first step behind which its value is all that is still to be read, and no higher than height;
 * -1 where there is none. */
int nn_fusion_plan_bottleneck(const nn_fusion_plan *p, const nn_net *n, int64_t height);

/* The layers whose values a step reads; returns how many. */
int nn_fused_step_inputs(const nn_fused_step *s, int layers[NN_MAX_INPUTS + 1]);

/*
 * What a step multiplies by and adds, with what is folded in, computed in double. A convolution:
 * kernel [O, I, KH, KW], depthwise [C, 1, KH, KW], and bias [O] or NULL. A batch norm by itself:
 * scale and shift [C]. Others: NULL. The caller frees both.
 */
void nn_fused_step_weights(const nn_fused_step *s, const nn_net *n, const nn_weights *w,
                           float **kernel, float **bias);

#endif
