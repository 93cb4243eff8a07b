/* SPDX-License-Identifier: BSD-2-Clause */
/* TorchScript modules as backbones. */
#include "base/mem.h"
#include "nn/infer/extractor_internal.h"
#include "sys/file_digest.h"
#include "sys/input.h"

#include <stdio.h>
#include <stdlib.h>

/* Runs the module on a black image to find the shape of its output. */
static int probe(nn_extractor *x, hl_feature_space *space, hl_err *e)
{
    uint8_t *black = hl_calloc((size_t)(x->height * x->width), 1);
    ts_tensor *map = NULL;
    int status = nn_extractor_torch_map(x, black, 1, 1, &map, e);
    const int rank = status ? 0 : ts_rank(map);
    if (status == 0 && ((rank != 2 && rank != 4) || ts_dim(map, 0) != 1))
        status = hl_fail(e, "%s: expected features [N, D] or maps [N, C, H, W], found rank %d",
                         space->backbone, rank);
    if (status == 0 && rank == 2) {
        x->gives_vectors = true;
        x->features = (size_t)ts_dim(map, 1);
        snprintf(space->pool, sizeof space->pool, "none");
    } else if (status == 0) {
        const nn_layer out = {
            .channels = ts_dim(map, 1), .height = ts_dim(map, 2), .width = ts_dim(map, 3)};
        nn_extractor_set_map(x, &out);
    }
    ts_free(map);
    free(black);
    return status;
}

int nn_extractor_load_module(nn_extractor *x, const nn_extractor_options *o,
                             hl_feature_space *space, hl_err *e)
{
    if (o->dtype != TS_F32)
        return hl_fail(e, "%s: a TorchScript module runs in f32 only", o->backbone);
    if (hl_in_check_regular(o->backbone, e) || hl_digest_file(o->backbone, space->weights, e) ||
        nn_normalize_make(&x->normalize, o->normalize, e))
        return -1;
    if (ts_module_load(&x->module, o->backbone, o->device))
        return hl_fail(e, "%s: not a TorchScript module: %s", o->backbone, ts_last_error());
    snprintf(space->backbone, sizeof space->backbone, "torchscript");
    snprintf(space->normalize, sizeof space->normalize, "%s", o->normalize);
    snprintf(space->feature_layer, sizeof space->feature_layer, "output");
    snprintf(space->pool, sizeof space->pool, "%s", nn_pool_names[o->pool]);
    return probe(x, space, e);
}
