/* SPDX-License-Identifier: BSD-2-Clause */
/* VGG16 without its classifier: keras/src/applications/vgg16.py. */
#include "nn/arch/networks.h"

#include <stdio.h>

void nn_build_vgg16(nn_net *n, int64_t height, int64_t width)
{
    static const struct {
        int convs;
        int64_t channels;
    } blocks[] = {{2, 64}, {2, 128}, {3, 256}, {3, 512}, {3, 512}};
    static const int64_t k3[2] = {3, 3};
    char name[NN_NAME];

    int x = nn_input(n, height, width);
    for (int b = 0; b < 5; b++) {
        for (int c = 0; c < blocks[b].convs; c++) {
            snprintf(name, sizeof name, "block%d_conv%d", b + 1, c + 1);
            x = nn_conv(n, x, name, blocks[b].channels, k3, 1, NN_SAME, true, true);
        }
        snprintf(name, sizeof name, "block%d_pool", b + 1);
        x = nn_maxpool(n, x, name, 2, 2);
    }
}
