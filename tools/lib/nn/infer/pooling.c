/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/infer/pooling.h"

#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char *const nn_pool_names[NN_POOLS] = {"avg", "max", "both", "flatten"};

int nn_pool_parse(nn_pool *pool, const char *word, hl_err *e)
{
    for (int i = 0; i < NN_POOLS; i++)
        if (strcmp(word, nn_pool_names[i]) == 0) {
            *pool = (nn_pool)i;
            return 0;
        }
    return hl_fail(e, "pooling: expected avg, max, both or flatten, found '%s'", word);
}

size_t nn_pool_width(nn_pool pool, const nn_layer *l)
{
    return (size_t)l->channels * nn_pool_per_channel(pool, (size_t)(l->height * l->width));
}

size_t nn_pool_per_channel(nn_pool pool, size_t area)
{
    return pool == NN_POOL_FLATTEN ? area : pool == NN_POOL_BOTH ? 2 : 1;
}

static int pool_both(const ts_tensor *map, ts_tensor **out)
{
    ts_tensor *parts[2] = {NULL, NULL};
    int status = ts_global_mean(&parts[0], map);
    if (status == 0)
        status = ts_global_max(&parts[1], map);
    if (status == 0)
        status = ts_concat_channels(out, (const ts_tensor *const *)parts, 2);
    ts_free(parts[0]);
    ts_free(parts[1]);
    return status;
}

int nn_pool_map(nn_pool pool, const ts_tensor *map, ts_tensor **out)
{
    switch (pool) {
    case NN_POOL_AVG:
        return ts_global_mean(out, map);
    case NN_POOL_MAX:
        return ts_global_max(out, map);
    case NN_POOL_BOTH:
        return pool_both(map, out);
    case NN_POOL_FLATTEN:
    case NN_POOLS:
        break;
    }
    return ts_flatten_hwc(out, map);
}

static void pool_average(const float *map, size_t area, size_t channels, float *out)
{
    double *sum = hl_calloc(channels, sizeof *sum);
    for (size_t i = 0; i < area; i++)
        for (size_t c = 0; c < channels; c++)
            sum[c] += (double)map[i * channels + c];
    for (size_t c = 0; c < channels; c++)
        out[c] = (float)(sum[c] / (double)area);
    free(sum);
}

static void pool_max(const float *map, size_t area, size_t channels, float *out)
{
    memcpy(out, map, channels * sizeof *out);
    for (size_t i = 1; i < area; i++)
        for (size_t c = 0; c < channels; c++)
            if (!(map[i * channels + c] <= out[c])) /* NaN propagates */
                out[c] = map[i * channels + c];
}

void nn_pool_values(nn_pool pool, const float *map, size_t n, size_t area, size_t channels,
                    float *out)
{
    const size_t values = area * channels, width = channels * nn_pool_per_channel(pool, area);
    const bool with_mean = pool == NN_POOL_AVG || pool == NN_POOL_BOTH;
    if (pool == NN_POOL_FLATTEN) {
        memcpy(out, map, n * values * sizeof *out);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        float *to = out + i * width;
        if (with_mean)
            pool_average(map + i * values, area, channels, to);
        if (pool != NN_POOL_AVG)
            pool_max(map + i * values, area, channels, with_mean ? to + channels : to);
    }
}
