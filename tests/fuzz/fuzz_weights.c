/* SPDX-License-Identifier: BSD-2-Clause */
/* Safetensors weights of timm, torchvision or hilum, with or without a zstd frame. */
#include "fuzz.h"

#include "small_net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    small_net_read(fuzz_file(data, size));
    return 0;
}
