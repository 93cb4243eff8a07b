/* SPDX-License-Identifier: BSD-2-Clause */
/* What onednn.h promises, in a build without oneDNN: that there is none. */
#include "nn/infer/onednn_available.h"

#if !HL_ONEDNN_HERE

#include "nn/infer/onednn_backend.h"

const char *net_onednn_version(void)
{
    return "none";
}

bool net_onednn_suits(const net *n, int output, bool bf16)
{
    (void)n;
    (void)output;
    (void)bf16;
    return false;
}

int net_onednn_new(net_onednn **g, const net *n, const net_weights *w, int output,
                   const net_onednn_options *o, hl_err *e)
{
    (void)n;
    (void)w;
    (void)output;
    (void)o;
    *g = NULL;
    return hl_fail(e, "this program was built without oneDNN");
}

void net_onednn_free(net_onednn *g)
{
    (void)g;
}

size_t net_onednn_workers(const net_onednn *g)
{
    (void)g;
    return 0;
}

int net_onednn_forward(net_onednn *g, const uint8_t *images, size_t n, int channels,
                       const net_normalize *scaling, float *map, hl_err *e)
{
    (void)g;
    (void)images;
    (void)n;
    (void)channels;
    (void)scaling;
    (void)map;
    return hl_fail(e, "this program was built without oneDNN");
}

#endif
