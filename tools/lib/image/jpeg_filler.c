/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/jpeg_filler.h"

#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A filler repeats 1 to MAX_PERIOD bytes. */
enum { MAX_PERIOD = 16, MIN_REPEATS = 3, MIN_FILLER = 4 };

/* Where the bytes begin that repeat with this period up to the end. */
static size_t run_start(const uint8_t *bytes, size_t end, size_t period)
{
    size_t at = end - period;
    while (at > 0 && bytes[at - 1] == bytes[at - 1 + period])
        at--;
    return at;
}

/* A zero that follows 255 within the pixels, so that the two are no marker. */
static bool is_stuffed(const uint8_t *bytes, size_t at)
{
    return at > 0 && bytes[at - 1] == 0xff && bytes[at] == 0;
}

size_t hl_jpeg_filler_start(const uint8_t *bytes, size_t end)
{
    for (size_t period = 1; period <= MAX_PERIOD && period < end; period++) {
        const size_t at = run_start(bytes, end, period), n = end - at;
        if (n >= MIN_REPEATS * period && n >= MIN_FILLER)
            return at + is_stuffed(bytes, at);
    }
    return end;
}

/* The first len bytes and an end marker. */
static int decode_beginning(hl_image *img, const hl_source *src, size_t len,
                            hl_jpeg_decoder *decode, int *orientation, hl_err *e)
{
    uint8_t *bytes = hl_malloc(len + 2, 1);
    memcpy(bytes, src->bytes, len);
    bytes[len] = 0xff;
    bytes[len + 1] = 0xd9;
    const hl_source beginning = {src->name, bytes, len + 2, src->depth, src->window};
    const int status = decode(img, &beginning, orientation, e);
    free(bytes);
    return status;
}

/* Whether the image needs the last of these bytes. */
static bool ends_here(const hl_source *src, size_t len, hl_jpeg_decoder *decode)
{
    hl_image img = {0};
    int orientation;
    hl_err e;
    const int status = decode_beginning(&img, src, len - 1, decode, &orientation, &e);
    hl_image_free(&img);
    return status != 0;
}

int hl_jpeg_decode_without_filler(hl_image *img, const hl_source *src, size_t end,
                                  hl_jpeg_decoder *decode, int *orientation, hl_err *e)
{
    const size_t len = hl_jpeg_filler_start(src->bytes, end);
    if (len == end || len == 0 || decode_beginning(img, src, len, decode, orientation, e))
        return -1;
    if (ends_here(src, len, decode))
        return 0;
    hl_image_free(img);
    return -1;
}
