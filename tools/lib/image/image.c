/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/image.h"

#include "base/simd.h"
#include "image/decoders.h"
#include "image/foreign.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>

int hl_image_check_size(const hl_source *src, size_t height, size_t width, size_t least, hl_err *e)
{
    if (height == 0 || width == 0)
        return hl_fail(e, "%s: empty image: %zu x %zu pixels", src->name, width, height);
    if (height > HL_IMAGE_MAX_SIDE || width > HL_IMAGE_MAX_SIDE)
        return hl_fail(e, "%s: too large: expected sides of at most %d pixels, found %zu x %zu",
                       src->name, HL_IMAGE_MAX_SIDE, width, height);
    if (height * width > HL_IMAGE_MAX_PIXELS)
        return hl_fail(e, "%s: too large: expected at most %zu pixels, found %zu x %zu", src->name,
                       HL_IMAGE_MAX_PIXELS, width, height);
    if (src->len < least)
        return hl_fail(e,
                       "%s: truncated: %zu x %zu pixels need at least %zu bytes, found %zu bytes",
                       src->name, width, height, least, src->len);
    return 0;
}

/* In runs of 32 pixels that the compiler can vectorize: each byte is compared with the next one,
 * and the mask drops comparisons across two pixels. The 96th byte is compared with the first one of
 * the next pixel, so a run needs a pixel after it. */
HL_FOR_ALL_WIDTHS static bool is_grey(const uint8_t *px, size_t n)
{
#define BYTES_OF_8                                                                                 \
    255, 255, 0, 255, 255, 0, 255, 255, 0, 255, 255, 0, 255, 255, 0, 255, 255, 0, 255, 255, 0,     \
        255, 255, 0
    static const uint8_t mask[96] = {BYTES_OF_8, BYTES_OF_8, BYTES_OF_8, BYTES_OF_8};
#undef BYTES_OF_8
    for (; n > 32; n -= 32, px += 96) {
        uint8_t differ = 0;
        for (size_t i = 0; i < 96; i++)
            differ |= (px[i] ^ px[i + 1]) & mask[i];
        if (differ)
            return false;
    }
    for (; n > 0; n--, px += 3)
        if (px[0] != px[1] || px[0] != px[2])
            return false;
    return true;
}

/* 16 pixels at a time; what is written is never read again. */
HL_FOR_ALL_WIDTHS static void keep_first_channel(uint8_t *px, size_t n)
{
    typedef uint8_t bytes __attribute__((vector_size(16)));
    size_t at = 0;
    for (; at + sizeof(bytes) <= n; at += sizeof(bytes)) {
        bytes in[3];
        memcpy(in, px + 3 * at, sizeof in);
        bytes out = __builtin_shufflevector(in[0], in[1], 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30,
                                            -1, -1, -1, -1, -1);
        out = __builtin_shufflevector(out, in[2], 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26,
                                      29);
        memcpy(px + at, &out, sizeof out);
    }
    for (; at < n; at++)
        px[at] = px[3 * at];
}

/* Many grey radiographs are stored as colour. The buffer keeps its size: a shrunk one would go back
 * to the system and be requested again for every image. */
static void collapse_grey(hl_image *img)
{
    const size_t n = img->height * img->width;
    if (img->channels == 1 || !is_grey(img->pixels, n))
        return;
    keep_first_channel(img->pixels, n);
    img->channels = 1;
}

static int fail_format(const hl_source *src, hl_err *e)
{
    if (src->len == 0)
        return hl_fail(e, "%s: the file is empty; copy or download it again", src->name);
    const hl_foreign *known = hl_foreign_find(src->bytes, src->len);
    if (known)
        return hl_fail(e, "%s: expected a JPEG, PNG or DICOM image, found %s; %s", src->name,
                       known->name, known->remedy);
    char found[3 * 4 + 1] = "";
    for (size_t i = 0; i < 4 && i < src->len; i++)
        snprintf(found + 3 * i, sizeof found - 3 * i, " %02x", src->bytes[i]);
    return hl_fail(e, "%s: expected a JPEG, PNG or DICOM image, found a file that starts with%s",
                   src->name, found);
}

int hl_image_decode(hl_image *img, const char *name, const void *bytes, size_t len, hl_err *e)
{
    return hl_image_decode_depth(img, name, bytes, len, HL_DEPTH_AUTO, e);
}

int hl_image_decode_depth(hl_image *img, const char *name, const void *bytes, size_t len,
                          hl_depth depth, hl_err *e)
{
    const hl_rendition as = {.depth = depth};
    return hl_image_decode_as(img, name, bytes, len, &as, e);
}

int hl_image_decode_as(hl_image *img, const char *name, const void *bytes, size_t len,
                       const hl_rendition *as, hl_err *e)
{
    static const uint8_t jpeg[] = {0xff, 0xd8, 0xff};
    static const uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    const hl_source src = {name, bytes, len, as->depth, &as->window};
    int orientation = 1, status;
    *img = (hl_image){0};
    if (len >= sizeof jpeg && memcmp(bytes, jpeg, sizeof jpeg) == 0)
        status = hl_jpeg_decode(img, &src, &orientation, e);
    else if (len >= sizeof png && memcmp(bytes, png, sizeof png) == 0)
        status = hl_png_decode(img, &src, &orientation, e);
    else if (hl_is_dicom(bytes, len))
        status = hl_dicom_decode(img, &src, &orientation, e);
    else
        status = fail_format(&src, e);
    if (status)
        return -1;
    img->file_bytes = len;
    img->file_channels = img->channels;
    collapse_grey(img);
    hl_image_orient(img, orientation);
    return 0;
}

void hl_image_free(hl_image *img)
{
    free(img->pixels);
    *img = (hl_image){0};
}

/* libjpeg-turbo has no function that returns its version. */
#define TEXT_OF(x) #x
#define VALUE_OF(x) TEXT_OF(x)

void hl_image_versions(hl_strbuf *t)
{
    hl_strbuf_printf(t, "libpng\t%s\nlibjpeg-turbo\t%s\n", png_get_libpng_ver(NULL),
                     VALUE_OF(LIBJPEG_TURBO_VERSION));
}

void hl_image_libraries(FILE *fp)
{
    hl_strbuf t = {0};
    hl_image_versions(&t);
    fputs(t.data, fp);
    hl_strbuf_free(&t);
}
