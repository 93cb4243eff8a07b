/* SPDX-License-Identifier: BSD-2-Clause */
/* The EXIF orientation of an image: read from the file, applied to the pixels. */
#include "base/mem.h"
#include "image/decoders.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3, ENTRY_SIZE = 12 };

typedef struct tiff {
    const uint8_t *bytes;
    size_t len;
    bool big_endian;
} tiff;

static uint32_t get(const tiff *t, size_t at, size_t size)
{
    uint32_t v = 0;
    for (size_t i = 0; i < size; i++)
        v = v << 8 | t->bytes[t->big_endian ? at + i : at + size - 1 - i];
    return v;
}

int hl_exif_orientation(const uint8_t *bytes, size_t len)
{
    if (len < 8 || (memcmp(bytes, "II*\0", 4) != 0 && memcmp(bytes, "MM\0*", 4) != 0))
        return 1;
    const tiff t = {bytes, len, bytes[0] == 'M'};
    size_t at = get(&t, 4, 4);
    if (at > len - 2)
        return 1;
    size_t entries = get(&t, at, 2);
    at += 2;
    for (; entries > 0 && len - at >= ENTRY_SIZE; entries--, at += ENTRY_SIZE) {
        if (get(&t, at, 2) != TAG_ORIENTATION)
            continue;
        const uint32_t v = get(&t, at + 8, 2);
        const bool valid = get(&t, at + 2, 2) == TYPE_SHORT && get(&t, at + 4, 4) == 1;
        return valid && v >= 1 && v <= 8 ? (int)v : 1;
    }
    return 1;
}

/* The input pixel that becomes the first output pixel, and the steps through the input, in pixels,
 * that correspond to one output pixel to the right and one down. */
typedef struct walk {
    ptrdiff_t start, right, down;
} walk;

static walk walk_for(int orientation, ptrdiff_t h, ptrdiff_t w)
{
    const ptrdiff_t top_right = w - 1, bottom_left = (h - 1) * w, bottom_right = h * w - 1;
    switch (orientation) {
    case 2:
        return (walk){top_right, -1, w};
    case 3:
        return (walk){bottom_right, -1, -w};
    case 4:
        return (walk){bottom_left, 1, -w};
    case 5:
        return (walk){0, w, 1};
    case 6:
        return (walk){bottom_left, -w, 1};
    case 7:
        return (walk){bottom_right, -w, -1};
    case 8:
        return (walk){top_right, w, -1};
    default:
        return (walk){0, 1, w};
    }
}

void hl_image_orient(hl_image *img, int orientation)
{
    if (orientation == 1)
        return;
    const walk k = walk_for(orientation, (ptrdiff_t)img->height, (ptrdiff_t)img->width);
    const ptrdiff_t channels = img->channels;
    const bool transposed = orientation >= 5;
    hl_image out = *img;
    if (transposed) {
        out.height = img->width;
        out.width = img->height;
    }
    out.pixels = hl_malloc(out.height * out.width, (size_t)channels);
    uint8_t *to = out.pixels;
    for (size_t y = 0; y < out.height; y++) {
        ptrdiff_t from = (k.start + (ptrdiff_t)y * k.down) * channels;
        for (size_t x = 0; x < out.width; x++, from += k.right * channels)
            for (ptrdiff_t c = 0; c < channels; c++)
                *to++ = img->pixels[from + c];
    }
    free(img->pixels);
    *img = out;
}
