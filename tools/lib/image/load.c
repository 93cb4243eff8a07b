/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/load.h"

#include "base/sha256.h"
#include "image/grey.h"
#include "sys/input.h"

#include <stdio.h>
#include <stdlib.h>

/* Bytes; far above any radiograph, whatever its format. */
static const size_t max_file = (size_t)512 << 20;

static int read_file(const char *file, char **bytes, size_t *len, hl_err *e)
{
    FILE *fp = hl_in_open_file(file, e);
    if (!fp)
        return -1;
    const int status = hl_in_read_all(fp, file, max_file, bytes, len, e);
    fclose(fp);
    return status;
}

int hl_image_read(hl_image *img, const char *file, hl_depth depth, unsigned char *sha256, hl_err *e)
{
    char *bytes;
    size_t len;
    if (read_file(file, &bytes, &len, e))
        return -1;
    if (sha256) {
        hl_sha256 *s = hl_sha256_new();
        hl_sha256_add(s, bytes, len);
        hl_sha256_end(s, sha256);
    }
    const int status = hl_image_decode_depth(img, file, bytes, len, depth, e);
    free(bytes);
    return status;
}

int hl_image_read_fitted(const char *file, const hl_fitting *f, uint8_t *out, hl_fitted *fitted,
                         hl_err *e)
{
    hl_image img;
    *fitted = (hl_fitted){0};
    if (hl_image_read(&img, file, f->depth, fitted->sha256, e))
        return -1;
    if (f->to_grey)
        hl_image_make_grey(&img);
    hl_resize(&img, f->filter, f->fit, f->height, f->width, out);
    fitted->channels = img.channels;
    fitted->remarks = img.remarks;
    fitted->shallow = img.shallow;
    fitted->used_bits = img.used_bits;
    hl_image_free(&img);
    return 0;
}
