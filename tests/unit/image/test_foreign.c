/* SPDX-License-Identifier: BSD-2-Clause */
/* What files that are no JPEG and no PNG are called. The bytes are those of the formats'
 * specifications; files of real programs are in tests/hostile/image. */
#include "base/mem.h"
#include "image/foreign.h"
#include "image/image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A copy in a block of exactly that size, so that sanitizers see a read beyond its end. */
static const char *name_of(const void *bytes, size_t len)
{
    uint8_t *copy = hl_malloc(len, 1);
    if (len)
        memcpy(copy, bytes, len);
    const hl_foreign *f = hl_foreign_find(copy, len);
    free(copy);
    return f ? f->name : "unknown";
}

#define EXPECT(name, bytes) assert_string_equal(name_of(bytes, sizeof(bytes) - 1), name)

static void images(void **state)
{
    (void)state;
    EXPECT("a TIFF image", "II*\0\x08\0\0\0");
    EXPECT("a TIFF image", "MM\0*\0\0\0\x08");
    EXPECT("a BigTIFF image", "II+\0\x08\0\0\0");
    EXPECT("a BMP image", "BM6\x04\0\0\0\0\0\0\x36\x04\0\0\x28\0\0\0");
    EXPECT("a GIF image", "GIF89a");
    EXPECT("a WebP image", "RIFF\x24\0\0\0WEBPVP8L");
    EXPECT("a JPEG 2000 image", "\xff\x4f\xff\x51\0\x29");
    EXPECT("a JPEG XL image", "\xff\x0a\xfa\x1f");
    EXPECT("an AVIF image", "\0\0\0\x1c"
                            "ftypavif");
    EXPECT("a HEIC image", "\0\0\0\x18"
                           "ftypheix");
    EXPECT("a PNM image", "P5\n2 2\n255\nabcd");
}

/* TIFF holds 16 bits as PNG does, BMP does not. */
static void a_command_for_tiff_and_bmp(void **state)
{
    (void)state;
    static const char bmp[] = "BM6\x04\0\0\0\0\0\0\x36\x04\0\0\x28\0\0\0";
    static const char *const tiffs[] = {"II*\0", "MM\0*"};
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(
            hl_foreign_find((const uint8_t *)tiffs[i], 4)->remedy,
            "convert it to PNG, as `magick x.tif x.png` does; 16 bits are kept, see DEPTH");
    assert_string_equal(hl_foreign_find((const uint8_t *)bmp, sizeof bmp - 1)->remedy,
                        "convert it to PNG, as `magick x.bmp x.png` does");
}

static void medical_and_documents(void **state)
{
    (void)state;
    char bytes[400] = "";
    EXPECT("a DICOM file without its preamble", "\x08\0\x16\0UI\x1a\0");
    EXPECT("a DICOM file without its preamble", "\x08\0\0\0\x04\0\0\0\x80\x01\0\0");
    EXPECT("a DICOM file without its preamble", "\2\0\0\0UL\4\0");
    EXPECT("a DICOM file without its preamble", "\x08\0\x10\0\x0c\0\0\0ACR-NEMA 2.0");
    EXPECT("a DICOM file without its preamble", "\x08\0\5\0\x0a\0\0\0ISO_IR 100");
    EXPECT("a DICOM file without its preamble", "\x08\0\x08\0\x10\0\0\0ORIGINAL\\PRIMARY");
    EXPECT("a DICOM file without its preamble", "\x08\0\x16\0\x1a\0\0\0"
                                                "1.2.840.10008.5.1.4.1.1.1");
    memset(bytes, 0, sizeof bytes);
    bytes[0] = 92, bytes[1] = 1;
    memcpy(bytes + 344, "n+1", 4);
    assert_string_equal(name_of(bytes, 352), "a NIfTI volume");
    EXPECT("an HDF5 file", "\x89HDF\r\n\x1a\n");
    EXPECT("a zip archive", "PK\x03\x04");
    EXPECT("gzip data", "\x1f\x8b\x08");
    EXPECT("a PDF document", "%PDF-1.4");
    EXPECT("a web page (HTML)", "<!DOCTYPE HTML PUBLIC");
    EXPECT("a web page (HTML)", "\xef\xbb\xbf \r\n<html>");
    EXPECT("a JSON document", "{\"error\":\"Unauthorized\"}");
    EXPECT("a Git LFS pointer instead of the image",
           "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
    EXPECT("only zero bytes", "\0\0\0\0\0\0\0\0\0\0");
}

/* Bytes that only begin like a format, or are cut short, are not named after it. */
static void others(void **state)
{
    (void)state;
    EXPECT("unknown", "");
    EXPECT("unknown", "B");
    EXPECT("unknown", "BMI of all patients, in kg per square metre");
    EXPECT("unknown", "RIFF\x24\0\0\0WAVEfmt ");
    EXPECT("unknown", "\x08\0\x16\0");
    EXPECT("unknown", "no image");
    EXPECT("unknown", " \t\n");
    EXPECT("unknown", "\0\0\0");
}

static void message_names_format_and_remedy(void **state)
{
    (void)state;
    hl_image img;
    hl_err e;
    assert_int_equal(hl_image_decode(&img, "x.png", "%PDF-1.4", 8, &e), -1);
    assert_string_equal(e.msg,
                        "x.png: expected a JPEG, PNG or DICOM image, found a PDF document; export "
                        "the image in it as PNG");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images),
        cmocka_unit_test(a_command_for_tiff_and_bmp),
        cmocka_unit_test(medical_and_documents),
        cmocka_unit_test(others),
        cmocka_unit_test(message_names_format_and_remedy),
    };
    return cmocka_run_group_tests_name("foreign", tests, NULL, NULL);
}
