/* SPDX-License-Identifier: BSD-2-Clause */
#include "small_net.h"

#include "base/mem.h"
#include "fuzz.h"
#include "nn/weights/weights.h"

static void build(net *n, net_flavour flavour)
{
    static const int64_t wide[2] = {3, 3}, point[2] = {1, 1};
    *n = (net){.name = "mobilenetv2", .flavour = flavour, .epsilon = 1e-3};
    int at = net_input(n, 8, 8);
    at = net_conv(n, at, "Conv1", 2, wide, 2, NET_SAME, false, false);
    at = net_batchnorm(n, at, "bn_Conv1", true);
    at = net_depthwise(n, at, NULL, 3, 1, NET_SAME);
    at = net_batchnorm(n, at, NULL, false);
    net_conv(n, at, NULL, 3, point, 1, NET_SAME, true, true);
    n->order = hl_malloc((size_t)n->n, sizeof *n->order);
    for (int i = 0; i < n->n; i++)
        n->order[i] = i;
}

const net *small_net(net_flavour flavour)
{
    static net nets[NET_FLAVOURS];
    if (!nets[flavour].layers)
        build(&nets[flavour], flavour);
    return &nets[flavour];
}

void small_net_read(const char *path)
{
    net_flavour flavour;
    net_weights w;
    net_complaints c = {0};
    hl_err e;
    if (net_weights_flavour(path, &flavour, &e))
        return;
    if (net_weights_check(&w, small_net(flavour), path, &c, &e) == 0) {
        FUZZ_EXPECT(c.n == 0);
        net_weights_free(&w);
    }
    net_complaints_free(&c);
}
