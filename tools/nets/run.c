/* SPDX-License-Identifier: BSD-2-Clause */
#include "run.h"

#include "../common/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum { ACT_NONE, ACT_RELU, ACT_RELU6 } activation;

/* One operation: a layer, and what was fused into it. */
typedef struct step {
    net_layer layer;
    int output;               /* index of the last layer fused into it: its value is this step's */
    ts_tensor *kernel, *bias; /* batch norm: scale and shift */
    activation act;
} step;

struct net_run {
    step *steps;
    int nsteps, nlayers;
    int *uses; /* [layer]: how many steps and taps read its value */
    int *taps;
    int ntaps;
    ts_dtype dtype;
    ts_device device;
};

/* ---- planning ---- */

typedef struct plan {
    const net *n;
    const net_weights *w;
    bool *needed, *tapped, *fused;
    int *consumers;
} plan;

static void mark_needed(plan *p, int layer)
{
    if (p->needed[layer])
        return;
    p->needed[layer] = true;
    const net_layer *l = &p->n->layers[layer];
    for (int i = 0; i < l->ninputs; i++) {
        mark_needed(p, l->inputs[i]);
        p->consumers[l->inputs[i]]++;
    }
}

static void plan_new(plan *p, const net *n, const net_weights *w, const int *taps, int ntaps)
{
    const size_t count = (size_t)n->n;
    *p = (plan){.n = n, .w = w};
    p->needed = hl_calloc(count, sizeof *p->needed);
    p->tapped = hl_calloc(count, sizeof *p->tapped);
    p->fused = hl_calloc(count, sizeof *p->fused);
    p->consumers = hl_calloc(count, sizeof *p->consumers);
    for (int i = 0; i < ntaps; i++) {
        p->tapped[taps[i]] = true;
        mark_needed(p, taps[i]);
    }
}

static void plan_free(plan *p)
{
    free(p->needed);
    free(p->tapped);
    free(p->fused);
    free(p->consumers);
}

/* The layer that alone reads this one and so can be fused into it, if it does op; else -1. */
static int only_reader(const plan *p, int layer, net_op op)
{
    if (p->tapped[layer] || p->consumers[layer] != 1)
        return -1;
    for (int i = layer + 1; i < p->n->n; i++)
        for (int k = 0; p->needed[i] && k < p->n->layers[i].ninputs; k++)
            if (p->n->layers[i].inputs[k] == layer)
                return p->n->layers[i].op == op ? i : -1;
    return -1;
}

/* ---- weights of a step ---- */

static int torch_error(hl_err *e, const char *where)
{
    return hl_fail(e, "%s: libtorch: %s", where, ts_last_error());
}

/* Batch norm in inference mode is y = x * scale + shift; computed in double. */
static void batchnorm_affine(const plan *p, int layer, double *scale, double *shift)
{
    const net_layer *l = &p->n->layers[layer];
    float *const *v = p->w->values[layer];
    const float *gamma = l->gamma ? v[0] : NULL;
    const float *const *rest = (const float *const *)v + (l->gamma ? 1 : 0);
    for (int64_t c = 0; c < l->channels; c++) {
        scale[c] = (gamma ? (double)gamma[c] : 1.0) / sqrt((double)rest[2][c] + p->n->epsilon);
        shift[c] = (double)rest[0][c] - (double)rest[1][c] * scale[c];
    }
}

static int upload(ts_tensor **out, const float *data, int rank, const int64_t *shape,
                  const net_run *r, hl_err *e)
{
    ts_tensor *host = NULL;
    int status = ts_from_data(&host, data, TS_F32, rank, shape);
    if (status == 0)
        status = ts_to(out, host, r->dtype, r->device);
    ts_free(host);
    return status ? torch_error(e, "weights") : 0;
}

/* Keras' [KH, KW, I, O], or [KH, KW, C, 1], to the [O, I, KH, KW] or [C, 1, KH, KW] of libtorch,
 * each output channel times scale. */
static int upload_kernel(step *s, const float *keras, int64_t in, const double *scale,
                         const net_run *r, hl_err *e)
{
    const net_layer *l = &s->layer;
    const int64_t area = l->kernel[0] * l->kernel[1], out = l->channels;
    const int64_t shape[4] = {out, in, l->kernel[0], l->kernel[1]};
    float *t = hl_malloc((size_t)(area * in * out), sizeof *t);
    for (int64_t a = 0; a < area; a++)
        for (int64_t i = 0; i < in; i++)
            for (int64_t o = 0; o < out; o++)
                t[(o * in + i) * area + a] =
                    (float)((double)keras[(a * in + i) * out + o] * (scale ? scale[o] : 1.0));
    ts_tensor *plain = NULL;
    int status = upload(&plain, t, 4, shape, r, e);
    if (status == 0 && ts_channels_last(&s->kernel, plain))
        status = torch_error(e, l->name);
    ts_free(plain);
    free(t);
    return status;
}

