/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/feature_file.h"

#include "base/mem.h"
#include "format/convert.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- opening ---- */

static int check_payload(const hl_samples *s, hl_err *e)
{
    const hl_tensor_desc *d = &s->payload;
    const char *name = hl_tf_name(s->file);
    if ((d->dtype != HL_F32 && d->dtype != HL_F16 && d->dtype != HL_BF16) || d->rank != 2)
        return hl_fail(e,
                       "%s: features: expected F32, F16 or BF16 of two dimensions, found %s of %d",
                       name, hl_dtype_names[d->dtype], d->rank);
    if (d->shape[1] < 1 || d->shape[1] > INT32_MAX)
        return hl_fail(e, "%s: features: expected a width from 1 to %d, found %" PRId64, name,
                       INT32_MAX, d->shape[1]);
    return 0;
}

/* What is trained or measured on some of the images would pass for that of all. */
static int check_whole(const hl_samples *s, hl_err *e)
{
    char word[HL_SHARD_WORD];
    return s->shard.n ? hl_fail(e,
                                "%s: expected the features of all images, found shard %s (join "
                                "puts shards together)",
                                hl_tf_name(s->file), hl_shard_word(&s->shard, word))
                      : 0;
}

int hl_features_open(hl_features *f, const char *path, hl_err *e)
{
    *f = (hl_features){0};
    if (hl_samples_open(&f->samples, path, "features", e))
        return -1;
    if (check_whole(&f->samples, e) || check_payload(&f->samples, e)) {
        hl_samples_close(&f->samples);
        return -1;
    }
    f->width = (size_t)f->samples.payload.shape[1];
    return 0;
}

/* ---- reading ---- */

static int check_finite(const hl_features *f, size_t rows, const float *v, hl_err *e)
{
    const size_t n = rows * f->width, i = hl_first_beyond(v, n, INFINITY);
    return i == n ? 0
                  : hl_fail(e, "%s: sample '%s': feature %zu is not finite",
                            hl_tf_name(f->samples.file),
                            f->samples.manifest.samples[f->row + i / f->width].path, i % f->width);
}

int hl_features_read(hl_features *f, size_t rows, float *out, hl_err *e)
{
    if (rows > f->samples.n - f->row)
        abort();
    void *to = out;
    if (f->samples.payload.dtype != HL_F32) {
        if (f->raw_rows < rows) {
            f->raw = hl_realloc(f->raw, rows * f->width, hl_dtype_size(f->samples.payload.dtype));
            f->raw_rows = rows;
        }
        to = f->raw;
    }
    if (hl_tf_read(f->samples.file, to, rows * f->width * hl_dtype_size(f->samples.payload.dtype),
                   e))
        return -1;
    if (to != out)
        hl_to_f32(f->samples.payload.dtype, to, rows * f->width, out);
    if (check_finite(f, rows, out, e))
        return -1;
    f->row += rows;
    return 0;
}

int hl_features_read_originals(hl_features *f, size_t rows, float *out, const hl_sample **originals,
                               size_t *kept, hl_err *e)
{
    const hl_sample *samples = f->samples.manifest.samples + f->row;
    *kept = 0;
    if (hl_features_read(f, rows, out, e))
        return -1;
    for (size_t i = 0; i < rows; i++) {
        if (samples[i].augmented)
            continue;
        if (*kept < i)
            memcpy(out + *kept * f->width, out + i * f->width, f->width * sizeof *out);
        originals[(*kept)++] = samples + i;
    }
    return 0;
}

int hl_features_end(hl_features *f, hl_err *e)
{
    return hl_tf_end(f->samples.file, e);
}

void hl_features_close(hl_features *f)
{
    free(f->raw);
    hl_samples_close(&f->samples);
    *f = (hl_features){0};
}
