# SPDX-License-Identifier: BSD-2-Clause
"""Tensor files that are wrong as such: the frame and the header."""
import json
import struct

from hostile import MANIFEST, case, entry, floats, frame_of_runs, meta, raw_frame, safetensors, stating, tensors, zstd

CHECK = 'quickcheck "$file"'


def frames():
    text = MANIFEST.encode()
    plain = tensors(meta("features"), ("manifest", "U8", [len(text)], text),
                    ("features", "F32", [4, 4], floats(*(i / 7 for i in range(16)))))
    whole = zstd(plain)
    raw = raw_frame(plain)

    def frame(name, data, message, why):
        case(f"frame/{name}", data, CHECK, 1, message, why)

    def flip(at, mask=1):
        changed = bytearray(raw)
        changed[at] ^= mask
        return bytes(changed)

    frame("empty", b"", "expected a tensor file, found nothing", "a file of no bytes")
    frame("text", "a text\n", "expected a zstd frame", "not binary at all")
    frame("wrong-magic", b"\x28\xb5\x2f\xfc" + whole[4:], "expected a zstd frame",
          "a frame of another kind")
    frame("cut-in-magic", whole[:3], "expected a zstd frame", "truncated within the magic number")
    frame("cut-in-frame-header", whole[:6], "truncated or damaged zstd frame header", "truncated within the frame's header")
    for name, at in (("cut-in-header", 60), ("cut-in-data", len(raw) - 40), ("cut-in-checksum", len(raw) - 2),
                     ("cut-before-checksum", len(raw) - 4)):
        frame(name, raw[:at], "truncated: the zstd frame does not end", "truncated: " + name[4:].replace("-", " "))
    frame("flipped-header", flip(100), "damaged zstd data: Restored data doesn't match checksum", "a bit of the header differs")
    frame("flipped-data", flip(len(raw) - 30), "damaged zstd data: Restored data doesn't match checksum", "a bit of a feature differs")
    frame("flipped-checksum", flip(len(raw) - 1), "damaged zstd data: Restored data doesn't match checksum", "the checksum differs")
    frame("no-checksum", zstd(plain, "--no-check"), "expected a zstd frame with a checksum, found one without",
          "damage would not be noticed")
    frame("no-size", zstd(plain, "--no-content-size"), "expected a zstd frame that states its size, found one without",
          "its size is not known before it has been read")
    frame("two-frames", whole + whole, "bytes follow the last tensor", "a second frame after the first")
    frame("skippable-behind", whole + b"\x50\x2a\x4d\x18\x04\0\0\0abcd", "bytes follow the last tensor", "a hidden frame after the first")
    frame("skippable-before", b"\x50\x2a\x4d\x18\x04\0\0\0abcd" + whole, "expected a zstd frame",
          "a hidden frame before the first")
    frame("byte-behind", whole + b"\0", "bytes follow the last tensor", "one byte too many")
    frame("size-too-large", zstd(plain + b"\0" * 8), "bytes by its header, found", "8 bytes more than the tensors take")
    frame("size-too-small", zstd(plain[:-8]), "bytes by its header, found", "8 bytes fewer than the tensors take")
    frame("window-of-2-GiB", frame_of_runs(plain, 0, 0, window_log=31, size=len(plain)),
          "Frame requires too much memory for decoding", "asks the decoder for a window of 2 GiB")
    huge = safetensors({"x": entry("U8", [1 << 46], 0, 1 << 46)})
    frame("bomb", frame_of_runs(huge, 0, 2000, 20, len(huge) + (1 << 46)), "truncated: the zstd frame does not end",
          "8 KB that become 260 MB, and promise 64 TB")


