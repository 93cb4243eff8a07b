/* SPDX-License-Identifier: BSD-2-Clause */
#include "features.h"

#include "mem.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers ---- */

static float f32_of_bits(uint32_t bits)
{
    float v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* IEEE binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
static float f32_of_f16(uint16_t h)
{
    const uint32_t sign = (uint32_t)(h & 0x8000u) << 16;
    const uint32_t exponent = (h >> 10) & 0x1fu, fraction = h & 0x3ffu;
    if (exponent == 0x1f)
        return f32_of_bits(sign | 0x7f800000u | fraction << 13);
    if (exponent == 0) {
        const float v = ldexpf((float)fraction, -24);
        return sign ? -v : v;
    }
    return f32_of_bits(sign | (exponent + 127 - 15) << 23 | fraction << 13);
}

void hl_to_f32(hl_dtype from, const void *in, size_t n, float *out)
{
    if (from == HL_F32) {
        memcpy(out, in, n * sizeof *out);
        return;
    }
    const uint16_t *h = in;
    for (size_t i = 0; i < n; i++)
        out[i] = from == HL_F16 ? f32_of_f16(h[i]) : f32_of_bits((uint32_t)h[i] << 16);
}

static uint32_t bits_of_f32(float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

/* bits / 2^shift to the nearest whole number, to the even one of two. */
static uint32_t round_off(uint32_t bits, unsigned shift)
{
    const uint32_t half = 1u << (shift - 1), rest = bits & ((1u << shift) - 1);
    const uint32_t whole = bits >> shift;
    return whole + (rest > half || (rest == half && (whole & 1)));
}

static uint16_t f16_of_f32(float v)
{
    const uint32_t bits = bits_of_f32(v), sign = bits >> 16 & 0x8000u, size = bits & 0x7fffffffu;
    const uint32_t exponent = size >> 23;
    if (size > 0x7f800000u)
        return (uint16_t)(sign | 0x7e00u); /* not a number */
    if (exponent >= 127 + 16)
        return (uint16_t)(sign | 0x7c00u);
    if (exponent >= 127 - 14) /* carries into the exponent, up to infinity, as it should */
        return (uint16_t)(sign | (round_off(size, 13) - ((127u - 15) << 10)));
    if (exponent < 127 - 25)
        return (uint16_t)sign;
    return (uint16_t)(sign | round_off((size & 0x7fffffu) | 0x800000u, 126 - exponent));
}

static uint16_t bf16_of_f32(float v)
{
    const uint32_t bits = bits_of_f32(v);
    if ((bits & 0x7fffffffu) > 0x7f800000u)
        return (uint16_t)(bits >> 16 | 0x40u); /* not a number */
    return (uint16_t)round_off(bits, 16);
}

void hl_from_f32(hl_dtype to, const float *in, size_t n, void *out)
{
    if (to == HL_F32) {
        memcpy(out, in, n * sizeof *in);
        return;
    }
    uint16_t *h = out;
    for (size_t i = 0; i < n; i++)
        h[i] = to == HL_F16 ? f16_of_f32(in[i]) : bf16_of_f32(in[i]);
}

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

int hl_features_open(hl_features *f, const char *path, hl_err *e)
{
    *f = (hl_features){0};
    if (hl_samples_open(&f->samples, path, "features", e))
        return -1;
    if (check_payload(&f->samples, e)) {
        hl_samples_close(&f->samples);
        return -1;
    }
    f->width = (size_t)f->samples.payload.shape[1];
    return 0;
}

/* ---- reading ---- */

static int check_finite(const hl_features *f, size_t rows, const float *v, hl_err *e)
{
    for (size_t i = 0; i < rows * f->width; i++)
        if (!isfinite(v[i]))
            return hl_fail(e, "%s: sample '%s': feature %zu is not finite",
                           hl_tf_name(f->samples.file),
                           f->samples.manifest.samples[f->row + i / f->width].path, i % f->width);
    return 0;
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
