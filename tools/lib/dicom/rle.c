/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom/rle.h"

#include <string.h>

enum { HEADER = 64, MAX_SEGMENTS = 15 };

static size_t get32(const uint8_t *p)
{
    return (size_t)p[3] << 24 | (size_t)p[2] << 16 | (size_t)p[1] << 8 | p[0];
}

/* PackBits: n bytes, every step-th of out. */
static bool unpack(const uint8_t *in, size_t len, size_t n, uint8_t *out, size_t step)
{
    size_t at = 0, done = 0;
    while (done < n) {
        if (at >= len)
            return false;
        const int8_t control = (int8_t)in[at++];
        if (control == -128)
            continue;
        const bool is_run = control < 0;
        const size_t count = (size_t)(is_run ? 1 - control : control + 1);
        if (at + (is_run ? 1 : count) > len)
            return false;
        const size_t used = count < n - done ? count : n - done;
        for (size_t i = 0; i < used; i++)
            out[(done + i) * step] = in[at + (is_run ? 0 : i)];
        done += used;
        at += is_run ? 1 : count;
    }
    return true;
}

/* Segments are the bytes of the samples, the most significant first. */
bool hl_dicom_rle_decode(const uint8_t *frame, size_t len, size_t pixels, size_t samples,
                         size_t bytes, uint8_t *out)
{
    const size_t n = samples * bytes;
    if (len < HEADER || get32(frame) != n || n > MAX_SEGMENTS)
        return false;
    for (size_t i = 0; i < n; i++) {
        const size_t from = get32(frame + 4 + 4 * i);
        const size_t to = i + 1 < n ? get32(frame + 8 + 4 * i) : len;
        if (from < HEADER || from > to || to > len)
            return false;
        /* Of a sample of two bytes, the low one comes first in memory. */
        const size_t at = i / bytes * bytes + (bytes - 1 - i % bytes);
        if (!unpack(frame + from, to - from, pixels, out + at, n))
            return false;
    }
    return true;
}
