/* SPDX-License-Identifier: BSD-2-Clause */
/* DICOM files: their attributes, and their pixels with each choice of a window. The first byte
 * chooses it; it is of the preamble, which means nothing. */
#include "fuzz.h"

#include "dicom/attributes.h"
#include "image/load.h"

#include <string.h>

static void read_attributes(const uint8_t *data, size_t size)
{
    hl_dicom_attributes a;
    hl_err e;
    if (hl_dicom_attributes_decode(&a, "x", data, size, &e) == 1)
        for (int i = 0; i < HL_DICOM_TEXTS; i++)
            FUZZ_EXPECT(strlen(a.text[i]) <= 2 * size);
    hl_dicom_attributes_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { SIDE = 16 };
    static const hl_window windows[] = {
        {.kind = HL_WINDOW_AUTO}, {.kind = HL_WINDOW_FULL}, {HL_WINDOW_VALUES, 100, 50}};
    hl_fitting fitting = {.height = SIDE, .width = SIDE, .filter = HL_BILINEAR, .fit = HL_PAD};
    uint8_t out[SIDE * SIDE * 3];
    hl_fitted fitted;
    hl_err e;
    if (!hl_is_dicom(data, size))
        return 0;
    read_attributes(data, size);
    fitting.as.window = windows[data[0] % 3];
    if (hl_image_read_fitted(fuzz_file(data, size), &fitting, out, &fitted, &e) == 0)
        FUZZ_EXPECT(fitted.channels == 1 || fitted.channels == 3);
    return 0;
}