static int upload_vector(ts_tensor **out, const double *v, int64_t n, const net_run *r, hl_err *e)
{
    float *f = hl_malloc((size_t)n, sizeof *f);
    for (int64_t i = 0; i < n; i++)
        f[i] = (float)v[i];
    const int status = upload(out, f, 1, &n, r, e);
    free(f);
    return status;
}

/* A convolution, with the batch norm behind it (or -1) folded in. */
static int load_conv(step *s, const plan *p, int layer, int batchnorm, const net_run *r, hl_err *e)
{
    const net_layer *l = &s->layer;
    const size_t out = (size_t)l->channels;
    const int64_t in = p->n->layers[l->inputs[0]].channels;
    const bool depthwise = l->op == NET_DEPTHWISE;
    double *scale = hl_malloc(out, sizeof *scale), *shift = hl_calloc(out, sizeof *shift);
    if (batchnorm >= 0)
        batchnorm_affine(p, batchnorm, scale, shift);
    if (l->bias)
        for (size_t c = 0; c < out; c++)
            shift[c] += (double)p->w->values[layer][1][c] * (batchnorm >= 0 ? scale[c] : 1.0);
    int status = upload_kernel(s, p->w->values[layer][0], depthwise ? 1 : in,
                               batchnorm >= 0 ? scale : NULL, r, e);
    if (status == 0 && (l->bias || batchnorm >= 0))
        status = upload_vector(&s->bias, shift, l->channels, r, e);
    free(scale);
    free(shift);
    return status;
}

static int load_batchnorm(step *s, const plan *p, int layer, const net_run *r, hl_err *e)
{
    const size_t n = (size_t)s->layer.channels;
    double *scale = hl_malloc(n, sizeof *scale), *shift = hl_malloc(n, sizeof *shift);
    batchnorm_affine(p, layer, scale, shift);
    int status = upload_vector(&s->kernel, scale, s->layer.channels, r, e);
    if (status == 0)
        status = upload_vector(&s->bias, shift, s->layer.channels, r, e);
    free(scale);
    free(shift);
    return status;
}

static void fuse(plan *p, step *s, int layer)
{
    p->fused[layer] = true;
    s->output = layer;
}

static int add_step(net_run *r, plan *p, int layer, hl_err *e)
{
    step *s = &r->steps[r->nsteps++];
    *s = (step){.layer = p->n->layers[layer], .output = layer};
    const net_op op = s->layer.op;
    int status = 0;
    if (op == NET_CONV || op == NET_DEPTHWISE) {
        const int batchnorm = s->layer.relu ? -1 : only_reader(p, layer, NET_BATCHNORM);
        status = load_conv(s, p, layer, batchnorm, r, e);
        if (batchnorm >= 0)
            fuse(p, s, batchnorm);
        s->act = s->layer.relu ? ACT_RELU : ACT_NONE;
    } else if (op == NET_BATCHNORM)
        status = load_batchnorm(s, p, layer, r, e);
    else if (op == NET_RELU)
        s->act = ACT_RELU;
    else if (op == NET_RELU6)
        s->act = ACT_RELU6;
    const int relu = only_reader(p, s->output, NET_RELU);
    const int relu6 = only_reader(p, s->output, NET_RELU6);
    if (op != NET_INPUT && s->act == ACT_NONE && (relu >= 0 || relu6 >= 0)) {
        s->act = relu >= 0 ? ACT_RELU : ACT_RELU6;
        fuse(p, s, relu >= 0 ? relu : relu6);
    }
    return status;
}

static void count_uses(net_run *r)
{
    for (int i = 0; i < r->nsteps; i++)
        for (int k = 0; k < r->steps[i].layer.ninputs; k++)
            r->uses[r->steps[i].layer.inputs[k]]++;
    for (int i = 0; i < r->ntaps; i++)
        r->uses[r->taps[i]]++;
}

int net_run_new(net_run **result, const net *n, const net_weights *w, const int *taps, int ntaps,
                ts_dtype dtype, ts_device device, hl_err *e)
{
    net_run *r = hl_calloc(1, sizeof *r);
    r->dtype = dtype;
    r->device = device;
    r->nlayers = n->n;
    r->steps = hl_calloc((size_t)n->n, sizeof *r->steps);
    r->uses = hl_calloc((size_t)n->n, sizeof *r->uses);
    r->taps = hl_calloc((size_t)ntaps, sizeof *r->taps);
    r->ntaps = ntaps;
    memcpy(r->taps, taps, (size_t)ntaps * sizeof *taps);
    plan p;
    plan_new(&p, n, w, taps, ntaps);
    int status = 0;
    for (int i = 0; i < n->n && status == 0; i++)
        if (p.needed[i] && !p.fused[i])
            status = add_step(r, &p, i, e);
    plan_free(&p);
    count_uses(r);
    if (status)
        net_run_free(r);
    else
        *result = r;
    return status;
}

