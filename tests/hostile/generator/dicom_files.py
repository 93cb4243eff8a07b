# SPDX-License-Identifier: BSD-2-Clause
"""DICOM files whose lengths, nesting, sizes and codestreams are not what they say."""
import struct
import zlib

from hostile import case
from pictures import DECODE

EXPLICIT, IMPLICIT, BIG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
DEFLATED, RLE, JPEG, LOSSLESS = EXPLICIT + ".99", IMPLICIT + ".5", IMPLICIT + ".4.50", IMPLICIT + ".4.70"
JPEG_LS, JPEG_2000 = IMPLICIT + ".4.80", IMPLICIT + ".4.90"
UNDEFINED = 0xFFFFFFFF
LONG = "OB OD OF OL OV OW SQ SV UC UN UR UT UV".split()


def element(tag, vr, value, length=None):
    """Explicit VR, little endian; a number is a US."""
    if isinstance(value, int):
        value = struct.pack("<H", value)
    value = value.encode() if isinstance(value, str) else value
    if len(value) % 2:
        value += b"\0" if vr == "UI" else b" "
    length = len(value) if length is None else length
    start = struct.pack("<HH", tag >> 16, tag & 0xFFFF)
    if vr is None:
        return start + struct.pack("<I", length) + value
    return start + vr.encode() + (struct.pack("<HI", 0, length) if vr in LONG else struct.pack("<H", length)) + value


def item(value=b"", length=None, tag=0xFFFEE000):
    return element(tag, None, value, length)


END_OF_ITEM, END_OF_SEQUENCE = item(tag=0xFFFEE00D), item(tag=0xFFFEE0DD)


def begin(syntax):
    return b"\0" * 128 + b"DICM" + element(0x00020010, "UI", syntax)


def image(rows=4, columns=4, allocated=16, stored=12, samples=1, photometric="MONOCHROME2", more=None):
    """The elements before the pixels; more: others, by tag."""
    e = {0x00280002: ("US", samples), 0x00280004: ("CS", photometric), 0x00280010: ("US", rows),
         0x00280011: ("US", columns), 0x00280100: ("US", allocated), 0x00280101: ("US", stored),
         0x00280102: ("US", max(stored - 1, 0)), 0x00280103: ("US", 0)}
    e.update(more or {})
    return b"".join(element(tag, *e[tag]) for tag in sorted(e))


def pixels(data, vr="OW", length=None):
    return element(0x7FE00010, vr, data, length)


def fragments(*parts, ended=True):
    body = item() + b"".join(item(p) for p in parts) + (END_OF_SEQUENCE if ended else b"")
    return pixels(body, "OB", UNDEFINED)


PX = struct.pack("<16H", *range(0, 1600, 100))


def refused(name, data, message, why):
    case(f"dicom/{name}", data, DECODE, 1, message, why)


def right(name, data, why):
    case(f"dicom/{name}", data, f"{DECODE} && quickcheck out", 0, "images: U8 [1, 16, 16, 1]", why)


def structure():
    head = begin(EXPLICIT)
    right("right", head + image() + pixels(PX), "a sound file, from which the others differ")
    right("zeros-behind", head + image() + pixels(PX) + b"\0" * 512, "an archive has filled its last block")
    refused("no-syntax", b"\0" * 128 + b"DICM" + b"\0" * 32, "states no transfer syntax", "DICM and nothing else")
    refused("only-preamble", b"\0" * 128 + b"DICM", "states no transfer syntax", "nothing after DICM")
    refused("long-syntax", begin("1." * 200), "states no transfer syntax", "a UID of 400 bytes")
    refused("cut-in-header", head + image()[:53], "truncated: ", "ends within an element")
    refused("cut-in-pixels", head + image() + pixels(PX)[:-2], "truncated: (7FE0,0010) has 32 bytes, 30 are left", "the last pixel is missing")
    refused("length-4-GB", head + element(0x00091001, "OB", b"", 0xFFFFFFFE), "truncated: (0009,1001) has 4294967294 bytes", "a length of 4 GB")
    refused("pixels-4-GB", head + image() + pixels(PX, "OW", 0xFFFFFFFE), "truncated: (7FE0,0010) has 4294967294 bytes", "pixels of 4 GB")
    refused("type-of-no-letters", head + b"\x08\0\x16\0\1\2\3\4", "has no type", "two bytes that are no VR")
    refused("text-beyond-its-item", head + element(0x00081140, "SQ", item(element(0x00081150, "UI", "1.2", 200), 12)) + image() + element(0x00283010, "SQ", item(element(0x00283002, "US", b"", 200), 8)) + pixels(PX),
            "truncated: (0028,3002) has 200 bytes", "an element is longer than the item it is in")
    nest = element(0x00081140, "SQ", b"", UNDEFINED) + item(length=UNDEFINED)
    refused("nested-100000", head + nest * 100000, "sequences are nested more than 32 deep", "sequences in sequences")
    refused("nested-unknown", head + element(0x00091010, "UN", b"", UNDEFINED) + (item(length=UNDEFINED) + element(0x00091010, None, b"", UNDEFINED)) * 40, "nested more than 32 deep", "the same of an unknown type")
    refused("sequence-without-end", head + nest + element(0x00081150, "UI", "1.2"), "truncated: a DICOM element at byte", "no delimiter")
    refused("delimiters-crossed", head + nest + END_OF_SEQUENCE + END_OF_ITEM, "damaged: found (FFFE,E0DD) within an item", "the delimiters in the wrong order")
    refused("sequence-of-text", head + element(0x00081140, "SQ", element(0x00081150, "UI", "1.2"), UNDEFINED), "damaged: expected an item", "a sequence that holds no item")


