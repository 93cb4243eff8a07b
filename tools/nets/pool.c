/* SPDX-License-Identifier: BSD-2-Clause */
#include "pool.h"

#include <string.h>

const char *const net_pool_names[NET_POOLS] = {"avg", "max", "flatten"};

int net_pool_parse(net_pool *pool, const char *word, hl_err *e)
{
    for (int i = 0; i < NET_POOLS; i++)
        if (strcmp(word, net_pool_names[i]) == 0) {
            *pool = (net_pool)i;
            return 0;
        }
    return hl_fail(e, "pooling: expected avg, max or flatten, found '%s'", word);
}

size_t net_pool_width(net_pool pool, const net_layer *l)
{
    return (size_t)(pool == NET_POOL_FLATTEN ? l->height * l->width * l->channels : l->channels);
}

int net_pool_map(net_pool pool, const ts_tensor *map, ts_tensor **out)
{
    switch (pool) {
    case NET_POOL_AVG:
        return ts_global_mean(out, map);
    case NET_POOL_MAX:
        return ts_global_max(out, map);
    case NET_POOL_FLATTEN:
    case NET_POOLS:
        break;
    }
    return ts_flatten_hwc(out, map);
}
