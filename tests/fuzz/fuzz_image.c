/* SPDX-License-Identifier: BSD-2-Clause */
/* JPEG and PNG files, decoded and resized as by preprocess. */
#include "fuzz.h"

#include "image/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { SIDE = 16 };
    const hl_fitting fitting = {.height = SIDE, .width = SIDE, .filter = HL_BILINEAR};
    uint8_t out[SIDE * SIDE * 3];
    hl_fitted fitted;
    hl_err e;
    if (hl_image_read_fitted(fuzz_file(data, size), &fitting, out, &fitted, &e) == 0)
        FUZZ_EXPECT(fitted.channels == 1 || fitted.channels == 3);
    return 0;
}
