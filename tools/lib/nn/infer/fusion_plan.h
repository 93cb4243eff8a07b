/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The forward pass of a backbone as a list of fused steps. A plan has the layers that some outputs
 * need; a layer is fused into the step before it wherever nothing else reads the value in between:
 * batch norms and additions into the preceding convolution, activations into whatever precedes
 * them, zero padding into the convolution that follows. Both engines carry out such plans
 * (torch_backend.h, onednn_backend.h).
 */
#ifndef HILUM_NN_INFER_FUSION_PLAN_H
#define HILUM_NN_INFER_FUSION_PLAN_H

#include "nn/arch/net.h"
#include "nn/weights/weights.h"

#include <stdbool.h>

typedef enum { NN_ACT_NONE, NN_ACT_RELU, NN_ACT_RELU6 } nn_act;

typedef struct nn_fused_step {
    nn_layer layer; /* the first layer; if it has a ReLU of its own, that is in act */
    int number;     /* index of that layer, for its weights */
    int output;     /* the last layer fused in, whose value the step computes */
    int batchnorm;  /* fused in, or -1 */
    int added;      /* layer whose value is added before the activation, or -1 */
    double scale;   /* of the step's own value before the addition */
    nn_act act;
} nn_fused_step;

typedef struct nn_fusion_plan {
    nn_fused_step *steps;
    int nsteps;
    int *uses; /* [nlayers]: how many steps and outputs read the value of a layer */
    int nlayers;
} nn_fusion_plan;

/* Plans the forward pass as far as these layers. */
void nn_fusion_plan_new(nn_fusion_plan *p, const nn_net *n, const int *outputs, int noutputs);
void nn_fusion_plan_free(nn_fusion_plan *p);

/* Whether a step begins with such a layer. */
bool nn_fusion_plan_has(const nn_fusion_plan *p, nn_op op);

/* Finds the first step whose value is at most `height` pixels high and is all that later steps
 * read, directly or not; -1 if there is none. */
int nn_fusion_plan_bottleneck(const nn_fusion_plan *p, const nn_net *n, int64_t height);

/* Lists the layers whose values a step reads; returns their number. */
int nn_fused_step_inputs(const nn_fused_step *s, int layers[NN_MAX_INPUTS + 1]);

/*
 * Computes the weights of a step, with those of the layers fused in, in double. Convolution: kernel
 * [O, I, KH, KW], depthwise [C, 1, KH, KW], and bias [O] or NULL. Separate batch norm: scale (as
 * kernel) and shift (as bias), [C]. Other steps: NULL. The caller frees both.
 */
void nn_fused_step_weights(const nn_fused_step *s, const nn_net *n, const nn_weights *w,
                           float **kernel, float **bias);

#endif
