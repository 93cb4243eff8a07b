/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/infer/extractor_for_feature_space.h"

#include "base/sha256.h"
#include "nn/arch/net.h"
#include "sys/output.h"

#include <string.h>

static bool is_module(const hl_space *space)
{
    return strcmp(space->backbone, "torchscript") == 0;
}

/* Known to be the right program, and wanted, before any of it runs. */
static int check_module(const hl_space *space, const char *whose, const char *file, bool allow_code,
                        hl_err *e)
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

int net_extractor_of_space(net_extractor **x, const hl_space *space, const char *whose,
                           const char *source, bool allow_code, bool flatten, ts_device device,
                           hl_err *e)
{
    const bool module = is_module(space);
    if (module && check_module(space, whose, source, allow_code, e))
        return -1;
    net_extractor_options o = {.backbone = module ? source : space->backbone,
                               .is_module = module,
                               .weights = source,
                               .normalize = space->normalize,
                               .layer = module ? NULL : space->cut,
                               .pool = NET_POOL_FLATTEN,
                               .dtype = TS_F32,
                               .device = device,
                               .images = 1}; /* the answer does not depend on an image's company */
    /* "none", of a module that gives vectors, is found out by trying it. */
    if (!flatten && strcmp(space->pool, "none") != 0 && net_pool_parse(&o.pool, space->pool, e))
        return -1;
    hl_space found = hl_space_of_images(space);
    if (net_extractor_new(x, &o, &found, e))
        return -1;
    if (flatten && strcmp(found.pool, "none") == 0) {
        net_extractor_free(*x);
        return hl_fail(e, "%s: the module gives vectors: there are no feature maps", source);
    }
    if (flatten)
        strcpy(found.pool, space->pool);
    const int status = hl_space_match(&found, source, space, whose, e);
    if (status)
        net_extractor_free(*x);
    return status;
}

int net_map_shape(const hl_space *space, int64_t shape[3], hl_err *e)
{
    net n;
    if (is_module(space))
        return hl_fail(e, "the maps of a TorchScript module have a shape that only it knows");
    net_flavour flavour = NET_KERAS;
    if (strcmp(space->flavour, net_flavour_names[NET_TORCH]) == 0)
        flavour = NET_TORCH;
    if (net_build_flavour(&n, space->backbone, flavour, space->height, space->width, e))
        return -1;
    const int cut = net_find(&n, space->cut);
    if (cut >= 0) {
        shape[0] = n.layers[cut].height;
        shape[1] = n.layers[cut].width;
        shape[2] = n.layers[cut].channels;
    }
    net_free(&n);
    return cut < 0 ? hl_fail(e, "%s: it has no layer '%s'", space->backbone, space->cut) : 0;
}
