/* SPDX-License-Identifier: BSD-2-Clause */
/* onednn_backend.h in a build without oneDNN. */
#include "nn/infer/onednn_available.h"

#if !NN_HAS_ONEDNN

#include "nn/infer/onednn_backend.h"

const char *nn_onednn_version(void)
{
    return "none";
}

const char *nn_onednn_isa(void)
{
    return "none";
}

bool nn_onednn_suits(const nn_net *n, int output, bool bf16)
{
    (void)n;
    (void)output;
    (void)bf16;
    return false;
}

int nn_onednn_new(nn_onednn **b, const nn_net *n, const nn_weights *w, int output,
                  const nn_onednn_options *o, hl_err *e)
{
    (void)n;
    (void)w;
    (void)output;
    (void)o;
    *b = NULL;
    return hl_fail(e, "this program was built without oneDNN");
}

void nn_onednn_free(nn_onednn *b)
{
    (void)b;
}

size_t nn_onednn_workers(const nn_onednn *b)
{
    (void)b;
    return 0;
}

int nn_onednn_forward(nn_onednn *b, const uint8_t *images, size_t n, int channels,
                      const nn_normalize *scaling, float *map, hl_err *e)
{
    (void)b;
    (void)images;
    (void)n;
    (void)channels;
    (void)scaling;
    (void)map;
    return hl_fail(e, "this program was built without oneDNN");
}

#endif
