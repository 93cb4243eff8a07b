/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/infer/fusion_plan.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- fusing layers ---- */

typedef struct planner {
    const nn_net *n;
    bool *needed, *is_output, *fused;
    int *readers; /* [layer] */
} planner;

static void mark_needed(planner *p, int layer)
{
    if (p->needed[layer])
        return;
    p->needed[layer] = true;
    const nn_layer *l = &p->n->layers[layer];
    for (int i = 0; i < l->ninputs; i++) {
        mark_needed(p, l->inputs[i]);
        p->readers[l->inputs[i]]++;
    }
}

/* The only layer that reads this one, if its kind is op, so that it can be fused into it; or -1. */
static int only_reader(const planner *p, int layer, nn_op op)
{
    if (p->is_output[layer] || p->readers[layer] != 1)
        return -1;
    for (int i = layer + 1; i < p->n->n; i++)
        for (int k = 0; p->needed[i] && k < p->n->layers[i].ninputs; k++)
            if (p->n->layers[i].inputs[k] == layer)
                return p->n->layers[i].op == op ? i : -1;
    return -1;
}

static bool is_convolution(nn_op op)
{
    return op == NN_CONV || op == NN_DEPTHWISE;
}

static void fuse(planner *p, nn_fused_step *s, int layer)
{
    p->fused[layer] = true;
    s->output = layer;
}

/* Zero padding that only this convolution reads is left to the convolution. */
static void fuse_padding(const planner *p, nn_fused_step *s)
{
    const int in = s->layer.inputs[0];
    const nn_layer *pad = &p->n->layers[in];
    if (pad->op != NN_ZEROPAD || only_reader(p, in, s->layer.op) < 0)
        return;
    for (int i = 0; i < 4; i++)
        s->layer.pad[i] += pad->pad[i];
    s->layer.inputs[0] = pad->inputs[0];
}

/* Fuses an addition, if the other operand is computed before this step. */
static void fuse_addition(planner *p, nn_fused_step *s)
{
    const int add = only_reader(p, s->output, NN_ADD),
              scaled = only_reader(p, s->output, NN_SCALED_ADD), at = add >= 0 ? add : scaled;
    if (at < 0)
        return;
    const nn_layer *l = &p->n->layers[at];
    const int own = l->inputs[1] == s->output ? 1 : 0, other = l->inputs[1 - own];
    if (other > s->number || (at == scaled && own == 0))
        return;
    s->added = other;
    s->scale = at == scaled ? l->scale : 1.0;
    fuse(p, s, at);
}

static void fuse_activation(planner *p, nn_fused_step *s)
{
    const int relu = only_reader(p, s->output, NN_RELU);
    const int relu6 = only_reader(p, s->output, NN_RELU6);
    if (s->layer.op == NN_INPUT || s->act != NN_ACT_NONE || (relu < 0 && relu6 < 0))
        return;
    s->act = relu >= 0 ? NN_ACT_RELU : NN_ACT_RELU6;
    fuse(p, s, relu >= 0 ? relu : relu6);
}

static void plan_convolution(planner *p, nn_fused_step *s)
{
    fuse_padding(p, s);
    if (s->layer.relu) {
        s->act = NN_ACT_RELU;
        return;
    }
    s->batchnorm = only_reader(p, s->number, NN_BATCHNORM);
    if (s->batchnorm >= 0)
        fuse(p, s, s->batchnorm);
    fuse_addition(p, s);
}

static nn_fused_step plan_step(planner *p, int layer)
{
    nn_fused_step s = {.layer = p->n->layers[layer],
                       .number = layer,
                       .output = layer,
                       .batchnorm = -1,
                       .added = -1,
                       .scale = 1.0};
    const nn_op op = s.layer.op;
    if (is_convolution(op))
        plan_convolution(p, &s);
    else if (op == NN_RELU || op == NN_RELU6)
        s.act = op == NN_RELU ? NN_ACT_RELU : NN_ACT_RELU6;
    fuse_activation(p, &s);
    return s;
}

/* Padding that its only reader does is no step of its own. */
static bool is_fused_later(const planner *p, int layer)
{
    return p->n->layers[layer].op == NN_ZEROPAD &&
           (only_reader(p, layer, NN_CONV) >= 0 || only_reader(p, layer, NN_DEPTHWISE) >= 0);
}

int nn_fused_step_inputs(const nn_fused_step *s, int layers[NN_MAX_INPUTS + 1])
{
    int n = s->layer.ninputs;
    memcpy(layers, s->layer.inputs, (size_t)n * sizeof *layers);
    if (s->added >= 0)
        layers[n++] = s->added;
    return n;
}

static void count_uses(nn_fusion_plan *p, const int *outputs, int noutputs)
{
    for (int i = 0; i < p->nsteps; i++) {
        int reads[NN_MAX_INPUTS + 1];
        for (int k = nn_fused_step_inputs(&p->steps[i], reads); k > 0; k--)
            p->uses[reads[k - 1]]++;
    }
    for (int i = 0; i < noutputs; i++)
        p->uses[outputs[i]]++;
}

