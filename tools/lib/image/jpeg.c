/* SPDX-License-Identifier: BSD-2-Clause */
/* JPEG, decoded by libjpeg-turbo at full size, with the accurate inverse DCT and smooth chroma
 * upsampling, as Pillow does. */
#include "base/mem.h"
#include "image/decoders.h"
#include "image/jpeg_filler.h"
#include "image/jpeg_huffman.h"
#include "image/remarks.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

/* A progressive file may hold any number of scans, and each costs a pass over the image. */
enum { MAX_SCANS = 500 };

enum { ROWS_AT_ONCE = 16 };

typedef struct decoder {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf give_up;
    hl_jpeg_huffman *huffman; /* NULL: libjpeg's own */
    const hl_source *src;
    hl_err *err;
    hl_image img;
    int orientation;
    size_t extra_end; /* where extra bytes end that were found before the end marker; else 0 */
    bool is_complete; /* no scan is missing in a progressive file */
} decoder;

enum { AGAIN = 1 }; /* the scan is not well formed: libjpeg has to decode it */

_Noreturn static void on_error(j_common_ptr jpeg)
{
    decoder *d = jpeg->client_data;
    char msg[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, msg);
    hl_error_set(d->err, "%s: damaged or unsupported JPEG: %s", d->src->name, msg);
    longjmp(d->give_up, 1);
}

/* After a warning libjpeg continues with guessed pixels, so it is an error; an unknown JFIF version
 * is harmless. Extra bytes before the end marker may be harmless, too (jpeg_filler.h). Elsewhere
 * they may be a damaged segment, whose orientation, colours or tables would be missed. */
static void on_message(j_common_ptr jpeg, int level)
{
    decoder *d = jpeg->client_data;
    const int code = jpeg->err->msg_code;
    if (level >= 0 || code == JWRN_JFIF_MAJOR)
        return;
    if (code == JWRN_EXTRANEOUS_DATA && d->errors.msg_parm.i[1] == JPEG_EOI)
        d->extra_end = d->src->len - d->jpeg.src->bytes_in_buffer;
    on_error(jpeg);
}

static void on_progress(j_common_ptr jpeg)
{
    decoder *d = jpeg->client_data;
    if (d->jpeg.input_scan_number <= MAX_SCANS)
        return;
    hl_error_set(d->err, "%s: JPEG: expected at most %d scans, found more", d->src->name,
                 MAX_SCANS);
    longjmp(d->give_up, 1);
}

static int find_orientation(const struct jpeg_decompress_struct *jpeg)
{
    static const char exif[6] = "Exif\0";
    for (jpeg_saved_marker_ptr m = jpeg->marker_list; m; m = m->next)
        if (m->data_length > sizeof exif && memcmp(m->data, exif, sizeof exif) == 0)
            return hl_exif_orientation(m->data + sizeof exif, m->data_length - sizeof exif);
    return 1;
}

static int check_coding(const decoder *d)
{
    /* libjpeg does not notice truncated arithmetic-coded data: a hundred bytes would pass for an
     * image of any size. No radiograph is coded this way. */
    if (d->jpeg.arith_code)
        return hl_fail(d->err, "%s: JPEG: expected Huffman coding, found arithmetic coding",
                       d->src->name);
    return 0;
}

static int choose_colours(decoder *d)
{
    switch (d->jpeg.jpeg_color_space) {
    case JCS_GRAYSCALE:
        d->jpeg.out_color_space = JCS_GRAYSCALE;
        return 0;
    case JCS_RGB:
    case JCS_YCbCr:
        d->jpeg.out_color_space = JCS_RGB;
        return 0;
    case JCS_CMYK:
    case JCS_YCCK:
        d->jpeg.out_color_space = JCS_CMYK;
        return 0;
    default:
        return hl_fail(d->err, "%s: JPEG: expected 1, 3 or 4 colour components, found %d",
                       d->src->name, d->jpeg.num_components);
    }
}

/* A Huffman-coded file needs at least one bit for each block of 8 x 8 pixels. */
static size_t least_bytes(const struct jpeg_decompress_struct *jpeg)
{
    const size_t across = (jpeg->image_width + 7) / 8, down = (jpeg->image_height + 7) / 8;
    return across * down / 8;
}

static int read_rows(decoder *d)
{
    struct jpeg_decompress_struct *jpeg = &d->jpeg;
    const size_t stride = (size_t)jpeg->output_width * (size_t)jpeg->output_components;
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW rows[ROWS_AT_ONCE];
        const size_t at = jpeg->output_scanline, left = jpeg->output_height - at;
        const size_t n = left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE;
        for (size_t i = 0; i < n; i++)
            rows[i] = d->img.pixels + (at + i) * stride;
        if (jpeg_read_scanlines(jpeg, rows, (JDIMENSION)n) == 0)
            return AGAIN;
    }
    return 0;
}

