/* SPDX-License-Identifier: BSD-2-Clause */
/* Pooling of the maps of the feature layer: one or two values per channel, or all values flattened.
 * With both, the means of all channels come first, then the maxima. */
#ifndef HILUM_NN_INFER_POOLING_H
#define HILUM_NN_INFER_POOLING_H

#include "base/error.h"
#include "nn/arch/net.h"
#include "shim/torch_shim.h"

#include <stddef.h>

#define NN_POOL_WORDS "avg|max|both|flatten"
typedef enum { NN_POOL_AVG, NN_POOL_MAX, NN_POOL_BOTH, NN_POOL_FLATTEN, NN_POOLS } nn_pool;
extern const char *const nn_pool_names[NN_POOLS];

int nn_pool_parse(nn_pool *pool, const char *word, hl_err *e);

/* Number of values that pooling makes from the output of a layer. */
size_t nn_pool_width(nn_pool pool, const nn_layer *l);
/* The same for each channel of maps of this area. */
size_t nn_pool_per_channel(nn_pool pool, size_t area);

/* Pools a tensor; map: [N, C, H, W], *out: [N, width], flattened values in Keras' order (H, W, C).
 * Returns 0, or -1 with ts_last_error set. */
int nn_pool_map(nn_pool pool, const ts_tensor *map, ts_tensor **out);
/* The same in host memory; map: [n, area, channels], out: [n, width]. */
void nn_pool_values(nn_pool pool, const float *map, size_t n, size_t area, size_t channels,
                    float *out);

#endif
