/* SPDX-License-Identifier: BSD-2-Clause */
#include "small_net.h"

#include "base/mem.h"
#include "fuzz.h"
#include "nn/arch/layers.h"
#include "nn/weights/weights.h"

static void build(nn_net *n, nn_framework framework)
{
    static const int64_t wide[2] = {3, 3}, point[2] = {1, 1};
    *n = (nn_net){.name = "mobilenetv2", .framework = framework, .epsilon = 1e-3};
    int at = nn_input(n, 8, 8);
    at = nn_conv(n, at, "Conv1", 2, wide, 2, NN_SAME, false, false);
    at = nn_batchnorm(n, at, "bn_Conv1", true);
    at = nn_depthwise(n, at, NULL, 3, 1, NN_SAME);
    at = nn_batchnorm(n, at, NULL, false);
    nn_conv(n, at, NULL, 3, point, 1, NN_SAME, true, true);
    n->order = hl_malloc((size_t)n->n, sizeof *n->order);
    for (int i = 0; i < n->n; i++)
        n->order[i] = i;
}

const nn_net *small_net(nn_framework framework)
{
    static nn_net nets[NN_FRAMEWORKS];
    if (!nets[framework].layers)
        build(&nets[framework], framework);
    return &nets[framework];
}

void small_net_read(const char *path)
{
    nn_framework framework;
    nn_weights w;
    nn_problems p = {0};
    hl_err e;
    if (nn_weights_framework(path, &framework, &e))
        return;
    if (nn_weights_check(&w, small_net(framework), path, &p, &e) == 0) {
        FUZZ_EXPECT(p.n == 0);
        nn_weights_free(&w);
    }
    nn_problems_free(&p);
}
