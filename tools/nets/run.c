/* SPDX-License-Identifier: BSD-2-Clause */
#include "run.h"

#include "../common/mem.h"
#include "plan.h"

#include <stdlib.h>
#include <string.h>

/* A step and its weights, where it runs. */
typedef struct step {
    net_step plan;
    ts_tensor *kernel, *bias; /* batch norm: scale and shift */
} step;

struct net_run {
    net_plan plan;
    step *steps; /* [plan.nsteps] */
    int *taps;
    int ntaps;
    ts_dtype dtype;
    ts_device device;
};

/* ---- making ---- */

static int torch_error(hl_err *e, const char *where)
{
    return hl_fail(e, "%s: libtorch: %s", where, ts_last_error());
}

static int upload(ts_tensor **out, const float *data, int rank, const int64_t *shape,
                  const net_run *r)
{
    ts_tensor *host = NULL;
    int status = ts_from_data(&host, data, TS_F32, rank, shape);
    if (status == 0)
        status = ts_to(out, host, r->dtype, r->device);
    ts_free(host);
    return status;
}

static int upload_kernel(step *s, const float *data, int64_t in, const net_run *r)
{
    const net_layer *l = &s->plan.layer;
    const int64_t shape[4] = {l->channels, in, l->kernel[0], l->kernel[1]};
    ts_tensor *plain = NULL;
    int status = upload(&plain, data, 4, shape, r);
    if (status == 0)
        status = ts_channels_last(&s->kernel, plain);
    ts_free(plain);
    return status;
}

static int load_step(step *s, const net *n, const net_weights *w, const net_run *r, hl_err *e)
{
    const net_layer *l = &s->plan.layer;
    float *kernel, *bias;
    net_step_weights(&s->plan, n, w, &kernel, &bias);
    int status = 0;
    if (l->op == NET_BATCHNORM)
        status = upload(&s->kernel, kernel, 1, &l->channels, r);
    else if (kernel)
        status = upload_kernel(s, kernel,
                               l->op == NET_DEPTHWISE ? 1 : n->layers[l->inputs[0]].channels, r);
    if (status == 0 && bias)
        status = upload(&s->bias, bias, 1, &l->channels, r);
    free(kernel);
    free(bias);
    return status ? torch_error(e, l->name) : 0;
}

int net_run_new(net_run **result, const net *n, const net_weights *w, const int *taps, int ntaps,
                ts_dtype dtype, ts_device device, hl_err *e)
{
    net_run *r = hl_calloc(1, sizeof *r);
    r->dtype = dtype;
    r->device = device;
    r->taps = hl_calloc((size_t)ntaps, sizeof *r->taps);
    r->ntaps = ntaps;
    memcpy(r->taps, taps, (size_t)ntaps * sizeof *taps);
    net_plan_new(&r->plan, n, taps, ntaps, NET_FOLD_LESS);
    r->steps = hl_calloc((size_t)r->plan.nsteps, sizeof *r->steps);
    int status = 0;
    for (int i = 0; i < r->plan.nsteps && status == 0; i++) {
        r->steps[i].plan = r->plan.steps[i];
        status = load_step(&r->steps[i], n, w, r, e);
    }
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
    for (int i = 0; i < r->plan.nsteps; i++) {
        ts_free(r->steps[i].kernel);
        ts_free(r->steps[i].bias);
    }
    net_plan_free(&r->plan);
    free(r->steps);
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
    if (s->plan.layer.op == NET_RELU || s->plan.layer.op == NET_RELU6 ||
        s->plan.act == NET_ACT_NONE)
        return 0;
    return s->plan.act == NET_ACT_RELU ? ts_relu_inplace(t) : ts_relu6_inplace(t);
}

static int run_step(const step *s, const ts_tensor *x, const net_run *r, ts_tensor **values)
{
    if (s->plan.layer.op == NET_INPUT)
        return ts_to(&values[s->plan.output], x, r->dtype, r->device);
    ts_tensor *in[NET_MAX_INPUTS];
    for (int k = 0; k < s->plan.layer.ninputs; k++)
        in[k] = values[s->plan.layer.inputs[k]];
    return net_apply_layer(&s->plan.layer, s->kernel, s->bias, in, &values[s->plan.output]) ||
                   activate(s, values[s->plan.output])
               ? -1
               : 0;
}

/* Lets go of the values that no later step needs. */
static void release_inputs(const step *s, int *left, ts_tensor **values)
{
    for (int k = 0; k < s->plan.layer.ninputs; k++) {
        const int in = s->plan.layer.inputs[k];
        if (--left[in] == 0) {
            ts_free(values[in]);
            values[in] = NULL;
        }
    }
}

int net_run_forward(net_run *r, const ts_tensor *x, ts_tensor **outs, hl_err *e)
{
    ts_tensor **values = hl_calloc((size_t)r->plan.nlayers, sizeof *values);
    int *left = hl_malloc((size_t)r->plan.nlayers, sizeof *left);
    memcpy(left, r->plan.uses, (size_t)r->plan.nlayers * sizeof *left);
    int status = 0;
    for (int i = 0; i < r->plan.nsteps && status == 0; i++) {
        if (run_step(&r->steps[i], x, r, values))
            status = torch_error(e, r->steps[i].plan.layer.name);
        release_inputs(&r->steps[i], left, values);
    }
    for (int i = 0; i < r->ntaps && status == 0; i++)
        if (ts_share(&outs[i], values[r->taps[i]]))
            status = torch_error(e, "output");
    for (int i = 0; i < r->plan.nlayers; i++)
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
    uint64_t *held = hl_calloc((size_t)r->plan.nlayers, sizeof *held), now = 0, peak = 0;
    int *left = hl_malloc((size_t)r->plan.nlayers, sizeof *left);
    memcpy(left, r->plan.uses, (size_t)r->plan.nlayers * sizeof *left);
    for (int i = 0; i < r->plan.nsteps; i++) {
        const step *s = &r->steps[i];
        now += held[s->plan.output] = value_bytes(&s->plan.layer, r->dtype);
        peak = now > peak ? now : peak;
        for (int k = 0; k < s->plan.layer.ninputs; k++)
            if (--left[s->plan.layer.inputs[k]] == 0)
                now -= held[s->plan.layer.inputs[k]];
    }
    free(left);
    free(held);
    return peak;
}
