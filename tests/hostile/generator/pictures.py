# SPDX-License-Identifier: BSD-2-Clause
"""Images. Those that tests/data/images/refused holds already are tried from there."""
import struct
import zlib

from hostile import DATA, case

IMAGES = DATA / "images"
DECODE = 'listing "$file" | preprocess -q --size 16 -o out'
SHOW = DECODE + " && quickcheck -v out"

# What tests/data/images/refused holds, and what is said of it.
REFUSED = {
    "empty": "the file is empty",
    "garbage": "expected a JPEG, PNG or DICOM image, found a file that starts with",
    "gif": "expected a JPEG, PNG or DICOM image, found a GIF image; convert it to PNG",
    "jpeg-huge": "too large: expected sides of at most 32768 pixels, found 65000 x 65000",
    "jpeg-large-for-its-bytes": "truncated: 16000 x 16000 pixels need at least 500000 bytes", "jpeg-many-pixels": "too large", "jpeg-many-scans": "expected at most 500 scans, found more",
    "jpeg-no-columns": "Empty JPEG image (DNL not supported)", "jpeg-no-rows": "Empty JPEG image (DNL not supported)",
    "jpeg-signature": "Premature end of JPEG file", "jpeg-taller-than-its-data": "damaged or unsupported JPEG",
    "one-byte": "expected a JPEG, PNG or DICOM image", "png-bad-depth": "Invalid IHDR data", "png-flipped-bit": "damaged or unsupported PNG",
    "png-huge": "too large: expected sides of at most 32768 pixels, found 100000 x 100000", "png-large-for-its-bytes": "truncated: 16000 x 16000 pixels need at least",
    "png-many-pixels": "too large: expected at most 268435456 pixels, found 32000 x 32768", "png-no-palette": "Missing PLTE before",
    "png-no-rows": "Invalid IHDR data", "png-signature": "truncated", "png-taller-than-its-data": "Not enough image data",
    "png-wider-than-libpng": "too large: expected sides of at most 32768 pixels",
}


def chunk(kind, data, crc=None):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data) if crc is None else crc)


