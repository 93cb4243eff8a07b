/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/infer/extractor_for_feature_space.h"

#include "base/sha256.h"
#include "nn/arch/net.h"
#include "sys/file_digest.h"
#include "sys/input.h"

#include <string.h>

static bool is_module(const hl_feature_space *space)
{
    return strcmp(space->backbone, "torchscript") == 0;
}

/* Checks, before any of it runs, that the module is the right one and that its code is allowed. */
static int check_module(const hl_feature_space *space, const char *whose, const char *file,
                        bool allow_code, hl_err *e)
{
    char found[HL_DIGEST_SIZE];
    if (hl_in_check_regular(file, e) || hl_digest_file(file, found, e))
        return -1;
    if (strcmp(found, space->weights) != 0)
        return hl_fail(e, "%s: expected the TorchScript module of %s, %s, found %s", file, whose,
                       space->weights, found);
    if (!allow_code)
        return hl_fail(e,
                       "%s: a TorchScript file is a program that would run here: add --allow-code "
                       "if you trust it",
                       file);
    return 0;
}

int nn_extractor_for_feature_space(nn_extractor **x, const hl_feature_space *space,
                                   const char *whose, const char *source, bool allow_code,
                                   bool flatten, ts_device device, hl_err *e)
{
    const bool module = is_module(space);
    if (module && check_module(space, whose, source, allow_code, e))
        return -1;
    nn_extractor_options o = {
        .backbone = module ? source : space->backbone,
        .is_module = module,
        .weights = source,
        .normalize = space->normalize,
        .layer = module ? NULL : space->feature_layer,
        .pool = NN_POOL_FLATTEN,
        .dtype = TS_F32,
        .device = device,
        .images = 1}; /* so that features of an image do not depend on how many there are */
    /* Whether a module returns vectors ("none") is found by running it. */
    if (!flatten && strcmp(space->pool, "none") != 0 && nn_pool_parse(&o.pool, space->pool, e))
        return -1;
    hl_feature_space found = hl_feature_space_of_images(space);
    if (nn_extractor_new(x, &o, &found, e))
        return -1;
    if (flatten && strcmp(found.pool, "none") == 0) {
        nn_extractor_free(*x);
        return hl_fail(e, "%s: the module returns vectors: it has no feature maps", source);
    }
    if (flatten)
        strcpy(found.pool, space->pool);
    const int status = hl_feature_space_match(&found, source, space, whose, e);
    if (status)
        nn_extractor_free(*x);
    return status;
}

int nn_map_shape(const hl_feature_space *space, int64_t shape[3], hl_err *e)
{
    nn_net n;
    if (is_module(space))
        return hl_fail(e, "the shape of a TorchScript module's maps is not known in advance");
    if (nn_net_build_for_feature_space(&n, space, e))
        return -1;
    const int layer = nn_net_find(&n, space->feature_layer);
    if (layer >= 0) {
        shape[0] = n.layers[layer].height;
        shape[1] = n.layers[layer].width;
        shape[2] = n.layers[layer].channels;
    }
    nn_net_free(&n);
    return layer < 0 ? hl_fail(e, "%s: it has no layer '%s'", space->backbone, space->feature_layer)
                     : 0;
}