void net_run_free(net_run *r)
{
    if (!r)
        return;
    for (int i = 0; i < r->nsteps; i++) {
        ts_free(r->steps[i].kernel);
        ts_free(r->steps[i].bias);
    }
    free(r->steps);
    free(r->uses);
    free(r->taps);
    free(r);
}

/* ---- running ---- */

int net_apply_layer(const net_layer *l, const ts_tensor *kernel, const ts_tensor *bias,
                    ts_tensor *const *in, ts_tensor **out)
{
    ts_window w = {.kernel = {l->kernel[0], l->kernel[1]}, .stride = {l->stride[0], l->stride[1]}};
    memcpy(w.pad, l->pad, sizeof w.pad);
    switch (l->op) {
    case NET_CONV:
    case NET_DEPTHWISE:
        return ts_conv2d(out, in[0], kernel, bias, &w, l->op == NET_DEPTHWISE ? l->channels : 1);
    case NET_BATCHNORM:
        return ts_channel_affine(out, in[0], kernel, bias);
    case NET_ZEROPAD:
        return ts_pad2d(out, in[0], l->pad);
    case NET_MAXPOOL:
        return ts_max_pool2d(out, in[0], &w);
    case NET_AVGPOOL:
        return ts_avg_pool2d(out, in[0], &w);
    case NET_ADD:
        return ts_add_scaled(out, in[0], in[1], 1.0);
    case NET_SCALED_ADD:
        return ts_add_scaled(out, in[0], in[1], l->scale);
    case NET_CONCAT:
        return ts_concat_channels(out, (const ts_tensor *const *)in, l->ninputs);
    case NET_RELU:
        return ts_relu(out, in[0]);
    case NET_RELU6:
        return ts_relu6(out, in[0]);
    case NET_INPUT:
        break;
    }
    return ts_share(out, in[0]);
}

/* Layers that are an activation have been applied already. */
static int activate(const step *s, ts_tensor *t)
{
    if (s->layer.op == NET_RELU || s->layer.op == NET_RELU6 || s->act == ACT_NONE)
        return 0;
    return s->act == ACT_RELU ? ts_relu_inplace(t) : ts_relu6_inplace(t);
}

static int run_step(const step *s, const ts_tensor *x, const net_run *r, ts_tensor **values)
{
    if (s->layer.op == NET_INPUT)
        return ts_to(&values[s->output], x, r->dtype, r->device);
    ts_tensor *in[NET_MAX_INPUTS];
    for (int k = 0; k < s->layer.ninputs; k++)
        in[k] = values[s->layer.inputs[k]];
    return net_apply_layer(&s->layer, s->kernel, s->bias, in, &values[s->output]) ||
                   activate(s, values[s->output])
               ? -1
               : 0;
}

/* Lets go of the values that no later step needs. */
static void release_inputs(const step *s, int *left, ts_tensor **values)
{
    for (int k = 0; k < s->layer.ninputs; k++) {
        const int in = s->layer.inputs[k];
        if (--left[in] == 0) {
            ts_free(values[in]);
            values[in] = NULL;
        }
    }
}

int net_run_forward(net_run *r, const ts_tensor *x, ts_tensor **outs, hl_err *e)
{
    ts_tensor **values = hl_calloc((size_t)r->nlayers, sizeof *values);
    int *left = hl_malloc((size_t)r->nlayers, sizeof *left);
    memcpy(left, r->uses, (size_t)r->nlayers * sizeof *left);
    int status = 0;
    for (int i = 0; i < r->nsteps && status == 0; i++) {
        if (run_step(&r->steps[i], x, r, values))
            status = torch_error(e, r->steps[i].layer.name);
        release_inputs(&r->steps[i], left, values);
    }
    for (int i = 0; i < r->ntaps && status == 0; i++)
        if (ts_share(&outs[i], values[r->taps[i]]))
            status = torch_error(e, "output");
    for (int i = 0; i < r->nlayers; i++)
        ts_free(values[i]);
    free(values);
    free(left);
    return status;
}

/* ---- memory ---- */

static uint64_t value_bytes(const net_layer *l, ts_dtype dtype)
{
    return (uint64_t)(l->height * l->width * l->channels) * (dtype == TS_F32 ? 4 : 2);
}

uint64_t net_run_peak_bytes(const net_run *r)
{
    uint64_t *held = hl_calloc((size_t)r->nlayers, sizeof *held), now = 0, peak = 0;
    int *left = hl_malloc((size_t)r->nlayers, sizeof *left);
    memcpy(left, r->uses, (size_t)r->nlayers * sizeof *left);
    for (int i = 0; i < r->nsteps; i++) {
        const step *s = &r->steps[i];
        now += held[s->output] = value_bytes(&s->layer, r->dtype);
        peak = now > peak ? now : peak;
        for (int k = 0; k < s->layer.ninputs; k++)
            if (--left[s->layer.inputs[k]] == 0)
                now -= held[s->layer.inputs[k]];
    }
    free(left);
    free(held);
    return peak;
}
