/* SPDX-License-Identifier: BSD-2-Clause */
#include "gradcam.h"

#include "base/mem.h"
#include "heat.h"
#include "nn/head/finetune.h"
#include "nn/infer/pooling.h"

#include <math.h>
#include <stdlib.h>

/* ---- maps ---- */

static void last_maps_new(explain_last_maps *m, size_t height, size_t width, size_t channels)
{
    *m = (explain_last_maps){.channels = channels, .height = height, .width = width};
    m->values = hl_malloc(channels * height * width, sizeof *m->values);
}

/* Transposes [pixels, channels] to [channels, pixels]. */
static void transpose(const float *from, size_t pixels, size_t channels, float *to)
{
    for (size_t i = 0; i < pixels; i++)
        for (size_t c = 0; c < channels; c++)
            to[c * pixels + i] = from[i * channels + c];
}

static int run_finetuned(explain_last_maps *m, nn_finetune *layers, const float *features,
                         hl_err *e)
{
    const int64_t size[2] = {1, (int64_t)nn_finetune_inputs(layers)};
    ts_tensor *flat = NULL, *maps = NULL;
    int status = ts_view_data(&flat, (float *)features, TS_F32, 2, size)
                     ? hl_fail(e, "Grad-CAM: libtorch: %s", ts_last_error())
                     : nn_finetune_maps(layers, flat, false, &maps, e);
    if (status == 0) {
        last_maps_new(m, (size_t)ts_dim(maps, 2), (size_t)ts_dim(maps, 3), (size_t)ts_dim(maps, 1));
        if (ts_to_data(maps, m->values, m->channels * m->height * m->width * sizeof *m->values)) {
            explain_last_maps_free(m);
            status = hl_fail(e, "Grad-CAM: libtorch: %s", ts_last_error());
        }
    }
    ts_free(maps);
    ts_free(flat);
    return status;
}

int explain_last_maps_make(explain_last_maps *m, const nn_head *head, const float *features,
                           const int64_t shape[3], hl_err *e)
{
    nn_finetune *layers = nn_head_finetune(head);
    if (layers)
        return run_finetuned(m, layers, features, e);
    last_maps_new(m, (size_t)shape[0], (size_t)shape[1], (size_t)shape[2]);
    transpose(features, m->height * m->width, m->channels, m->values);
    return 0;
}

void explain_last_maps_free(explain_last_maps *m)
{
    free(m->values);
    *m = (explain_last_maps){0};
}

/* ---- head ---- */

int explain_top_of(explain_top *t, const nn_head *head, hl_err *e)
{
    const nn_finetune *layers = nn_head_finetune(head);
    t->head = head;
    if (!layers)
        return nn_pool_parse(&t->pool, nn_head_feature_space(head)->pool, e);
    t->pool = nn_finetune_get_options(layers)->pool;
    return 0;
}

int explain_top_check(const explain_top *t, const char *head_name, const int64_t shape[3],
                      const char *of, hl_err *e)
{
    if (nn_head_finetune(t->head))
        return 0; /* checked when the head was trained on these maps */
    const size_t per_channel = nn_pool_per_channel(t->pool, (size_t)(shape[0] * shape[1]));
    return nn_head_check_width(t->head, head_name, per_channel * (size_t)shape[2], of, e);
}

static float *pool(const explain_top *t, const explain_last_maps *m)
{
    const size_t pixels = m->height * m->width;
    float *by_pixel = hl_malloc(pixels * m->channels, sizeof *by_pixel);
    float *pooled = hl_malloc(nn_head_dense_inputs(t->head), sizeof *pooled);
    transpose(m->values, m->channels, pixels, by_pixel);
    nn_pool_values(t->pool, by_pixel, 1, pixels, m->channels, pooled);
    free(by_pixel);
    return pooled;
}

/* Backward pass of max pooling: the gradient is added to the largest value, in equal parts where
 * several are tied. */
