/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/arch/net.h"

#include "data/backbones.h"
#include "nn/arch/keras_order.h"
#include "nn/arch/networks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *const nn_framework_names[NN_FRAMEWORKS] = {"keras", "torch"};

static const struct {
    const char *name;
    void (*build)(nn_net *n, int64_t height, int64_t width);
    double torch_epsilon;        /* Keras Applications use 1e-3 everywhere */
    const char *torch_normalize; /* of the published weights of timm and torchvision */
    double momentum;
} networks[] = {
    {"vgg16", nn_build_vgg16, 1e-5, "torch", 0.99},
    {"inceptionresnetv2", nn_build_inceptionresnetv2, 1e-3, "tf", 0.99},
    {"mobilenetv2", nn_build_mobilenetv2, 1e-5, "torch", 0.999},
};
enum { NETWORKS = sizeof networks / sizeof *networks };

static int check_sizes(const nn_net *n, hl_err *e)
{
    const nn_layer *in = &n->layers[0];
    for (int i = 0; i < n->n; i++)
        if (n->layers[i].height < 1 || n->layers[i].width < 1)
            return hl_fail(e,
                           "%s: an input of %" PRId64 " x %" PRId64
                           " pixels is too small: layer %s would have no output",
                           n->name, in->height, in->width, n->layers[i].name);
    return 0;
}

int nn_net_build(nn_net *n, const char *name, int64_t height, int64_t width, hl_err *e)
{
    return nn_net_build_for(n, name, NN_KERAS, height, width, e);
}

int nn_net_build_for(nn_net *n, const char *name, nn_framework framework, int64_t height,
                     int64_t width, hl_err *e)
{
    for (size_t i = 0; i < NETWORKS; i++) {
        if (strcmp(networks[i].name, name) != 0)
            continue;
        *n = (nn_net){.name = networks[i].name,
                      .framework = framework,
                      .momentum = networks[i].momentum,
                      .epsilon = framework == NN_TORCH ? networks[i].torch_epsilon : 1e-3};
        networks[i].build(n, height, width);
        if (check_sizes(n, e)) {
            nn_net_free(n);
            return -1;
        }
        nn_net_set_keras_order(n);
        return 0;
    }
    return hl_fail(e, "unknown backbone '%s': expected vgg16, inceptionresnetv2 or mobilenetv2",
                   name);
}

int nn_net_build_for_feature_space(nn_net *n, const hl_feature_space *space, hl_err *e)
{
    const bool is_torch = strcmp(space->framework, nn_framework_names[NN_TORCH]) == 0;
    return nn_net_build_for(n, space->backbone, is_torch ? NN_TORCH : NN_KERAS, space->height,
                            space->width, e);
}

void nn_net_free(nn_net *n)
{
    free(n->layers);
    free(n->order);
    *n = (nn_net){0};
}

const char *nn_net_own_normalize(const nn_net *n)
{
    for (size_t i = 0; n->framework == NN_TORCH && i < NETWORKS; i++)
        if (strcmp(networks[i].name, n->name) == 0)
            return networks[i].torch_normalize;
    return hl_backbone_find(n->name)->normalize;
}

int nn_net_find(const nn_net *n, const char *layer)
{
    for (int i = 0; i < n->n; i++)
        if (strcmp(n->layers[i].name, layer) == 0)
            return i;
    return -1;
}

int nn_net_output(const nn_net *n)
{
    return n->n - 1;
}