def headers():
    def header(name, content, message, why, status=1):
        case(f"header/{name}", zstd(content), CHECK, status, message, why)

    def object_(name, members, message, why, data=b"\0" * 8, status=1):
        header(name, safetensors(members, data), message, why, status)

    x = lambda *a, **k: {"x": entry(*a, **k)}
    header("length-0", struct.pack("<Q", 0) + b"{}", "expected a header of 2 to 1048576 bytes, found 0", "a header of no bytes")
    header("length-huge", struct.pack("<Q", 1 << 63) + b"{}", "found 9223372036854775808", "a header of 2^63 bytes")
    header("length-1-MiB-and-1", struct.pack("<Q", (1 << 20) + 1) + b"{}" + b" " * ((1 << 20) - 1), "found 1048577",
           "a header above the limit, of blanks that take no room")
    header("ends-early", struct.pack("<Q", 100) + b"{}", "truncated: the header ends early", "shorter than it says")
    header("blank-first", safetensors(b" {}"), "its header does not start with '{'", "the reference forbids it, too")
    header("list", safetensors(b"[{}]"), "its header does not start with '{'", "JSON, but no object")
    header("no-json", safetensors(b'{"x":'), "its header is not valid JSON", "JSON that ends early")
    header("two-objects", safetensors(b"{} {}"), "its header is not valid JSON: end of file expected", "a second object after the first")
    header("not-utf-8", safetensors(b'{"\xff":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}', b"\0" * 8),
           "its header is not valid JSON: unable to decode byte 0xff", "a name that is not UTF-8")
    header("zero-in-name", safetensors(b'{"a\\u0000b":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}', b"\0" * 8),
           "NUL byte in object key not supported", "a name that a C program would see as another")
    header("nested", safetensors(b'{"x":' + b"[" * 200000 + b"]" * 200000 + b"}"), "maximum parsing depth reached",
           "would exhaust the stack of a parser that recurses")
    same = b'"x":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}'
    header("tensor-twice", safetensors(b"{" + same + b"," + same + b"}", b"\0" * 8), "duplicate object key",
           "readers would disagree about which one counts")
    header("meta-twice", safetensors(b'{"__metadata__":{"a":"1","a":"2"}}'), "duplicate object key", "the same within the metadata")
    header("field-twice", safetensors(b'{"x":{"dtype":"U8","dtype":"I64","shape":[8],"data_offsets":[0,8]}}', b"\0" * 8),
           "duplicate object key", "the same within a tensor")
    object_("meta-number", {"__metadata__": {"a": 1}}, "metadata 'a' is not a string", "metadata are strings", b"")
    object_("meta-list", {"__metadata__": ["a"]}, "__metadata__ is not an object", "metadata of another type", b"")
    object_("many-tensors", {f"t{i}": entry("U8", [0], 0, 0) for i in range(4097)}, "expected at most 4096 tensors, found 4097",
            "above the limit", b"")
    object_("no-object", {"x": 5}, "found none", "a tensor that is a number")
    object_("dtype-f64", x("F64", [1], 0, 8), "expected dtype U8, F16, BF16, F32 or I64, found F64", "a type that is not known")
    object_("dtype-number", x(7, [1], 0, 8), "found none", "a type that is not a string")
    object_("extra-field", x("U8", [8], 0, 8, device="cuda"), "expected dtype, shape and data_offsets, found 4 fields",
            "a field that some reader may obey")
    object_("rank-5", x("U8", [1, 1, 1, 1, 8], 0, 8), "expected a shape of at most 4 numbers, found 5", "above the limit")
    object_("side-negative", x("U8", [-8], 0, 8), "its shape is negative or too large", "a negative size")
    object_("side-overflow", x("U8", [1 << 32, 1 << 32, 1], 0, 0), "its shape is negative or too large",
            "a product that wraps to 0", b"")
    object_("side-2-to-63", x("U8", [(1 << 63) - 1, 2], 0, 0), "its shape is negative or too large", "another that wraps", b"")
    header("side-2-to-64", safetensors(b'{"x":{"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,8]}}', b"\0" * 8),
           "too big integer", "a number that no integer holds")
    object_("side-fraction", x("U8", [8.5], 0, 8), "its shape is not made of whole numbers", "half an element")
    object_("side-text", x("U8", ["8"], 0, 8), "its shape is not made of whole numbers", "a number in quotes")
    pair = lambda a, b: {"a": entry("U8", [4], *a), "b": entry("U8", [4], *b)}
    object_("overlap", pair((0, 4), (2, 6)), "tensor 'b': expected bytes 4 to 8, found data_offsets 2 to 6", "tensors that share bytes", b"\0" * 6)
    object_("same-place", pair((0, 4), (0, 4)), "tensor 'b': expected bytes 4 to 8, found data_offsets 0 to 4", "two tensors in one place", b"\0" * 4)
    object_("gap", pair((0, 4), (6, 10)), "tensor 'b': expected bytes 4 to 8, found data_offsets 6 to 10",
            "bytes that belong to no tensor could hide something", b"\0" * 10)
    object_("gap-at-start", x("U8", [4], 4, 8), "expected bytes 0 to 4, found data_offsets 4 to 8", "the same before the first")
    object_("reversed", x("U8", [8], 8, 0), "found data_offsets 8 to 0", "ends before it begins")
    object_("offset-negative", x("U8", [8], -8, 0), "found data_offsets -8 to 0", "before the start of the file")
    object_("offset-beyond", x("U8", [8], 0, 1 << 60), "found data_offsets 0 to 1152921504606846976", "beyond every file")
    object_("offsets-three", {"x": {"dtype": "U8", "shape": [8], "data_offsets": [0, 8, 8]}},
            "data_offsets are not two whole numbers", "one too many")
    object_("offsets-fraction", {"x": {"dtype": "U8", "shape": [8], "data_offsets": [0, 8.0]}},
            "data_offsets are not two whole numbers", "a real number")
    object_("length-of-another-shape", x("F32", [4], 0, 8), "expected bytes 0 to 16, found data_offsets 0 to 8",
            "fewer bytes than the shape takes")
    object_("escapes-in-names", {"__metadata__": {"a\x1b[2J": "\x1b]0;owned\x07\nsecond line"}, "x\n\x1b[31m": entry("U8", [8], 0, 8)},
            "x??[31m: U8 [8]", "names that would control a terminal are shown with question marks", status=0)
    object_("c1-in-names", {"__metadata__": {"a": "\x9b2J\x85second line"}, "x\x9b31m": entry("U8", [8], 0, 8)},
            "x?31m: U8 [8]", "the same by one character, which begins an escape sequence, too", status=0)
    object_("no-tensor", {"__metadata__": {"hilum.kind": "note"}}, "intact: yes", "contains nothing, but is sound", b"", status=0)
    object_("empty-tensor", x("F32", [0, 4], 0, 0), "x: F32 [0, 4]", "a tensor without elements is sound", b"", status=0)


