/* SPDX-License-Identifier: BSD-2-Clause */
/* PNG, decoded by libpng. The checksums of all chunks are verified. As in libpng's own tools, a
 * chunk with a wrong one is an error where it is critical, and else skipped with a remark;
 * transparency, which changes pixels, counts as critical, and the end after all pixels does not. */
#include "base/mem.h"
#include "image/decoders.h"
#include "image/remarks.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

/* Deflate never expands one byte to more than this many. */
enum { MAX_EXPANSION = 1032 };

/* Chunks that are kept as they are. */
static const png_byte kept_chunks[] = "eXIf\0sBIT";
static const png_byte *const exif_chunk = kept_chunks, *const sbit_chunk = kept_chunks + 5;

typedef struct decoder {
    png_structp png;
    png_infop info;
    jmp_buf give_up;
    const hl_source *src;
    size_t at; /* bytes of src read so far */
    hl_err *err;
    hl_image img; /* channels 1 .. 4 while decoding */
    int orientation;
    int stated;     /* bits of 16 that hold the picture, as sBIT says; else 16 */
    bool is_deep;   /* 16 bits */
    uint16_t *deep; /* the values then, owned */
    bool distrusts_exif, distrusts_sbit; /* which had a wrong checksum */
    bool has_pixels;                     /* all of them have been read */
} decoder;

_Noreturn static void on_error(png_structp png, png_const_charp msg)
{
    decoder *d = png_get_error_ptr(png);
    hl_error_set(d->err, "%s: damaged or unsupported PNG: %s", d->src->name, msg);
    longjmp(d->give_up, 1);
}

/* By the colour type in the header, which is the first chunk. Such a file has no use for tRNS. */
static bool has_alpha(const hl_source *src)
{
    enum { COLOUR_TYPE = 25 };
    return src->len > COLOUR_TYPE && (src->bytes[COLOUR_TYPE] & PNG_COLOR_MASK_ALPHA);
}

/* Whether pixels can depend on a chunk of this type, or of one that differs in a single bit: the
 * wrong checksum may be due to its name. Exif and sBIT are statements about the pixels, which do
 * not count then. */
static bool matters(const decoder *d, png_uint_32 type)
{
    static const char names[][5] = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS"};
    const png_uint_32 end = png_get_uint_32((png_const_bytep) "IEND");
    const png_uint_32 transparency = png_get_uint_32((png_const_bytep) "tRNS");
    if ((d->has_pixels && type == end) || (has_alpha(d->src) && type == transparency))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (__builtin_popcount(type ^ png_get_uint_32((png_const_bytep)names[i])) <= 1)
            return true;
    return false;
}

/* Problems with pixels are errors, see png_set_benign_errors below; warnings other than those of
 * checksums do not matter. */
static void on_warning(png_structp png, png_const_charp msg)
{
    decoder *d = png_get_error_ptr(png);
    if (!strstr(msg, "CRC error"))
        return;
    const png_uint_32 type = png_get_io_chunk_type(png);
    if (matters(d, type))
        on_error(png, msg);
    d->distrusts_exif |= type == png_get_uint_32(exif_chunk);
    d->distrusts_sbit |= type == png_get_uint_32(sbit_chunk);
    d->img.remarks |= HL_REMARK_CHECKSUM;
}

static void on_read(png_structp png, png_bytep to, size_t n)
{
    decoder *d = png_get_io_ptr(png);
    if (n > d->src->len - d->at)
        png_error(png, "truncated");
    memcpy(to, d->src->bytes + d->at, n);
    d->at += n;
}

