/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/infer/pooling.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

const char *const nn_pool_names[NN_POOLS] = {"avg", "max", "flatten"};

int nn_pool_parse(nn_pool *pool, const char *word, hl_err *e)
{
    for (int i = 0; i < NN_POOLS; i++)
        if (strcmp(word, nn_pool_names[i]) == 0) {
            *pool = (nn_pool)i;
            return 0;
        }
    return hl_fail(e, "pooling: expected avg, max or flatten, found '%s'", word);
}

size_t nn_pool_width(nn_pool pool, const nn_layer *l)
{
    return (size_t)(pool == NN_POOL_FLATTEN ? l->height * l->width * l->channels : l->channels);
}

int nn_pool_map(nn_pool pool, const ts_tensor *map, ts_tensor **out)
{
    switch (pool) {
    case NN_POOL_AVG:
        return ts_global_mean(out, map);
    case NN_POOL_MAX:
        return ts_global_max(out, map);
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
    const size_t values = area * channels;
    for (size_t i = 0; i < n; i++)
        if (pool == NN_POOL_AVG)
            pool_average(map + i * values, area, channels, out + i * channels);
        else if (pool == NN_POOL_MAX)
            pool_max(map + i * values, area, channels, out + i * channels);
    if (pool == NN_POOL_FLATTEN)
        memcpy(out, map, n * values * sizeof *out);
}