void nn_fusion_plan_new(nn_fusion_plan *plan, const nn_net *n, const int *outputs, int noutputs)
{
    const size_t count = (size_t)n->n;
    planner p = {.n = n,
                 .needed = hl_calloc(count, sizeof *p.needed),
                 .is_output = hl_calloc(count, sizeof *p.is_output),
                 .fused = hl_calloc(count, sizeof *p.fused),
                 .readers = hl_calloc(count, sizeof *p.readers)};
    *plan = (nn_fusion_plan){.steps = hl_calloc(count, sizeof *plan->steps),
                             .uses = hl_calloc(count, sizeof *plan->uses),
                             .nlayers = n->n};
    for (int i = 0; i < noutputs; i++) {
        p.is_output[outputs[i]] = true;
        mark_needed(&p, outputs[i]);
    }
    for (int i = 0; i < n->n; i++)
        if (p.needed[i] && !p.fused[i] && !is_fused_later(&p, i))
            plan->steps[plan->nsteps++] = plan_step(&p, i);
    count_uses(plan, outputs, noutputs);
    free(p.needed);
    free(p.is_output);
    free(p.fused);
    free(p.readers);
}

bool nn_fusion_plan_has(const nn_fusion_plan *p, nn_op op)
{
    for (int i = 0; i < p->nsteps; i++)
        if (p->steps[i].layer.op == op)
            return true;
    return false;
}

int nn_fusion_plan_bottleneck(const nn_fusion_plan *p, const nn_net *n, int64_t height)
{
    int *left = hl_malloc((size_t)p->nlayers, sizeof *left), alive = 0, found = -1;
    memcpy(left, p->uses, (size_t)p->nlayers * sizeof *left);
    for (int i = 0; i < p->nsteps && found < 0; i++) {
        int reads[NN_MAX_INPUTS + 1];
        for (int k = nn_fused_step_inputs(&p->steps[i], reads) - 1; k >= 0; k--)
            alive -= --left[reads[k]] == 0;
        alive++;
        if (alive == 1 && n->layers[p->steps[i].output].height <= height)
            found = i;
    }
    free(left);
    return found;
}

void nn_fusion_plan_free(nn_fusion_plan *p)
{
    free(p->steps);
    free(p->uses);
    *p = (nn_fusion_plan){0};
}

/* ---- weights ---- */

/* Batch norm in inference mode is y = x * scale + shift. */
static void batchnorm_affine(const nn_net *n, const nn_weights *w, int layer, double *scale,
                             double *shift)
{
    const nn_layer *l = &n->layers[layer];
    float *const *v = w->values[layer];
    const float *gamma = l->gamma ? v[0] : NULL;
    const float *const *rest = (const float *const *)v + (l->gamma ? 1 : 0);
    for (int64_t c = 0; c < l->channels; c++) {
        scale[c] = (gamma ? (double)gamma[c] : 1.0) / sqrt((double)rest[2][c] + n->epsilon);
        shift[c] = (double)rest[0][c] - (double)rest[1][c] * scale[c];
    }
}

/* From Keras' [KH, KW, I, O] or [KH, KW, C, 1] to [O, I, KH, KW] or [C, 1, KH, KW], with each
 * output channel multiplied by its scale. */
static float *scale_kernel(const nn_layer *l, const float *keras, int64_t in, const double *scale)
{
    const int64_t area = l->kernel[0] * l->kernel[1], out = l->channels;
    float *t = hl_malloc((size_t)(area * in * out), sizeof *t);
    for (int64_t i = 0; i < in; i++)
        for (int64_t o = 0; o < out; o++)
            for (int64_t a = 0; a < area; a++)
                t[(o * in + i) * area + a] =
                    (float)((double)keras[(a * in + i) * out + o] * scale[o]);
    return t;
}

static float *to_floats(const double *v, size_t n)
{
    float *f = hl_malloc(n, sizeof *f);
    for (size_t i = 0; i < n; i++)
        f[i] = (float)v[i];
    return f;
}

static void convolution_weights(const nn_fused_step *s, const nn_net *n, const nn_weights *w,
                                double *scale, double *shift, float **kernel, float **bias)
{
    const nn_layer *l = &s->layer;
    float *const *v = w->values[s->number];
    const int64_t in = l->op == NN_DEPTHWISE ? 1 : n->layers[l->inputs[0]].channels;
    if (s->batchnorm >= 0)
        batchnorm_affine(n, w, s->batchnorm, scale, shift);
    for (int64_t c = 0; c < l->channels; c++) {
        if (l->bias)
            shift[c] += (double)v[1][c] * scale[c];
        scale[c] *= s->scale;
        shift[c] *= s->scale;
    }
    *kernel = scale_kernel(l, v[0], in, scale);
    if (l->bias || s->batchnorm >= 0)
        *bias = to_floats(shift, (size_t)l->channels);
}

void nn_fused_step_weights(const nn_fused_step *s, const nn_net *n, const nn_weights *w,
                           float **kernel, float **bias)
{
    const size_t channels = (size_t)s->layer.channels;
    double *scale = hl_malloc(channels, sizeof *scale), *shift = hl_calloc(channels, sizeof *shift);
    for (size_t c = 0; c < channels; c++)
        scale[c] = 1.0;
    *kernel = *bias = NULL;
    if (is_convolution(s->layer.op))
        convolution_weights(s, n, w, scale, shift, kernel, bias);
    else if (s->layer.op == NN_BATCHNORM) {
        batchnorm_affine(n, w, s->number, scale, shift);
        *kernel = to_floats(scale, channels);
        *bias = to_floats(shift, channels);
    }
    free(scale);
    free(shift);
}
