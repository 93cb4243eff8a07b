/* SPDX-License-Identifier: BSD-2-Clause */
#include "gradcam.h"

#include "../common/mem.h"
#include "../nets/tail.h"
#include "heat.h"

#include <math.h>
#include <stdlib.h>

static int torch_error(hl_err *e)
{
    return hl_fail(e, "Grad-CAM: libtorch: %s", ts_last_error());
}

/* ---- maps ---- */

static int to_host(last_maps *m, const ts_tensor *maps, hl_err *e)
{
    *m = (last_maps){.channels = (size_t)ts_dim(maps, 1),
                     .height = (size_t)ts_dim(maps, 2),
                     .width = (size_t)ts_dim(maps, 3)};
    const size_t values = m->channels * m->height * m->width;
    m->values = hl_malloc(values, sizeof *m->values);
    if (ts_to_data(maps, m->values, values * sizeof *m->values) == 0)
        return 0;
    last_maps_free(m);
    return torch_error(e);
}

int last_maps_make(last_maps *m, const hl_head *head, const float *features, const int64_t shape[3],
                   hl_err *e)
{
    net_tail *tail = hl_head_tail(head);
    ts_tensor *flat = NULL, *maps = NULL;
    const int64_t size[2] = {1, shape[0] * shape[1] * shape[2]};
    int status = ts_view_data(&flat, (float *)features, TS_F32, 2, size) ? torch_error(e) : 0;
    if (status == 0 && tail)
        status = net_tail_maps(tail, flat, false, &maps, e);
    else if (status == 0 && ts_from_hwc(&maps, flat, shape[0], shape[1], shape[2]))
        status = torch_error(e);
    if (status == 0)
        status = to_host(m, maps, e);
    ts_free(maps);
    ts_free(flat);
    return status;
}

void last_maps_free(last_maps *m)
{
    free(m->values);
    *m = (last_maps){0};
}

/* ---- head ---- */

int top_of(top *t, const hl_head *head, hl_err *e)
{
    const net_tail *tail = hl_head_tail(head);
    t->head = head;
    if (!tail)
        return net_pool_parse(&t->pool, hl_head_space(head)->pool, e);
    t->pool = net_tail_get_options(tail)->pool;
    return 0;
}

/* maps: a tensor of its own, which gradients can be asked of; logits: [1, K]. */
static int run_top(const top *t, const last_maps *m, ts_tensor **maps, ts_tensor **logits,
                   hl_err *e)
{
    const int64_t shape[4] = {1, (int64_t)m->channels, (int64_t)m->height, (int64_t)m->width};
    ts_tensor *pooled = NULL;
    int status = 0;
    if (ts_from_data(maps, m->values, TS_F32, 4, shape) || ts_require_grad(*maps) ||
        net_pool_map(t->pool, *maps, &pooled))
        status = torch_error(e);
    if (status == 0)
        status = hl_head_logits_of_pooled(t->head, pooled, NULL, logits, e);
    ts_free(pooled);
    return status;
}

int top_predict(const top *t, const last_maps *m, double *p, hl_err *e)
{
    const size_t k = hl_head_classes(t->head);
    ts_tensor *maps = NULL, *logits = NULL;
    float *values = hl_malloc(k, sizeof *values);
    int status = run_top(t, m, &maps, &logits, e);
    if (status == 0 && ts_to_data(logits, values, k * sizeof *values))
        status = torch_error(e);
    if (status == 0)
        hl_softmax(values, k, p);
    ts_free(logits);
    ts_free(maps);
    free(values);
    return status;
}

int gradcam(const top *t, const last_maps *m, uint32_t target, double *heat, hl_err *e)
{
    const size_t pixels = m->height * m->width, values = m->channels * pixels;
    ts_tensor *maps = NULL, *logits = NULL, *logit = NULL, *slope = NULL;
    float *gradient = hl_malloc(values, sizeof *gradient);
    int status = run_top(t, m, &maps, &logits, e);
    if (status == 0 &&
        (ts_element(&logit, logits, target) || ts_backward(logit) || ts_gradient(&slope, maps) ||
         ts_to_data(slope, gradient, values * sizeof *gradient)))
        status = torch_error(e);
    if (status == 0)
        heat_gradcam(m->values, gradient, m->channels, pixels, heat);
    free(gradient);
    ts_free(slope);
    ts_free(logit);
    ts_free(logits);
    ts_free(maps);
    return status;
}

/* ---- sanity ---- */

/* What the first dense layer takes. */
static size_t dense_inputs(const hl_head *head)
{
    const net_tail *tail = hl_head_tail(head);
    return tail ? net_tail_outputs(tail) : hl_head_inputs(head);
}

int sanity_new(sanity *s, const hl_head *like, size_t number, uint64_t seed, hl_err *e)
{
    int64_t units[HL_HEAD_MAX_LAYERS];
    size_t nhidden = 0;
    for (; hl_head_hidden(like, nhidden); nhidden++)
        units[nhidden] = (int64_t)hl_head_hidden(like, nhidden);
    const size_t k = hl_head_classes(like);
    *s = (sanity){.heads = hl_calloc(number, sizeof *s->heads)};
    int status = 0;
    for (; s->n < number && status == 0; s->n += status == 0)
        status = hl_head_new(&s->heads[s->n], dense_inputs(like), units, nhidden,
                             hl_head_class_names(like), k, hl_head_space(like), NULL,
                             seed + 1 + s->n, e);
    if (status)
        sanity_free(s);
    return status;
}

int sanity_compare(const sanity *s, const top *t, const last_maps *m, uint32_t target,
                   const double *heat, double *rho, hl_err *e)
{
    const size_t pixels = m->height * m->width;
    double *other = hl_malloc(pixels, sizeof *other);
    int status = 0;
    for (size_t i = 0; i < s->n && status == 0; i++) {
        const top drawn = {.head = s->heads[i], .pool = t->pool};
        status = gradcam(&drawn, m, target, other, e);
        rho[i] = heat_rank_correlation(heat, other, pixels);
    }
    free(other);
    return status;
}

void sanity_free(sanity *s)
{
    for (size_t i = 0; i < s->n; i++)
        hl_head_free(s->heads[i]);
    free(s->heads);
    *s = (sanity){0};
}