/* CMYK, inverted as Adobe stores it, to RGB in place, with Pillow's arithmetic. */
static void cmyk_to_rgb(hl_image *img)
{
    const size_t n = img->height * img->width;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *in = img->pixels + 4 * i;
        const int white = in[3];
        for (size_t c = 0; c < 3; c++) {
            const int product = (255 - in[c]) * white + 128;
            img->pixels[3 * i + c] = (uint8_t)(white - ((product >> 8) + product) / 256);
        }
    }
    img->pixels = hl_realloc(img->pixels, n, 3);
}

/* A progressive file that was cut between two scans is a valid one. */
static bool has_all_bits(const struct jpeg_decompress_struct *jpeg)
{
    if (!jpeg->progressive_mode)
        return true;
    for (int c = 0; c < jpeg->num_components; c++)
        for (int k = 0; k < DCTSIZE2; k++)
            if (jpeg->coef_bits[c][k] != 0)
                return false;
    return true;
}

static int decode(decoder *d, bool plain)
{
    struct jpeg_decompress_struct *jpeg = &d->jpeg;
    jpeg_create_decompress(jpeg);
    jpeg_mem_src(jpeg, d->src->bytes, d->src->len);
    jpeg_save_markers(jpeg, JPEG_APP0 + 1, 0xffff);
    jpeg->progress = &d->progress;
    jpeg_read_header(jpeg, TRUE);
    if (hl_image_check_size(d->src, jpeg->image_height, jpeg->image_width, least_bytes(jpeg),
                            d->err))
        return -1;
    if (check_coding(d) || choose_colours(d))
        return -1;
    jpeg_start_decompress(jpeg);
    d->huffman = plain ? NULL : hl_jpeg_huffman_install(jpeg);
    d->img.height = jpeg->output_height;
    d->img.width = jpeg->output_width;
    d->img.channels = jpeg->output_components;
    d->img.pixels = hl_malloc(d->img.height * d->img.width, (size_t)d->img.channels);
    if (read_rows(d))
        return AGAIN;
    d->is_complete = has_all_bits(jpeg);
    d->orientation = find_orientation(jpeg);
    jpeg_finish_decompress(jpeg); /* reads on to the end marker */
    return 0;
}

/* The target of longjmp is a function of its own: its callees change *d only, no local variable. */
static int decode_guarded(decoder *d, bool plain)
{
    if (setjmp(d->give_up))
        return -1;
    return decode(d, plain);
}

static int decode_once(decoder *d, bool plain, hl_image *img, int *orientation)
{
    *d = (decoder){.src = d->src, .err = d->err, .orientation = 1};
    d->jpeg.err = jpeg_std_error(&d->errors);
    d->jpeg.client_data = d;
    d->errors.error_exit = on_error;
    d->errors.emit_message = on_message;
    d->progress.progress_monitor = on_progress;
    const int status = decode_guarded(d, plain);
    *orientation = d->orientation;
    jpeg_destroy_decompress(&d->jpeg);
    hl_jpeg_huffman_free(d->huffman);
    if (status) {
        hl_image_free(&d->img);
        return status;
    }
    if (d->img.channels == 4) {
        cmyk_to_rgb(&d->img);
        d->img.channels = 3;
    }
    *img = d->img;
    return 0;
}

/* Every warning is an error. d has its source. */
static int decode_strictly(decoder *d, hl_image *img, int *orientation)
{
    const int status = decode_once(d, false, img, orientation);
    return status == AGAIN ? decode_once(d, true, img, orientation) : status;
}

static int decode_complete(hl_image *img, const hl_source *src, int *orientation, hl_err *e)
{
    decoder d = {.src = src, .err = e};
    if (decode_strictly(&d, img, orientation))
        return -1;
    if (d.is_complete)
        return 0;
    hl_image_free(img);
    return -1;
}

static int explain_extra(hl_err *e)
{
    if (!e)
        return -1;
    const hl_err found = *e;
    return hl_fail(e, "%s: they may be pixels; if a viewer shows the image intact, save it anew",
                   found.msg);
}

int hl_jpeg_decode(hl_image *img, const hl_source *src, int *orientation, hl_err *e)
{
    decoder d = {.src = src, .err = e};
    hl_err other;
    if (decode_strictly(&d, img, orientation) == 0)
        return 0;
    if (d.extra_end == 0)
        return -1;
    if (hl_jpeg_decode_without_filler(img, src, d.extra_end, decode_complete, orientation, &other))
        return explain_extra(e);
    img->remarks |= HL_REMARK_EXTRA_BYTES;
    return 0;
}
