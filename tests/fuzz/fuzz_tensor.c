/* SPDX-License-Identifier: BSD-2-Clause */
/* Tensor files, with or without a zstd frame, read to the end. */
#include "fuzz.h"

#include "base/sha256.h"
#include "format/tensorfile.h"

#include <string.h>

static int read_all(hl_tf_reader *r, hl_err *e)
{
    const hl_tf_header *h = hl_tf_get_header(r);
    for (size_t i = 0; i < h->ntensors; i++)
        if (hl_tf_skip(r, h->tensors[i].bytes, e))
            return -1;
    return hl_tf_end(r, e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hl_tf_reader *r;
    hl_err e = {0};
    if (hl_tf_open_any(&r, fuzz_file(data, size), &e) == 0) {
        if (read_all(r, &e) == 0)
            FUZZ_EXPECT(strlen(hl_tf_id(r)) == HL_DIGEST_SIZE - 1);
        hl_tf_close(r);
    }
    return 0;
}
