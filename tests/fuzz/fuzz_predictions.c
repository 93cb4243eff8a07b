/* SPDX-License-Identifier: BSD-2-Clause */
/* predictions.tsv, as read by compare and report. */
#include "fuzz.h"

#include "data/predictions.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hl_predictions p;
    hl_err e;
    if (hl_predictions_read(&p, fuzz_with_checksum(data, size), NULL, 0, NULL, NULL, &e) == 0) {
        for (size_t i = 0; i < p.n; i++)
            FUZZ_EXPECT(p.rows[i].label < p.nclasses && p.rows[i].predicted < p.nclasses);
        hl_predictions_free(&p);
    }
    return 0;
}
