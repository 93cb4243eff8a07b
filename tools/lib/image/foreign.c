/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/foreign.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const char convert[] = "convert it to PNG";
static const char convert_tiff[] =
    "convert it to PNG, as `magick x.tif x.png` does; 16 bits are kept, see DEPTH";
static const char convert_bmp[] = "convert it to PNG, as `magick x.bmp x.png` does";
static const char convert_slice[] = "export the image in it as PNG";
static const char export_again[] = "export it again as a file (PS3.10), which has DICM at byte 128";
static const char unpack[] = "unpack it and give the images in it";
static const char download[] = "download the image again";

/* n bytes at an offset. */
typedef struct piece {
    size_t at, n;
    const char *bytes;
} piece;

#define AT(offset, text)                                                                           \
    {                                                                                              \
        (offset), sizeof(text) - 1, (text)                                                         \
    }

typedef struct signature {
    hl_foreign what;
    piece pieces[2]; /* the second one where one is not enough */
} signature;

/* Of several that match, the first counts. */
static const signature signatures[] = {
    {{"a TIFF image", convert_tiff}, {AT(0, "II*\0")}},
    {{"a TIFF image", convert_tiff}, {AT(0, "MM\0*")}},
    {{"a BigTIFF image", convert_tiff}, {AT(0, "II+\0\x08\0")}},
    {{"a BigTIFF image", convert_tiff}, {AT(0, "MM\0+\0\x08")}},
    /* The size of the second header is 12 to 124: all its bytes but the first are zero. */
    {{"a BMP image", convert_bmp}, {AT(0, "BM"), AT(15, "\0\0\0")}},
    {{"a GIF image", convert}, {AT(0, "GIF8")}},
    {{"a WebP image", convert}, {AT(0, "RIFF"), AT(8, "WEBP")}},
    {{"a JPEG 2000 image", convert}, {AT(0, "\0\0\0\x0cjP  \r\n\x87\n")}},
    {{"a JPEG 2000 image", convert}, {AT(0, "\xff\x4f\xff\x51")}},
    {{"a JPEG XL image", convert}, {AT(0, "\0\0\0\x0cJXL \r\n\x87\n")}},
    {{"a JPEG XL image", convert}, {AT(0, "\xff\x0a")}},
    {{"a JPEG XR image", convert}, {AT(0, "II\xbc")}},
    {{"an AVIF image", convert}, {AT(4, "ftypavi")}},
    {{"a HEIC image", convert}, {AT(4, "ftyphe")}},
    {{"a HEIC image", convert}, {AT(4, "ftypmif1")}},
    {{"a HEIC image", convert}, {AT(4, "ftypmsf1")}},
    {{"a video", convert_slice}, {AT(4, "ftyp")}},
    {{"a PNM image", convert}, {AT(0, "P5\n")}},
    {{"a PNM image", convert}, {AT(0, "P6\n")}},
    {{"a PNM image", convert}, {AT(0, "P2\n")}},
    {{"a Photoshop image", convert}, {AT(0, "8BPS")}},
    /* Without the preamble: the first element is of group 2 or 8, of a type that is stated or not;
     * then the length, a character set, an image type or a SOP class. */
    {{"a DICOM file without its preamble", export_again}, {AT(0, "\2\0"), AT(3, "\0UL")}},
    {{"a DICOM file without its preamble", export_again}, {AT(0, "\x08\0\x05\0"), AT(8, "ISO")}},
    {{"a DICOM file without its preamble", export_again},
     {AT(0, "\x08\0\x08\0"), AT(8, "ORIGINAL")}},
    {{"a DICOM file without its preamble", export_again},
     {AT(0, "\x08\0\x08\0"), AT(8, "DERIVED")}},
    {{"a DICOM file without its preamble", export_again},
     {AT(0, "\x08\0\x16\0"), AT(8, "1.2.840.")}},
    {{"a DICOM file without its preamble", export_again},
     {AT(0, "\x08\0\x10\0"), AT(8, "ACR-NEMA")}},
    {{"a DICOM file without its preamble", export_again}, {AT(0, "\x08\0"), AT(3, "\0UL")}},
    {{"a DICOM file without its preamble", export_again}, {AT(0, "\x08\0"), AT(3, "\0UI")}},
    {{"a DICOM file without its preamble", export_again}, {AT(0, "\x08\0"), AT(3, "\0CS")}},
    {{"a DICOM file without its preamble", export_again}, {AT(0, "\x08\0\0\0\x04\0\0\0")}},
    {{"a NIfTI volume", convert_slice}, {AT(344, "n+1")}},
    {{"a NIfTI volume", convert_slice}, {AT(344, "ni1")}},
    {{"a NIfTI volume", convert_slice}, {AT(4, "n+2\0\r\n\x1a\n")}},
    {{"an NRRD volume", convert_slice}, {AT(0, "NRRD000")}},
    {{"a MetaImage header", convert_slice}, {AT(0, "ObjectType =")}},
    {{"an HDF5 file", convert_slice}, {AT(0, "\x89HDF\r\n\x1a\n")}},
    {{"a MATLAB file", convert_slice}, {AT(0, "MATLAB 5.0")}},
    {{"a NumPy array", convert_slice}, {AT(0, "\x93NUMPY")}},
    {{"a PDF document", convert_slice}, {AT(0, "%PDF-")}},
    {{"a PostScript document", convert_slice}, {AT(0, "%!PS")}},
    {{"a zip archive", unpack}, {AT(0, "PK\x03\x04")}},
    {{"an empty zip archive", download}, {AT(0, "PK\x05\x06")}},
    {{"a 7z archive", unpack}, {AT(0, "7z\xbc\xaf\x27\x1c")}},
    {{"a RAR archive", unpack}, {AT(0, "Rar!\x1a\x07")}},
    {{"a tar archive", unpack}, {AT(257, "ustar")}},
    {{"gzip data", unpack}, {AT(0, "\x1f\x8b")}},
    {{"bzip2 data", unpack}, {AT(0, "BZh"), AT(4, "1AY&SY")}},
    {{"xz data", unpack}, {AT(0, "\xfd\x37zXZ\0")}},
    {{"zstd data", unpack}, {AT(0, "\x28\xb5\x2f\xfd")}},
    {{"a macOS resource fork", "remove it; the image has the same name without `._`"},
     {AT(0, "\0\x05\x16\x07")}},
    {{"a Windows thumbnail store or an Office document", "remove it"},
     {AT(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")}},
    {{"a Git LFS pointer instead of the image", "run `git lfs pull` in its repository"},
     {AT(0, "version https://git-lfs.github.com/")}},
    {{"a git-annex pointer instead of the image", "run `git annex get` in its repository"},
     {AT(0, "/annex/objects/")}},
    {{"a PNG that was altered, as by a transfer in text mode", "copy it again in binary mode"},
     {AT(0, "\x89PNG"), AT(5, "\x1a")}},
    {{"a PNG that was altered, as by a transfer in text mode", "copy it again in binary mode"},
     {AT(0, "\x89PNG\n")}},
};

/* Words with which documents begin, in small or large letters, after blanks. */
static const struct {
    hl_foreign what;
    const char *word;
} documents[] = {
    {{"a web page (HTML)", download}, "<!doctype html"},
    {{"a web page (HTML)", download}, "<html"},
    {{"a web page (HTML)", download}, "<head"},
    {{"a web page (HTML)", download}, "<body"},
    {{"an SVG drawing", convert}, "<svg"},
    {{"an XML document", download}, "<?xml"},
    {{"a JSON document", download}, "{\""},
};

static bool has(const uint8_t *bytes, size_t len, const piece *p)
{
    return p->at <= len && p->n <= len - p->at &&
           (p->n == 0 || memcmp(bytes + p->at, p->bytes, p->n) == 0);
}

static const hl_foreign *find_document(const uint8_t *bytes, size_t len)
{
    static const piece mark = AT(0, "\xef\xbb\xbf"); /* of UTF-8 */
    size_t at = has(bytes, len, &mark) ? mark.n : 0;
    while (at < len && strchr(" \t\r\n", bytes[at]) && bytes[at])
        at++;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        const size_t n = strlen(documents[i].word);
        if (n <= len - at && strncasecmp((const char *)bytes + at, documents[i].word, n) == 0)
            return &documents[i].what;
    }
    return NULL;
}

/* What an interrupted copy or a full disk leaves: a file of the right size without contents. */
static bool is_blank(const uint8_t *bytes, size_t len)
{
    return len >= 8 && bytes[0] == 0 && memcmp(bytes, bytes + 1, len - 1) == 0;
}

const hl_foreign *hl_foreign_find(const uint8_t *bytes, size_t len)
{
    static const hl_foreign blank = {"only zero bytes", "copy it again"};
    if (is_blank(bytes, len))
        return &blank;
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
        const signature *s = &signatures[i];
        if (has(bytes, len, &s->pieces[0]) && has(bytes, len, &s->pieces[1]))
            return &s->what;
    }
    return find_document(bytes, len);
}