def sizes():
    head = begin(EXPLICIT)
    refused("icon-only", head + element(0x00880200, "SQ", item(image() + pixels(PX))), "has no pixels (7FE0,0010)", "the pixels are those of an icon")
    refused("no-pixels", head + image(), "has no pixels (7FE0,0010)", "a report, or a header alone")
    refused("side-65535", head + image(65535, 65535) + pixels(PX), "too large: expected sides of at most 32768 pixels", "more pixels than memory")
    refused("pixels-2-to-30", head + image(32768, 32768) + pixels(PX), "too large: expected at most 268435456 pixels", "sides that are allowed, and their product")
    refused("rows-0", head + image(0, 4) + pixels(PX), "empty image", "no rows")
    refused("frames-65535", head + image(more={0x00280008: ("IS", "65535")}) + pixels(PX), "expected a number of frames of 1, found 65535", "a film")
    refused("frames-words", head + image(more={0x00280008: ("IS", "many")}) + pixels(PX), "expected a number of frames of 1, found an unknown one", "no number")
    refused("bits-32", head + image(allocated=32, stored=32) + pixels(PX), "expected 8 or 16 bits allocated, found 32", "a dose")
    refused("bits-stored-0", head + image(stored=0) + pixels(PX), "expected 1 to 16 bits stored, found 0", "no bits")
    refused("bits-stored-17", head + image(stored=17) + pixels(PX), "expected 1 to 16 bits stored, found 17", "more bits than memory")
    refused("high-bit-40", head + image(more={0x00280102: ("US", 40)}) + pixels(PX), "expected a high bit from 11 to 15, found 40", "a shift by more than a word")
    refused("samples-4", head + image(samples=4) + pixels(PX), "expected 1 samples per pixel", "four samples")
    refused("rgb-of-1-sample", head + image(photometric="RGB") + pixels(PX), "expected 3 samples per pixel", "colour without colours")
    refused("photometric", head + image(photometric="HSV") + pixels(PX), "RGB or YBR, found HSV", "retired")


def tables():
    head = begin(EXPLICIT)

    def table(descriptor, data, tag=0x00283010):
        inner = element(0x00283002, "US", struct.pack("<3H", *descriptor)) + element(0x00283006, "OW", data)
        return {tag: ("SQ", item(inner))}

    refused("voi-lut-65536", head + image(more=table((0, 0, 16), b"\1\0")) + pixels(PX), "a lookup table of 65536 entries has 2 bytes", "a table that is not there")
    refused("voi-lut-bits-99", head + image(more=table((2, 0, 99), b"\1\0\2\0")) + pixels(PX), "expected a lookup table of at most 16 bits, found 99", "a shift by 99")
    refused("modality-lut-empty", head + image(more=table((2, 0, 16), b"", 0x00283000)) + pixels(PX), "a lookup table of 2 entries has 0 bytes", "no entries")
    refused("palette-missing", head + image(photometric="PALETTE COLOR") + pixels(PX), "a lookup table whose descriptor has no three numbers", "no palette")
    refused("rescale-0", head + image(more={0x00281052: ("DS", "0"), 0x00281053: ("DS", "0")}) + pixels(PX), "the rescale (0028,1052) or (0028,1053) is no number", "everything becomes one value")
    right("window-1e308", head + image(more={0x00281050: ("DS", "1e308"), 0x00281051: ("DS", "1e308")}) + pixels(PX), "an overflow")
    right("all-padding", head + image(more={0x00280120: ("US", 0), 0x00280121: ("US", 4095)}) + pixels(PX), "no pixel is left")


