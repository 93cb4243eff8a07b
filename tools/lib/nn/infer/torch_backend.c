/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/infer/torch_backend.h"

#include "base/log.h"
#include "base/mem.h"
#include "nn/infer/fusion_plan.h"

#include <stdlib.h>
#include <string.h>

/* A step with its weights on the device. */
typedef struct step {
    const nn_fused_step *plan;
    ts_tensor *kernel, *bias; /* batch norm: scale and shift */
    int64_t channels;         /* to pad the input to; 0: no padding */
} step;

struct nn_torch {
    nn_fusion_plan plan;
    step *steps; /* [plan.nsteps] */
    int *taps;
    int ntaps;
    ts_dtype dtype;
    ts_device device;
    bool channels_first; /* memory layout of the values */
};

/* ---- loading ---- */

static int torch_error(hl_err *e, const char *where)
{
    return hl_fail(e, "%s: libtorch: %s", where, ts_last_error());
}

static int upload(ts_tensor **out, const float *data, int rank, const int64_t *shape,
                  const nn_torch *t)
{
    ts_tensor *host = NULL;
    int status = ts_from_data(&host, data, TS_F32, rank, shape);
    if (status == 0)
        status = ts_to(out, host, t->dtype, t->device);
    ts_free(host);
    return status;
}

/* cuDNN's 16-bit kernels read eight channels at a time and are much slower on fewer, such as the
 * three of an image. */
static int64_t padded_channels(const nn_torch *t, int64_t in)
{
    enum { READ_AT_ONCE = 8 };
    const bool is_slow = t->device == TS_CUDA && t->dtype != TS_F32 && !t->channels_first;
    return is_slow && in < READ_AT_ONCE ? READ_AT_ONCE : 0;
}

static int upload_kernel(step *s, const float *data, int64_t in, const nn_torch *t)
{
    const nn_layer *l = &s->plan->layer;
    const int64_t shape[4] = {l->channels, in, l->kernel[0], l->kernel[1]};
    ts_tensor *plain = NULL;
    int status = upload(&plain, data, 4, shape, t);
    if (l->op == NN_CONV)
        s->channels = padded_channels(t, in);
    if (status == 0)
        status = s->channels         ? ts_pad_channels(&s->kernel, plain, s->channels)
                 : t->channels_first ? ts_share(&s->kernel, plain)
                                     : ts_channels_last(&s->kernel, plain);
    ts_free(plain);
    return status;
}

static int load_step(step *s, const nn_net *n, const nn_weights *w, const nn_torch *t, hl_err *e)
{
    const nn_layer *l = &s->plan->layer;
    float *kernel, *bias;
    nn_fused_step_weights(s->plan, n, w, &kernel, &bias);
    int status = 0;
    if (l->op == NN_BATCHNORM)
        status = upload(&s->kernel, kernel, 1, &l->channels, t);
    else if (kernel)
        status = upload_kernel(s, kernel,
                               l->op == NN_DEPTHWISE ? 1 : n->layers[l->inputs[0]].channels, t);
    if (status == 0 && bias)
        status = upload(&s->bias, bias, 1, &l->channels, t);
    free(kernel);
    free(bias);
    return status ? torch_error(e, l->name) : 0;
}

/*
 * Tensor cores and CPUs are faster with channels last, float32 without tensor cores with channels
 * first. Depthwise convolutions are faster with channels last, too, but only the shim's own kernel
 * starts at once there.
 */
static bool prefers_channels_first(const nn_fusion_plan *plan, const nn_torch_options *o)
{
    if (o->device == TS_CPU)
        return false;
    if (!nn_fusion_plan_has(plan, NN_DEPTHWISE))
        return o->dtype == TS_F32 && !o->tf32;
    if (ts_prepare_depthwise() == 0)
        return false;
    hl_log_warn("depthwise convolutions use libtorch's slower kernel: %s", ts_last_error());
    return true;
}