def digests():
    """Files whose header states the digest of their data; those of the other cases are as 0.1.0 wrote them."""
    text = MANIFEST.encode()
    parts = (("manifest", "U8", [len(text)], text), ("features", "F32", [4, 4], floats(*(i / 7 for i in range(16)))))
    sound = stating(meta("features"), *parts)

    def digest(name, plain, message, why, status=1):
        case(f"digest/{name}", zstd(plain), CHECK, status, message, why)

    def text_of(name, stated, why):
        digest(name, stating(meta("features"), *parts, digest=stated),
               "hilum.data: expected 'sha256:' and 64 hexadecimal digits, found '", why)

    hexadecimal = "0123456789abcdef" * 4
    digest("right", sound, "intact: yes", "a sound file, from which the others differ", status=0)
    digest("missing", tensors(meta("features"), *parts), "of an old format: it does not cover the data", "as 0.1.0 wrote it", status=0)
    digest("wrong", stating(meta("features"), *parts, digest="sha256:" + hexadecimal), "is damaged: expected data with the digest",
           "the digest of other data")
    digest("data-changed", sound[:-1] + bytes([sound[-1] ^ 1]), "is damaged: expected data with the digest",
           "a bit of the last value differs, and the frame's checksum is right")
    digest("manifest-changed", sound.replace(b"3.png", b"4.png"), "is damaged: expected data with the digest", "another name in the manifest")
    digest("twice", sound.replace(b'"hilum.kind":"features"', b'"hilum.data":"sha256:' + hexadecimal.encode() + b'","hilum.kind":"features"'),
           "duplicate object key", "readers would disagree about which one counts")
    digest("cut-behind-data", sound[:-4], "bytes by its header, found", "ends before the last value")
    digest("more-behind-data", sound + b"\0" * 4, "bytes by its header, found", "continues after the last value")
    digest("number", stating(meta("features"), *parts, digest=5), "metadata 'hilum.data' is not a string", "no text")
    text_of("empty", "", "no digest")
    text_of("md5", "md5:827ccb0eea8a706c4c34a16891f84e7b", "another kind of digest")
    text_of("short", "sha256:" + hexadecimal[:-1], "a digit too few")
    text_of("long", "sha256:" + hexadecimal + "0", "a digit too many")
    text_of("capitals", "sha256:" + hexadecimal.upper(), "spelt otherwise")
    text_of("terminal", "sha256:\x9b31m\x1b[31m", "would control a terminal")
    wrong = zstd(stating(meta("features"), *parts, digest="sha256:" + hexadecimal))
    case("digest/train-head", wrong, 'train-head -q -e 1 -j 1 -o out "$file"', 1, "is damaged: expected data with the digest",
         "no head is trained on such features")


def all_cases():
    digests()
    frames()
    headers()