def codestreams():
    def deflated(data):
        c = zlib.compressobj(9, zlib.DEFLATED, -15)
        return begin(DEFLATED) + c.compress(data) + c.flush()

    refused("deflate-bomb", deflated(element(0x00091001, "OB", b"\0" * (96 << 20)) + image() + pixels(PX)), "has no pixels within its first 64 MB", "100 KB that inflate to 96 MB")
    right("deflate-pixels-bomb", deflated(image() + pixels(b"\1" * (64 << 20))), "pixels of 64 MB, of which the first count")
    refused("deflate-cut", deflated(image() + pixels(PX))[:-20], "the deflated data set is not complete", "the stream ends early")
    refused("deflate-garbage", begin(DEFLATED) + b"\xff" * 100, "cannot be inflated", "no deflate stream")
    frame = struct.pack("<16I", 2, 64, 66, *[0] * 13) + b"\xf1\1" + b"\xf1\2"
    right("rle", begin(RLE) + image() + fragments(frame), "two runs of 16 bytes")
    refused("rle-short", begin(RLE) + image(4, 5) + fragments(frame), "truncated or damaged: RLE of 4 x 5 pixels", "runs of 16 bytes for 20 pixels")
    refused("rle-offset", begin(RLE) + image() + fragments(frame[:8] + b"\xff\xff\xff\x7f" + frame[12:]), "truncated or damaged: RLE", "a segment beyond the end")
    refused("rle-large", begin(RLE) + image(30000, 8000) + fragments(frame), "need more than 68 bytes of RLE", "480 MB out of 68 bytes")
    refused("fragments-none", begin(RLE) + image() + fragments(), "has no pixels: no fragment", "only a table of offsets")
    refused("fragments-cut", begin(RLE) + image() + fragments(frame, ended=False), "truncated: ", "no delimiter after the fragments")
    refused("fragment-4-GB", begin(RLE) + image() + pixels(item() + item(frame, 0xFFFFFFF0), "OB", UNDEFINED), "truncated: ", "a fragment of 4 GB")
    refused("native-in-jpeg", begin(JPEG) + image() + pixels(PX), "compressed pixels are not in fragments", "pixels that are not compressed, called JPEG")
    sof = lambda kind, bits, rows, columns, n=1: (b"\xff" + bytes([kind]) + struct.pack(">HBHHB", 8 + 3 * n, bits, rows, columns, n) + bytes([1, 0x11, 0]) * n)  # noqa: E731
    scan = b"\xff\xda" + struct.pack(">HB", 8, 1) + bytes([1, 0, 1, 0, 0])
    garbage = b"\x12\x34" * 40 + b"\xff\xd9"
    refused("jpeg-no-header", begin(JPEG) + image() + fragments(b"\xff\xd8" + garbage), "the header of the codestream cannot be read", "no frame header")
    refused("jpeg-other-size", begin(LOSSLESS) + image() + fragments(b"\xff\xd8" + sof(0xC3, 12, 4000, 4) + scan + garbage), "the header says 4 x 4 pixels, the codestream 4000 x 4", "more rows than the header says")
    refused("jpeg-no-tables", begin(LOSSLESS) + image() + fragments(b"\xff\xd8" + sof(0xC3, 12, 4, 4) + scan + garbage), "cannot be decoded", "no Huffman table")
    refused("jpeg-17-bits", begin(LOSSLESS) + image() + fragments(b"\xff\xd8" + sof(0xC3, 17, 4, 4) + scan + garbage), "expected a codestream of at most 16 bits, found 17", "17 bits")
    refused("jpeg-ls-garbage", begin(JPEG_LS) + image() + fragments(b"\xff\xd8" + sof(0xF7, 12, 4, 4) + b"\xff\xda" + struct.pack(">HB", 8, 1) + bytes([1, 0, 0, 0, 0]) + b"\xff\xd9"), "cannot be decoded", "a scan without data")
    table = b"\xff\xc4\0\x14\0\1" + b"\0" * 16  # one code, for no difference from the prediction
    right("jpeg-lossless", begin(LOSSLESS) + image() + fragments(b"\xff\xd8" + table + sof(0xC3, 12, 4, 4) + scan + b"\0\0\xff\xd9"), "all pixels as they are predicted")
    siz = lambda w, h: b"\xff\x4f\xff\x51" + struct.pack(">HH8IH", 41, 0, w, h, 0, 0, w, h, 0, 0, 1) + bytes([11, 1, 1])  # noqa: E731
    refused("jpeg2000-cut", begin(JPEG_2000) + image() + fragments(siz(4, 4)), "cannot be decoded", "ends after its size")
    refused("jpeg2000-other-size", begin(JPEG_2000) + image() + fragments(siz(0xFFFFFFF0, 4) + garbage), "the codestream 4 x 4294967280", "4 billion columns")
    refused("jpeg2000-box", begin(JPEG_2000) + image() + fragments(b"\0\0\0\x0cjP  \r\n\x87\n" + garbage), "the header of the codestream cannot be read", "a JP2 file instead of a codestream")
    refused("video", begin(IMPLICIT + ".4.102") + image() + fragments(garbage), "(MPEG-4 video) is not supported", "a video")
    refused("private-syntax", begin("1.2.3.4") + image() + fragments(garbage), "the transfer syntax 1.2.3.4 (unknown) is not supported", "a syntax of a maker")
    refused("dicomdir", b"\0" * 128 + b"DICM" + element(0x00020002, "UI", "1.2.840.10008.1.3.10") + element(0x00020010, "UI", EXPLICIT), "is a DICOMDIR, an index of other files", "an index of media")


def all_cases():
    structure()
    sizes()
    tables()
    codestreams()