def png(width, height, depth, colour, *between, rows=None, interlace=0, end=True, ihdr=None):
    if rows is None:
        channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
        rows = zlib.compress((b"\0" + bytes((i * 37) % 256 for i in range((width * depth * channels + 7) // 8))) * height, 9)
    head = ihdr or struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(between) + (chunk(b"IDAT", rows) if rows else b"") + \
        (chunk(b"IEND", b"") if end else b"")


def pngs():
    def refused(name, data, message, why):
        case(f"image/{name}", data, DECODE, 1, message, why)

    def right(name, data, message, why):
        case(f"image/{name}", data, SHOW, 0, message, why)

    refused("png-no-columns", png(0, 4, 8, 0, rows=zlib.compress(b"\0" * 4)), "Invalid IHDR data", "no pixel in it")
    refused("png-no-data", png(4, 4, 8, 0, rows=b""), "damaged or unsupported PNG", "a header and an end")
    refused("png-no-end", png(4, 4, 8, 0, end=False), "truncated", "truncated before the last chunk")
    refused("png-cut-in-chunk", png(4, 4, 8, 0)[:50], "truncated", "truncated within the pixels")
    refused("png-chunk-of-2-GiB", b"\x89PNG\r\n\x1a\n\x7f\xff\xff\xffIDAT", "damaged or unsupported PNG", "a chunk that would fill the memory")
    refused("png-no-header", b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", zlib.compress(b"\0" * 20)) + chunk(b"IEND", b""),
            "Missing IHDR", "pixels before the header")
    refused("png-header-twice", png(4, 4, 8, 0, chunk(b"IHDR", struct.pack(">IIBBBBB", 400, 400, 8, 0, 0, 0, 0))), "damaged or unsupported PNG",
            "a second header of another size")
    refused("png-critical-chunk", png(4, 4, 8, 0, chunk(b"EVIL", b"")), "EVIL", "a chunk that must be understood, and is not")
    right("png-wrong-crc", png(4, 4, 8, 0, chunk(b"tIME", b"\x07\xd0\1\1\0\0\0", crc=1)), "images: U8 [1, 16, 16, 1]", "damage outside the pixels")
    right("png-wrong-crc-unknown", png(4, 4, 8, 0, chunk(b"prVt", b"abc", crc=1)), "images: U8 [1, 16, 16, 1]", "damage in a chunk of no one's")
    refused("png-wrong-crc-clear", png(4, 4, 8, 0, chunk(b"tRNS", b"\0\x25", crc=1)), "CRC error", "damage on which pixels depend")
    refused("png-wrong-crc-upright", png(4, 4, 8, 0, chunk(b"eXIf", b"II*\0\x08\0\0\0", crc=1)), "CRC error", "damage on which the orientation may depend")
    refused("png-wrong-crc-name", png(4, 4, 8, 0, chunk(b"tRLS", b"\0\x25", crc=1)), "damaged or unsupported PNG", "a name that is one bit from tRNS")
    refused("png-grey-of-3-bits", png(8, 4, 3, 0), "Invalid IHDR data", "a depth that does not exist")
    refused("png-colour-of-4-bits", png(8, 4, 4, 2), "Invalid IHDR data", "a depth that this colour type does not have")
    refused("png-palette-of-16-bits", png(8, 4, 16, 3), "Invalid IHDR data", "65,536 colours of 256")
    refused("png-unknown-filter", png(4, 4, 8, 0, rows=zlib.compress((b"\x09" + b"\1" * 4) * 4)), "bad adaptive filter value",
            "a row that is coded in an unknown way")
    refused("png-unknown-interlace", png(4, 4, 8, 0, interlace=7), "Invalid IHDR data", "an order of rows that does not exist")
    refused("png-bad-zlib", png(4, 4, 8, 0, rows=b"\x78\x9c" + b"\xff" * 20), "damaged or unsupported PNG", "data that do not inflate")
    refused("png-zlib-dictionary", png(4, 4, 8, 0, rows=b"\x78\xbb" + b"\0" * 20), "damaged or unsupported PNG", "data that need a dictionary")
    refused("png-too-little-data", png(400, 400, 8, 0, rows=zlib.compress(b"\0" * 401 * 200)), "Not enough image data", "half of the rows")
    right("png-palette-too-large", png(4, 4, 1, 3, chunk(b"PLTE", b"\1\2\3" * 200)), "768 bytes, 1 to 3", "200 colours of 1 bit: those that fit count")
    refused("png-palette-of-no-triples", png(4, 4, 8, 3, chunk(b"PLTE", b"\1\2\3\4")), "damaged or unsupported PNG", "a colour and a third")
    right("png-index-beyond-palette", png(8, 4, 8, 3, chunk(b"PLTE", b"\1\2\3" * 4)), "768 bytes, 0 to 3", "colours that do not exist are black")
    refused("png-bomb", png(30000, 30000, 8, 6, rows=zlib.compress(b"\0" * 1000)), "too large: expected at most 268435456 pixels",
            "3.6 GB of pixels in 100 bytes")
    flat = zlib.compress(b"\0" * (1251 * 10000), 9)
    right("png-bomb-within-limits", png(10000, 10000, 1, 0, rows=flat), "images: U8 [1, 16, 16, 1], 256 bytes, 0 to 0", "100 MB of pixels in 12 KB, which is allowed")
    bomb = zlib.compress(b"\0" * (64 << 20), 9)
    right("png-bomb-in-profile", png(4, 4, 8, 0, chunk(b"iCCP", b"x\0\0" + bomb)), "images: U8 [1, 16, 16, 1]",
          "64 MB in a colour profile, which is not read")
    right("png-bomb-in-text", png(4, 4, 8, 0, chunk(b"zTXt", b"x\0\0" + bomb)), "images: U8 [1, 16, 16, 1]", "64 MB in a comment, which is not read")
    right("png-16-bit", png(2, 1, 16, 0, rows=zlib.compress(b"\0" + struct.pack(">HH", 0, 65535))), "images: U8 [1, 16, 16, 1], 256 bytes, 0 to 255",
          "16 bits become 8: the ends stay the ends")
    right("png-16-bit-low-byte", png(2, 1, 16, 0, rows=zlib.compress(b"\0" + struct.pack(">HH", 128, 127))), "images: U8 [1, 16, 16, 1], 256 bytes, 0 to 0",
          "less than half a step of 8 bits is none")
    right("png-16-bit-colour", png(2, 1, 16, 2, rows=zlib.compress(b"\0" + struct.pack(">6H", 0, 0, 65535, 0, 0, 65535))),
          "images: U8 [1, 16, 16, 3], 768 bytes, 0 to 255", "the same in three channels")
    deep = zlib.compress(b"\0" + b"".join(struct.pack(">H", i * 4095 // 255) for i in range(256)))

    def stated(*between):
        return png(256, 1, 16, 0, *between, rows=deep)

    right("png-12-of-16-bit", stated(chunk(b"sBIT", b"\x0c")), "images: U8 [1, 16, 16, 1], 256 bytes, 9 to 246", "12 bits that the file states fill the range")
    right("png-10-of-16-bit-wrong", stated(chunk(b"sBIT", b"\x0a")), "images: U8 [1, 16, 16, 1], 256 bytes, 1 to 15", "values above the bits that are stated: all 16 count")
    right("png-0-of-16-bit", stated(chunk(b"sBIT", b"\0")), "images: U8 [1, 16, 16, 1], 256 bytes, 1 to 15", "no bits at all make no sense")
    right("png-99-of-16-bit", stated(chunk(b"sBIT", b"c")), "images: U8 [1, 16, 16, 1], 256 bytes, 1 to 15", "nor do more than there are")
    right("png-stated-for-4-channels", stated(chunk(b"sBIT", b"\x0c\x0c\x0c\x0c")), "images: U8 [1, 16, 16, 1], 256 bytes, 1 to 15", "bits of channels that the image does not have")
    right("png-stated-for-none", stated(chunk(b"sBIT", b"")), "images: U8 [1, 16, 16, 1], 256 bytes, 1 to 15", "an empty statement")
    right("png-stated-twice", stated(chunk(b"sBIT", b"\x0c"), chunk(b"sBIT", b"\x0f")), "images: U8 [1, 16, 16, 1], 256 bytes, 9 to 246", "the first statement counts")
    right("png-clear", png(4, 4, 8, 4, rows=zlib.compress((b"\0" + b"\xff\0" * 4) * 4)), "images: U8 [1, 16, 16, 1], 256 bytes, 0 to 0",
          "white that is wholly transparent is black, not white")
    right("png-1-pixel", png(1, 1, 1, 0, rows=zlib.compress(b"\0\x80")), "images: U8 [1, 16, 16, 1], 256 bytes, 255 to 255", "the smallest image")
    right("png-line", png(32768, 1, 1, 0, rows=zlib.compress(b"\0" + b"\xff" * 4096)), "images: U8 [1, 16, 16, 1], 256 bytes, 255 to 255",
          "as wide as allowed, one pixel high")
    right("png-bytes-behind", png(4, 4, 8, 0) + b"<?php evil(); ?>", "images: U8 [1, 16, 16, 1]", "bytes after the end are ignored")
    right("png-named-jpeg.jpeg", png(4, 4, 8, 0), "images: U8 [1, 16, 16, 1]", "its name does not matter")


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jpegs():
    grey, cmyk, rgb = ((IMAGES / name).read_bytes() for name in ("grey.jpg", "cmyk.jpg", "rgb-444.jpg"))

    def refused(name, data, message, why):
        case(f"image/{name}", data, DECODE, 1, message, why)

    def right(name, data, message, why):
        case(f"image/{name}", data, SHOW, 0, message, why)

    def frame_of(data):
        at = data.index(b"\xff\xc0")
        return at, at + 2 + struct.unpack(">H", data[at + 2:at + 4])[0]

    def frame(data, marker=0xC0, precision=8, height=11, width=17, sampling=((1, 0x11, 0),)):
        begin, end = frame_of(data)
        parts = b"".join(bytes(c) for c in sampling)
        return data[:begin] + segment(marker, struct.pack(">BHHB", precision, height, width, len(sampling)) + parts) + data[end:]

    scan = grey.index(b"\xff\xda")
    tables = grey.index(b"\xff\xc4")
    refused("jpeg-65500", frame(grey, height=65500, width=65500), "too large: expected sides of at most 32768 pixels, found 65500 x 65500",
            "the largest that libjpeg would take: 4.3 GB of pixels")
    refused("jpeg-65500-line", frame(grey, height=1, width=65500), "too large: expected sides of at most 32768 pixels, found 65500 x 1", "one line of it")
    refused("jpeg-cut-in-scan", grey[:-60], "Premature end of JPEG file", "truncated within the pixels")
    refused("jpeg-cut-in-header", grey[:100], "Premature end of JPEG file", "truncated within the tables")
    refused("jpeg-no-scan", grey[:scan] + b"\xff\xd9", "damaged or unsupported JPEG", "no pixels")
    right("jpeg-no-tables", grey[:tables] + grey[scan:], "256 bytes, 30 to 224", "codes without their tables are those of the standard, as in films")
    refused("jpeg-no-frame", grey[:frame_of(grey)[0]] + grey[frame_of(grey)[1]:], "damaged or unsupported JPEG", "pixels without a size")
    refused("jpeg-frame-twice", grey[:scan] + grey[slice(*frame_of(grey))] + grey[scan:], "two SOF markers", "two sizes")
    refused("jpeg-12-bit", frame(grey, precision=12), "Unsupported JPEG data precision 12", "12 bits, which some scanners write")
    refused("jpeg-lossless", frame(grey, marker=0xC3), "Unsupported JPEG process: SOF type 0xc3", "as in some DICOM files")
    refused("jpeg-hierarchical", frame(grey, marker=0xC5), "Unsupported JPEG process: SOF type 0xc5", "a process that no one writes")
    refused("jpeg-arithmetic", frame(grey, marker=0xC9), "expected Huffman coding, found arithmetic coding",
            "a coding whose early end libjpeg does not notice")
    refused("jpeg-no-components", frame(grey, sampling=()), "damaged or unsupported JPEG", "no colour, not even grey")
    refused("jpeg-2-components", frame(grey, sampling=((1, 0x11, 0), (2, 0x11, 0))), "expected 1, 3 or 4 colour components, found 2", "neither grey nor colour")
    refused("jpeg-200-components", frame(grey, sampling=((1, 0x11, 0),) * 80), "Too many color components: 80", "above the limit of libjpeg")
    refused("jpeg-sampling-0", frame(grey, sampling=((1, 0x00, 0),)), "Bogus sampling factors", "a division by 0")
    refused("jpeg-sampling-15", frame(grey, sampling=((1, 0xFF, 0),)), "Bogus sampling factors", "blocks of 120 pixels")
    refused("jpeg-short-segment", grey[:20] + b"\xff\xdb\0\1" + grey[20:], "Bogus marker length", "a segment shorter than its length")
    refused("jpeg-table-overflow", grey[:tables] + segment(0xC4, b"\0" + b"\xff" * 16 + b"\0" * 200) + grey[scan:], "Bogus Huffman table definition",
            "4,080 codes of 256")
    refused("jpeg-table-number-9", grey[:tables] + segment(0xC4, b"\x09\1" + b"\0" * 16) + grey[scan:], "Bogus DHT index 9", "a table that does not exist")
    refused("jpeg-garbage-in-scan", grey[:scan + 12] + b"\xff\xff\xff\xfe\0\2" * 4 + b"\xff\xd9", "damaged or unsupported JPEG", "markers within the pixels")
    right("jpeg-cmyk-plain", cmyk.replace(cmyk[cmyk.index(b"\xff\xee"):cmyk.index(b"\xff\xee") + 16], b"", 1) if b"\xff\xee" in cmyk else cmyk,
          "images: U8 [1, 16, 16, 3]", "four inks without Adobe's marker")
    right("jpeg-cmyk", cmyk, "images: U8 [1, 16, 16, 3]", "four inks as Adobe stores them")
    right("jpeg-extra-bytes", grey[:-2] + b"\x12\x34" * 30 + grey[-2:], "images: U8 [1, 16, 16, 1]", "bytes after the pixels, before the end")
    refused("jpeg-extra-bytes-early", grey[:tables] + b"\x12\x34" * 30 + grey[tables:], "extraneous bytes before marker", "bytes between the tables: a segment may be missed")
    refused("jpeg-extra-bytes-cut", grey[:scan + 20] + grey[-2:], "premature end of data segment", "an end marker after half of the pixels")
    right("jpeg-thumbnail", rgb[:2] + segment(0xE1, b"Exif\0\0" + grey) + rgb[2:], "images: U8 [1, 16, 16, 3]", "another image within the metadata")
    loop = b"Exif\0\0II*\0\x08\0\0\0" + b"\1\0\x69\x87\4\0\1\0\0\0\x08\0\0\0" + b"\x08\0\0\0"
    right("jpeg-exif-loop", grey[:2] + segment(0xE1, loop) + grey[2:], "images: U8 [1, 16, 16, 1]", "directories that point at themselves")
    beyond = b"Exif\0\0II*\0\xff\xff\xff\xff" + b"\xff\xff" * 20
    right("jpeg-exif-beyond", grey[:2] + segment(0xE1, beyond) + grey[2:], "images: U8 [1, 16, 16, 1]", "directories after the end")
    right("jpeg-comment-of-64-KB", grey[:2] + segment(0xFE, b"\0" * 65533) * 2 + grey[2:], "images: U8 [1, 16, 16, 1]", "long comments")


def others():
    kinds = {
        "tiff": (b"II*\0", "found a TIFF image; convert it to PNG"), "tiff-big-endian": (b"MM\0*", "found a TIFF image"),
        "bmp": (b"BM\x1a\0\0\0", "found a BMP image"), "webp": (b"RIFF\x1a\0\0\0WEBPVP8 ", "found a WebP image"),
        "dicom-bare": (b"\x08\0\x05\0CS\x0a\0ISO_IR 100", "found a DICOM file without its preamble; export it again"), "jpeg-2000": (b"\0\0\0\x0cjP  \r\n\x87\n", "found a JPEG 2000 image"),
        "jpeg-xl": (b"\xff\x0a", "found a JPEG XL image"), "heic": (b"\0\0\0\x18ftypheic", "found a HEIC image"),
        "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "found an SVG drawing"),
        "html": (b"<!DOCTYPE html>", "found a web page (HTML); download the image again"),
        "html-after-blanks": (b"\xef\xbb\xbf\r\n  <HTML lang=en>", "found a web page (HTML)"), "pdf": (b"%PDF-1.7\n", "found a PDF document"),
        "zip": (b"PK\3\4", "found a zip archive; unpack it"), "gzip": (b"\x1f\x8b\x08", "found gzip data; unpack it"),
        "hdf5": (b"\x89HDF\r\n\x1a\n", "found an HDF5 file"), "nifti": (b"\x5c\1\0\0" + b"\0" * 340 + b"n+1", "found a NIfTI volume"),
        "lfs-pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:", "found a Git LFS pointer instead of the image; run `git lfs pull`"),
        "zeros": (b"", "found only zero bytes; copy it again"),
        "elf": (b"\x7fELF\2\1\1\0", "found a file that starts with 7f 45 4c 46"), "mng": (b"\x8aMNG\r\n\x1a\n", "found a file that starts with 8a 4d"),
        "png-text-mode": (b"\x89PNG\n\x1a\n\0\0\0\rIHDR", "found a PNG that was altered, as by a transfer in text mode"),
    }
    for name, (start, message) in kinds.items():
        case(f"image/{name}", start + b"\0" * 32, DECODE, 1, f"expected a JPEG, PNG or DICOM image, {message}", f"another kind: {name}")
    for name, message in REFUSED.items():
        case(f"../data/images/refused/{name}", None, DECODE, 1, message, "see tests/parity/make_image_references.py")


def all_cases():
    pngs()
    jpegs()
    others()