static void start(decoder *d)
{
    png_set_read_fn(d->png, d, on_read);
    png_set_crc_action(d->png, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
    png_set_benign_errors(d->png, 0);
    png_set_user_limits(d->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); /* check_size has our limits */
    png_set_keep_unknown_chunks(d->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_keep_unknown_chunks(d->png, PNG_HANDLE_CHUNK_ALWAYS, kept_chunks, 2);
    if (has_alpha(d->src))
        png_set_keep_unknown_chunks(d->png, PNG_HANDLE_CHUNK_NEVER, (png_const_bytep) "tRNS", 1);
}

static int check_size(decoder *d)
{
    const size_t height = png_get_image_height(d->png, d->info);
    const size_t width = png_get_image_width(d->png, d->info);
    const size_t row = png_get_rowbytes(d->png, d->info);
    size_t bytes;
    if (__builtin_mul_overflow(height, row, &bytes))
        bytes = SIZE_MAX;
    return hl_image_check_size(d->src, height, width, bytes / MAX_EXPANSION, d->err);
}

static const png_unknown_chunk *find_chunk(decoder *d, const png_byte *name)
{
    png_unknown_chunkp chunks;
    const int n = png_get_unknown_chunks(d->png, d->info, &chunks);
    for (int i = 0; i < n; i++)
        if (memcmp(chunks[i].name, name, 5) == 0)
            return &chunks[i];
    return NULL;
}

/* The largest number of bits of a colour; 16 if sBIT is missing or makes no sense. */
static int find_stated_bits(decoder *d)
{
    const png_unknown_chunk *chunk = find_chunk(d, sbit_chunk);
    const size_t channels = png_get_channels(d->png, d->info);
    if (!chunk || d->distrusts_sbit || chunk->size != channels)
        return 16;
    int most = 0;
    for (size_t c = 0; c < channels - (channels % 2 == 0); c++)
        most = chunk->data[c] > most ? chunk->data[c] : most;
    return most >= 8 && most < 16 ? most : 16;
}

/* 8 bits per channel, except for 16, which hl_depth_scale brings to 8; palettes and grey of less
 * than 8 bits are expanded, and transparency becomes an alpha channel. */
static void set_transforms(decoder *d)
{
    png_set_expand(d->png);
    d->is_deep = png_get_bit_depth(d->png, d->info) == 16;
    if (d->is_deep && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
        png_set_swap(d->png);
}

static void read_rows(decoder *d)
{
    const int passes = png_set_interlace_handling(d->png);
    png_read_update_info(d->png, d->info);
    d->img.height = png_get_image_height(d->png, d->info);
    d->img.width = png_get_image_width(d->png, d->info);
    d->img.channels = png_get_channels(d->png, d->info);
    const size_t values = d->img.width * (size_t)d->img.channels;
    const size_t stride = values * (d->is_deep ? sizeof *d->deep : 1);
    if (png_get_rowbytes(d->png, d->info) != stride)
        png_error(d->png, "rows of an unexpected size");
    d->img.pixels = hl_malloc(d->img.height, values);
    if (d->is_deep)
        d->deep = hl_malloc(d->img.height, stride);
    uint8_t *rows = d->is_deep ? (uint8_t *)d->deep : d->img.pixels;
    for (int pass = 0; pass < passes; pass++)
        for (size_t y = 0; y < d->img.height; y++)
            png_read_row(d->png, rows + y * stride, NULL);
}

static int find_orientation(decoder *d)
{
    const png_unknown_chunk *chunk = find_chunk(d, exif_chunk);
    return chunk && !d->distrusts_exif ? hl_exif_orientation(chunk->data, chunk->size) : 1;
}

static int decode(decoder *d)
{
    d->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, d, on_error, on_warning);
    d->info = d->png ? png_create_info_struct(d->png) : NULL;
    if (!d->info)
        return hl_fail(d->err, "%s: libpng cannot be started", d->src->name);
    start(d);
    png_read_info(d->png, d->info);
    if (check_size(d))
        return -1;
    d->stated = find_stated_bits(d);
    set_transforms(d);
    read_rows(d);
    d->has_pixels = true;
    png_set_crc_action(d->png, PNG_CRC_WARN_USE, PNG_CRC_WARN_DISCARD);
    png_read_end(d->png, d->info);
    d->orientation = find_orientation(d);
    return 0;
}

/* The target of longjmp is a function of its own: its callees change *d only, no local variable. */
static int decode_guarded(decoder *d)
{
    if (setjmp(d->give_up))
        return -1;
    return decode(d);
}

/* Blends the image on black in place and drops its last channel, alpha. */
static void blend_on_black(hl_image *img)
{
    const size_t n = img->height * img->width;
    const size_t colours = (size_t)img->channels - 1;
    bool seen = false;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *in = img->pixels + i * (colours + 1);
        const int alpha = in[colours];
        seen |= alpha > 0;
        for (size_t c = 0; c < colours; c++)
            img->pixels[i * colours + c] = (uint8_t)((in[c] * alpha + 127) / 255);
    }
    img->pixels = hl_realloc(img->pixels, n, colours);
    img->channels--;
    if (!seen)
        img->remarks |= HL_REMARK_CLEAR;
}

int hl_png_decode(hl_image *img, const hl_source *src, int *orientation, hl_err *e)
{
    decoder d = {.src = src, .err = e, .orientation = 1};
    int status = decode_guarded(&d);
    if (status == 0 && d.is_deep)
        status = hl_depth_scale(&d.img, src, d.deep, d.img.height * d.img.width, d.stated, e);
    free(d.deep);
    *orientation = d.orientation;
    png_destroy_read_struct(&d.png, &d.info, NULL);
    if (status) {
        hl_image_free(&d.img);
        return -1;
    }
    if (d.img.channels % 2 == 0)
        blend_on_black(&d.img);
    *img = d.img;
    return 0;
}
