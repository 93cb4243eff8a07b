/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/load.h"

#include "base/sha256.h"
#include "image/decoders.h"
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

static void digest(const char *bytes, size_t len, unsigned char *sha256)
{
    hl_sha256 *s = hl_sha256_new();
    hl_sha256_add(s, bytes, len);
    hl_sha256_end(s, sha256);
}

int hl_image_read_as(hl_image *img, const char *file, const hl_rendition *as, unsigned char *sha256,
                     hl_err *e)
{
    char *bytes;
    size_t len;
    if (read_file(file, &bytes, &len, e))
        return -1;
    if (sha256)
        digest(bytes, len, sha256);
    const int status = hl_image_decode_as(img, file, bytes, len, as, e);
    free(bytes);
    return status;
}

int hl_image_read(hl_image *img, const char *file, hl_depth depth, unsigned char *sha256, hl_err *e)
{
    const hl_rendition as = {.depth = depth};
    return hl_image_read_as(img, file, &as, sha256, e);
}

static void fit(hl_image *img, const hl_fitting *f, uint8_t *out, hl_fitted *fitted)
{
    if (f->to_grey)
        hl_image_make_grey(img);
    hl_resize(img, f->filter, f->fit, f->height, f->width, out);
    fitted->channels = img->channels;
    fitted->remarks = img->remarks;
    fitted->shallow = img->shallow;
    fitted->windowed = img->windowed;
}

/* A grey image in DICOM is resized before it is rounded to 8 bits. */
static int fit_dicom(const char *file, const char *bytes, size_t len, const hl_fitting *f,
                     uint8_t *out, hl_fitted *fitted, hl_err *e)
{
    hl_dicom_picture p;
    hl_image img = {.deep = &p};
    if (hl_dicom_picture_read(&p, file, bytes, len, &f->as.window, e))
        return -1;
    hl_dicom_describe(&img, &p);
    const bool is_grey = p.channels == 1;
    if (is_grey)
        fit(&img, f, out, fitted);
    hl_dicom_picture_free(&p);
    return is_grey ? 1 : 0;
}

static int fit_bytes(const char *file, const char *bytes, size_t len, const hl_fitting *f,
                     uint8_t *out, hl_fitted *fitted, hl_err *e)
{
    hl_image img;
    const int done = hl_is_dicom(bytes, len) ? fit_dicom(file, bytes, len, f, out, fitted, e) : 0;
    if (done)
        return done < 0 ? -1 : 0;
    if (hl_image_decode_as(&img, file, bytes, len, &f->as, e))
        return -1;
    fit(&img, f, out, fitted);
    hl_image_free(&img);
    return 0;
}

int hl_image_read_fitted(const char *file, const hl_fitting *f, uint8_t *out, hl_fitted *fitted,
                         hl_err *e)
{
    char *bytes;
    size_t len;
    *fitted = (hl_fitted){0};
    if (read_file(file, &bytes, &len, e))
        return -1;
    digest(bytes, len, fitted->sha256);
    const int status = fit_bytes(file, bytes, len, f, out, fitted, e);
    free(bytes);
    return status;
}
