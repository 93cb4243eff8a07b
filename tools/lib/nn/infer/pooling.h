/* SPDX-License-Identifier: BSD-2-Clause */
/* What becomes of the feature maps of the last layer: one value a channel, or all of them. */
#ifndef HILUM_NN_INFER_POOLING_H
#define HILUM_NN_INFER_POOLING_H

#include "base/error.h"
#include "nn/arch/net.h"
#include "shim/torch_shim.h"

#include <stddef.h>

#define NET_POOL_WORDS "avg|max|flatten"
typedef enum { NET_POOL_AVG, NET_POOL_MAX, NET_POOL_FLATTEN, NET_POOLS } net_pool;
extern const char *const net_pool_names[NET_POOLS];

int net_pool_parse(net_pool *pool, const char *word, hl_err *e);

/* Values that pooling makes of the output of l. */
size_t net_pool_width(net_pool pool, const net_layer *l);

/* map: [N, C, H, W] -> [N, width]; flattened values stand in Keras' order (H, W, C). As the shim's
 * functions: 0, or -1 with ts_last_error. */
int net_pool_map(net_pool pool, const ts_tensor *map, ts_tensor **out);
/* The same in host memory: map [n, area, channels], out [n, width]. */
void net_pool_values(net_pool pool, const float *map, size_t n, size_t area, size_t channels,
                     float *out);

#endif
