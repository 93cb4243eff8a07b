/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/png_encode.h"

#include <png.h>
#include <setjmp.h>

/* libpng reports failure by a jump; the message is kept for the caller. */
static void on_error(png_structp png, png_const_charp msg)
{
    hl_error_set(png_get_error_ptr(png), "PNG: %s", msg);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp msg)
{
    (void)png;
    (void)msg;
}

static void append(png_structp png, png_bytep bytes, size_t len)
{
    hl_strbuf_add(png_get_io_ptr(png), bytes, len);
}

static void flush(png_structp png)
{
    (void)png;
}

int hl_png_encode(hl_strbuf *out, const uint8_t *pixels, size_t height, size_t width, int channels,
                  hl_err *e)
{
    hl_err why = {0};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &why, on_error, on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_write_struct(&png, NULL);
        return hl_fail(e, "PNG: libpng cannot be started");
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        return hl_fail(e, "%s", why.msg);
    }
    png_set_write_fn(png, out, append, flush);
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, 8,
                 channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    /* Radiographs are grainy: one filter and the fastest level come within 5 % of the best size. */
    png_set_compression_level(png, 1);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
    png_write_info(png, info);
    for (size_t y = 0; y < height; y++)
        png_write_row(png, pixels + y * width * (size_t)channels);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return 0;
}