int nn_torch_new(nn_torch **result, const nn_net *n, const nn_weights *w, const int *taps,
                 int ntaps, const nn_torch_options *o, hl_err *e)
{
    nn_torch *t = hl_calloc(1, sizeof *t);
    t->dtype = o->dtype;
    t->device = o->device;
    t->taps = hl_calloc((size_t)ntaps, sizeof *t->taps);
    t->ntaps = ntaps;
    memcpy(t->taps, taps, (size_t)ntaps * sizeof *taps);
    nn_fusion_plan_new(&t->plan, n, taps, ntaps);
    t->channels_first = prefers_channels_first(&t->plan, o);
    t->steps = hl_calloc((size_t)t->plan.nsteps, sizeof *t->steps);
    int status = 0;
    for (int i = 0; i < t->plan.nsteps && status == 0; i++) {
        t->steps[i].plan = &t->plan.steps[i];
        status = load_step(&t->steps[i], n, w, t, e);
    }
    if (status == 0 && ts_wait(o->device))
        status = torch_error(e, "weights");
    if (status)
        nn_torch_free(t);
    else
        *result = t;
    return status;
}

void nn_torch_free(nn_torch *t)
{
    if (!t)
        return;
    for (int i = 0; i < t->plan.nsteps; i++) {
        ts_free(t->steps[i].kernel);
        ts_free(t->steps[i].bias);
    }
    nn_fusion_plan_free(&t->plan);
    free(t->steps);
    free(t->taps);
    free(t);
}

/* ---- running ---- */

static ts_window window_of(const nn_layer *l)
{
    ts_window w = {.kernel = {l->kernel[0], l->kernel[1]}, .stride = {l->stride[0], l->stride[1]}};
    memcpy(w.pad, l->pad, sizeof w.pad);
    return w;
}

int nn_torch_apply_layer(const nn_layer *l, const ts_tensor *kernel, const ts_tensor *bias,
                         ts_tensor *const *in, ts_tensor **out)
{
    const ts_window w = window_of(l);
    switch (l->op) {
    case NN_CONV:
    case NN_DEPTHWISE:
        return ts_conv2d(out, in[0], kernel, bias, &w, l->op == NN_DEPTHWISE ? l->channels : 1);
    case NN_BATCHNORM:
        return ts_channel_affine(out, in[0], kernel, bias);
    case NN_ZEROPAD:
        return ts_pad2d(out, in[0], l->pad);
    case NN_MAXPOOL:
        return ts_max_pool2d(out, in[0], &w);
    case NN_AVGPOOL:
        return ts_avg_pool2d(out, in[0], &w);
    case NN_ADD:
        return ts_add_scaled(out, in[0], in[1], 1.0);
    case NN_SCALED_ADD:
        return ts_add_scaled(out, in[0], in[1], l->scale);
    case NN_CONCAT:
        return ts_concat_channels(out, (const ts_tensor *const *)in, l->ninputs);
    case NN_RELU:
        return ts_relu(out, in[0]);
    case NN_RELU6:
        return ts_relu6(out, in[0]);
    case NN_INPUT:
        break;
    }
    return ts_share(out, in[0]);
}

static ts_act activation(const step *s)
{
    static const ts_act acts[] = {
        [NN_ACT_NONE] = TS_ACT_NONE, [NN_ACT_RELU] = TS_ACT_RELU, [NN_ACT_RELU6] = TS_ACT_RELU6};
    return acts[s->plan->act];
}

static int run_convolution(const step *s, ts_tensor *const *values, ts_tensor **out)
{
    const nn_layer *l = &s->plan->layer;
    const ts_window w = window_of(l);
    const ts_tensor *in = values[l->inputs[0]],
                    *added = s->plan->added < 0 ? NULL : values[s->plan->added];
    ts_tensor *padded = NULL;
    if (s->channels && ts_pad_channels(&padded, in, s->channels))
        return -1;
    const int status =
        ts_conv2d_fused(out, padded ? padded : in, s->kernel, s->bias, &w,
                        l->op == NN_DEPTHWISE ? l->channels : 1, added, activation(s));
    ts_free(padded);
    return status;
}