static void max_pool_backward(const float *map, size_t pixels, float grad_out, float *grad_in)
{
    float largest = map[0];
    size_t ties = 0;
    for (size_t i = 1; i < pixels; i++)
        largest = map[i] > largest ? map[i] : largest;
    for (size_t i = 0; i < pixels; i++)
        ties += map[i] == largest;
    for (size_t i = 0; i < pixels; i++)
        grad_in[i] += map[i] == largest ? grad_out / (float)ties : 0;
}

/* Gradient with respect to the maps, [channels, pixels], from that of the pooled values. */
static void pool_backward(const explain_top *t, const explain_last_maps *m, const float *grad_out,
                          float *grad_in)
{
    const size_t pixels = m->height * m->width;
    if (t->pool == NN_POOL_FLATTEN) {
        transpose(grad_out, pixels, m->channels, grad_in);
        return;
    }
    const float *of_max = t->pool == NN_POOL_BOTH ? grad_out + m->channels : grad_out;
    for (size_t c = 0; c < m->channels; c++, grad_in += pixels) {
        for (size_t i = 0; i < pixels; i++)
            grad_in[i] = t->pool == NN_POOL_MAX ? 0 : grad_out[c] / (float)pixels;
        if (t->pool != NN_POOL_AVG)
            max_pool_backward(m->values + c * pixels, pixels, of_max[c], grad_in);
    }
}

void explain_top_predict(const explain_top *t, const explain_last_maps *m, double *p)
{
    const size_t k = nn_head_classes(t->head);
    float *pooled = pool(t, m), *logits = hl_malloc(k, sizeof *logits);
    nn_head_logits_from_pooled(t->head, 1, pooled, logits);
    nn_softmax(logits, k, p);
    free(logits);
    free(pooled);
}

void explain_gradcam(const explain_top *t, const explain_last_maps *m, uint32_t target,
                     double *heat)
{
    const size_t pixels = m->height * m->width;
    float *pooled = pool(t, m);
    float *grad_pooled = hl_malloc(nn_head_dense_inputs(t->head), sizeof *grad_pooled);
    float *gradient = hl_malloc(m->channels * pixels, sizeof *gradient);
    nn_head_gradient(t->head, pooled, target, grad_pooled);
    pool_backward(t, m, grad_pooled, gradient);
    explain_heat_gradcam(m->values, gradient, m->channels, pixels, heat);
    free(gradient);
    free(grad_pooled);
    free(pooled);
}

/* ---- sanity ---- */

int explain_sanity_new(explain_sanity *s, const nn_head *like, size_t number, uint64_t seed,
                       hl_err *e)
{
    int64_t units[NN_HEAD_MAX_LAYERS];
    size_t nhidden = 0;
    for (; nn_head_hidden(like, nhidden); nhidden++)
        units[nhidden] = (int64_t)nn_head_hidden(like, nhidden);
    const size_t k = nn_head_classes(like);
    *s = (explain_sanity){.heads = hl_calloc(number, sizeof *s->heads)};
    int status = 0;
    for (; s->n < number && status == 0; s->n += status == 0) {
        status = nn_head_new(&s->heads[s->n], nn_head_dense_inputs(like), units, nhidden,
                             nn_head_class_names(like), k, nn_head_feature_space(like), NULL,
                             seed + 1 + s->n, e);
        if (status == 0)
            nn_head_standardize_like(s->heads[s->n], like);
    }
    if (status)
        explain_sanity_free(s);
    return status;
}

void explain_sanity_compare(const explain_sanity *s, const explain_top *t,
                            const explain_last_maps *m, uint32_t target, const double *heat,
                            double *rho)
{
    const size_t pixels = m->height * m->width;
    double *other = hl_malloc(pixels, sizeof *other);
    for (size_t i = 0; i < s->n; i++) {
        const explain_top random = {.head = s->heads[i], .pool = t->pool};
        explain_gradcam(&random, m, target, other);
        rho[i] = explain_heat_rank_correlation(heat, other, pixels);
    }
    free(other);
}

void explain_sanity_free(explain_sanity *s)
{
    for (size_t i = 0; i < s->n; i++)
        nn_head_free(s->heads[i]);
    free(s->heads);
    *s = (explain_sanity){0};
}
