/* SPDX-License-Identifier: BSD-2-Clause */
/* Calibration files. */
#include "fuzz.h"

#include "data/calibration_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hl_calibration c;
    hl_err e;
    if (hl_calibration_read(&c, fuzz_framed(data, size), &e) == 0)
        hl_calibration_free(&c);
    return 0;
}