static int convert_input(const nn_torch *t, const ts_tensor *x, ts_tensor **out)
{
    ts_tensor *here = NULL;
    int status = ts_to(&here, x, t->dtype, t->device);
    if (status == 0)
        status = t->channels_first ? ts_channels_first(out, here) : ts_channels_last(out, here);
    ts_free(here);
    return status;
}

static int run_step(const step *s, const ts_tensor *x, const nn_torch *t, ts_tensor **values)
{
    const nn_layer *l = &s->plan->layer;
    ts_tensor **out = &values[s->plan->output], *in[NN_MAX_INPUTS];
    if (l->op == NN_INPUT)
        return convert_input(t, x, out);
    if (l->op == NN_CONV || l->op == NN_DEPTHWISE)
        return run_convolution(s, values, out);
    for (int k = 0; k < l->ninputs; k++)
        in[k] = values[l->inputs[k]];
    if (nn_torch_apply_layer(l, s->kernel, s->bias, in, out))
        return -1;
    /* If the layer itself is an activation, it has been applied already. */
    return l->op == NN_RELU || l->op == NN_RELU6 ? 0 : ts_activate(*out, activation(s));
}

/* Frees the values that no later step reads. */
static void release_inputs(const step *s, int *remaining_uses, ts_tensor **values)
{
    int reads[NN_MAX_INPUTS + 1];
    for (int k = nn_fused_step_inputs(s->plan, reads) - 1; k >= 0; k--) {
        if (--remaining_uses[reads[k]] > 0)
            continue;
        ts_free(values[reads[k]]);
        values[reads[k]] = NULL;
    }
}

int nn_torch_forward(nn_torch *t, const ts_tensor *x, ts_tensor **outs, hl_err *e)
{
    ts_tensor **values = hl_calloc((size_t)t->plan.nlayers, sizeof *values);
    int *remaining_uses = hl_malloc((size_t)t->plan.nlayers, sizeof *remaining_uses);
    memcpy(remaining_uses, t->plan.uses, (size_t)t->plan.nlayers * sizeof *remaining_uses);
    int status = 0;
    for (int i = 0; i < t->plan.nsteps && status == 0; i++) {
        if (run_step(&t->steps[i], x, t, values))
            status = torch_error(e, t->steps[i].plan->layer.name);
        release_inputs(&t->steps[i], remaining_uses, values);
    }
    for (int i = 0; i < t->ntaps && status == 0; i++)
        if (ts_share(&outs[i], values[t->taps[i]]))
            status = torch_error(e, "output");
    for (int i = 0; i < t->plan.nlayers; i++)
        ts_free(values[i]);
    free(values);
    free(remaining_uses);
    return status;
}

/* ---- memory ---- */

static uint64_t value_bytes(const nn_layer *l, ts_dtype dtype)
{
    return (uint64_t)(l->height * l->width * l->channels) * (dtype == TS_F32 ? 4 : 2);
}

uint64_t nn_torch_peak_bytes(const nn_torch *t)
{
    uint64_t *held = hl_calloc((size_t)t->plan.nlayers, sizeof *held), now = 0, peak = 0;
    int *remaining_uses = hl_malloc((size_t)t->plan.nlayers, sizeof *remaining_uses);
    memcpy(remaining_uses, t->plan.uses, (size_t)t->plan.nlayers * sizeof *remaining_uses);
    for (int i = 0; i < t->plan.nsteps; i++) {
        const step *s = &t->steps[i];
        now += held[s->plan->output] = value_bytes(&s->plan->layer, t->dtype);
        peak = now > peak ? now : peak;
        int reads[NN_MAX_INPUTS + 1];
        for (int k = nn_fused_step_inputs(s->plan, reads) - 1; k >= 0; k--)
            if (--remaining_uses[reads[k]] == 0)
                now -= held[reads[k]];
    }
    free(remaining_uses);
    free(held);
    return peak;
}
