/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of images or features, with the manifest in them. */
#include "fuzz.h"

#include "base/mem.h"
#include "data/feature_file.h"
#include "data/reject_list.h"

#include <stdlib.h>

static int read_rows(hl_features *f, hl_err *e)
{
    float *row = hl_malloc(f->width, sizeof *row);
    int status = 0;
    for (size_t i = 0; i < f->samples.n && status == 0; i++)
        status = hl_features_read(f, 1, row, e);
    free(row);
    return status ? -1 : hl_features_end(f, e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_framed(data, size);
    hl_features f;
    hl_samples images;
    hl_err e = {0};
    if (hl_features_open(&f, path, &e) == 0) {
        read_rows(&f, &e);
        hl_features_close(&f);
    } else if (hl_samples_open(&images, path, "images", &e) == 0) {
        hl_reject_list rejects = {0};
        if (images.shard.n)
            hl_rejects_add_rows(&rejects, path, images.shard.rejects, images.shard.rejects_len, &e);
        hl_rejects_free(&rejects);
        if (hl_tf_skip(images.file, images.payload.bytes, &e) == 0)
            hl_tf_end(images.file, &e);
        hl_samples_close(&images);
    }
    return 0;
}
