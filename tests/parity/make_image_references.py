# SPDX-License-Identifier: BSD-2-Clause
"""Writes tests/data/images: small image files and the pixels that they hold.

Needs NumPy and Pillow 12 (made with 12.3.0; Pillow 13 resamples some shapes vertically first, which
gives other roundings). JPEG files are written and decoded by Pillow. PNG files are written here,
so that every colour type and depth occurs; their pixels follow from the values that went in, and
Pillow confirms them where it can. Run from the top of the checkout:

    python3 tests/parity/make_image_references.py
"""
import io
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps, __version__

OUT = pathlib.Path("tests/data/images")
RNG = np.random.default_rng(7)
H, W = 11, 17


class Store:
    """Arrays one after the other in NAME.bin, and a table of where they are."""

    def __init__(self, name, columns):
        self.name, self.data = name, bytearray()
        self.lines = ["\t".join(columns + ["offset"])]

    def add(self, fields, pixels):
        self.lines.append("\t".join(map(str, [*fields, len(self.data)])))
        self.data += np.ascontiguousarray(pixels, np.uint8).tobytes()

    def write(self):
        (OUT / f"{self.name}.bin").write_bytes(bytes(self.data))
        (OUT / f"{self.name}.tsv").write_text("\n".join(self.lines) + "\n")


def add_decoded(store, name, pixels, tolerance):
    """Pixels as the decoder must give them: grey if all channels agree."""
    if pixels.ndim == 3 and (pixels == pixels[:, :, :1]).all():
        pixels = pixels[:, :, 0]
    channels = 1 if pixels.ndim == 2 else 3
    store.add([name, *pixels.shape[:2], channels, tolerance], pixels)


# ---- JPEG ----------------------------------------------------------------------------------------

JPEG_TOLERANCE = 2  # inverse DCTs may differ by a level, and so may the conversion of colours


def smooth(h, w, channels):
    y, x = np.mgrid[0:h, 0:w]
    planes = [127 + 100 * np.sin(x / (3 + c) + c) * np.cos(y / (5 - c)) for c in range(channels)]
    return np.stack(planes, -1).round().astype(np.uint8).squeeze()


def exif(orientation, order):
    entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    other = struct.pack(order + "HHIHH", 0x0100, 3, 1, 9, 0)
    magic = b"II*\0" if order == "<" else b"MM\0*"
    return magic + struct.pack(order + "IH", 8, 2) + other + entry + bytes(4)


def jpegs(store):
    grey, rgb = Image.fromarray(smooth(19, 26, 1)), Image.fromarray(smooth(19, 26, 3))
    cmyk = Image.fromarray(smooth(19, 26, 4), "CMYK")
    cases = {
        "grey": (grey, {}),
        "grey-progressive": (grey, dict(progressive=True)),
        "grey-restarts": (grey, dict(restart_marker_rows=1)),
        "grey-in-colour": (grey.convert("RGB"), {}),
        "rgb-444": (rgb, dict(subsampling=0, quality=95)),
        "rgb-422": (rgb, dict(subsampling=1)),
        "rgb-420": (rgb, dict(subsampling=2)),
        "rgb-progressive": (rgb, dict(progressive=True)),
        "rgb-unconverted": (rgb, dict(keep_rgb=True)),
        "cmyk": (cmyk, dict(quality=90)),
        "tiny": (Image.fromarray(np.full((1, 1), 77, np.uint8)), {}),
    }
    for i in range(1, 9):
        cases[f"exif-{i}"] = (grey, dict(exif=b"Exif\0\0" + exif(i, "<>"[i % 2])))
    cases["exif-rgb-6"] = (rgb, dict(exif=b"Exif\0\0" + exif(6, "<")))
    cases["exif-9"] = (grey, dict(exif=b"Exif\0\0" + exif(9, "<")))
    files = {}
    for name, (image, options) in cases.items():
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", **options)
        files[name] = buffer.getvalue()
    # Pillow writes no YCCK: let the Adobe marker say that these components are.
    at = files["cmyk"].index(b"Adobe")
    files["ycck"] = files["cmyk"][: at + 11] + b"\2" + files["cmyk"][at + 12 :]
    for name, data in files.items():
        (OUT / f"{name}.jpg").write_bytes(data)
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
        pixels = np.array(image if image.mode == "L" else image.convert("RGB"))
        add_decoded(store, f"{name}.jpg", pixels, JPEG_TOLERANCE)
    return files


# ---- PNG -----------------------------------------------------------------------------------------

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2)]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pack_row(row, depth):
    if depth == 16:
        return row.astype(">u2").tobytes()
    if depth == 8:
        return row.astype(np.uint8).tobytes()
    bits = (row.reshape(-1, 1) >> np.arange(depth - 1, -1, -1)) & 1
    return np.packbits(bits.reshape(-1).astype(np.uint8)).tobytes()


def predict(kind, left, up, corner):
    if kind == 4:
        p = left + up - corner
        return min((left, up, corner), key=lambda v: abs(p - v))
    return (0, left, up, (left + up) // 2)[kind]


def filter_row(kind, row, previous, step):
    out = bytearray([kind])
    for i, v in enumerate(row):
        left = row[i - step] if i >= step else 0
        corner = previous[i - step] if i >= step else 0
        out.append((v - predict(kind, left, previous[i], corner)) & 255)
    return bytes(out)


def filter_image(values, depth):
    """values [h, w, channels]; the filters take turns."""
    step = max(1, values.shape[2] * depth // 8)
    previous, out = None, b""
    for y in range(values.shape[0]):
        row = pack_row(values[y].reshape(-1), depth)
        out += filter_row(y % 5, row, previous or bytes(len(row)), step)
        previous = row
    return out


def png(values, colour, depth, interlaced=False, before=b"", after=b""):
    h, w = values.shape[:2]
    if interlaced:
        parts = [values[y0::dy, x0::dx] for x0, y0, dx, dy in ADAM7]
        data = b"".join(filter_image(p, depth) for p in parts if p.size)
    else:
        data = filter_image(values, depth)
    packed = zlib.compress(data, 9)
    half = len(packed) // 2  # two IDAT chunks
    return (b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, depth, colour, 0, 0, interlaced))
            + before + chunk(b"IDAT", packed[:half]) + chunk(b"IDAT", packed[half:]) + after
            + chunk(b"IEND", b""))


def to_8_bits(values, depth):
    top = (1 << depth) - 1
    return (values.astype(np.int64) * 255 + top // 2) // top


def on_black(colours, alpha):
    return (colours * alpha + 127) // 255


def png_pixels(values, colour, depth, palette, clear):
    if colour == 3:
        rgb, alpha = palette[values[:, :, 0], :3].astype(np.int64), palette[values[:, :, 0], 3:]
        return on_black(rgb, alpha.astype(np.int64))
    v = to_8_bits(values, depth)
    if colour in (4, 6):
        return on_black(v[:, :, :-1], v[:, :, -1:])
    if clear is not None:
        return v * ~(values == clear).all(-1, keepdims=True)
    return v


def confirm(data, pixels, name):
    """Pillow's opinion, where it keeps 8 bits and knows no transparency."""
    image = Image.open(io.BytesIO(data))
    if "transparency" in image.info or image.mode not in ("1", "L", "RGB", "P") or "16" in name:
        return
    want = np.array(image.convert("RGB"))
    assert (want == np.broadcast_to(pixels, want.shape)).all(), name


def add_png(store, name, colour, depth, interlaced=False, transparent=False, before=b"", after=b""):
    values = RNG.integers(0, 1 << depth, (H, W, CHANNELS[colour]))
    palette, clear = None, None
    if colour == 3:
        palette = RNG.integers(0, 256, (1 << depth, 4))
        before += chunk(b"PLTE", palette[:, :3].astype(np.uint8).tobytes())
        if transparent:
            before += chunk(b"tRNS", palette[:, 3].astype(np.uint8).tobytes())
        else:
            palette[:, 3] = 255
    elif transparent:
        clear = values[3, 5].copy()
        values[2:6, 4:9] = clear
        before += chunk(b"tRNS", clear.astype(">u2").tobytes())
    data = png(values, colour, depth, interlaced, before, after)
    pixels = png_pixels(values, colour, depth, palette, clear)
    confirm(data, pixels, name)
    (OUT / f"{name}.png").write_bytes(data)
    return pixels.squeeze(-1) if pixels.shape[2] == 1 else pixels


def pngs(store):
    kinds = [("grey", 0, (1, 2, 4, 8, 16)), ("rgb", 2, (8, 16)), ("palette", 3, (1, 2, 4, 8)),
             ("grey-alpha", 4, (8, 16)), ("rgba", 6, (8, 16))]
    for kind, colour, depths in kinds:
        for depth in depths:
            for interlaced in (False, True):
                name = f"{kind}-{depth}" + ("-interlaced" if interlaced else "")
                add_decoded(store, f"{name}.png", add_png(store, name, colour, depth, interlaced),
                            0)
            if colour < 4:
                name = f"{kind}-{depth}-clear"
                pixels = add_png(store, name, colour, depth, transparent=True)
                add_decoded(store, f"{name}.png", pixels, 0)
    pixels = add_png(store, "exif-before", 0, 8, before=chunk(b"eXIf", exif(6, ">")))
    add_decoded(store, "exif-before.png", np.rot90(pixels, -1), 0)
    pixels = add_png(store, "exif-after", 2, 8, after=chunk(b"eXIf", exif(3, "<")))
    add_decoded(store, "exif-after.png", np.rot90(pixels, 2), 0)
    ignored = chunk(b"gAMA", struct.pack(">I", 45455)) + chunk(b"tEXt", b"a\0b")
    add_decoded(store, "gamma.png", add_png(store, "gamma", 0, 8, before=ignored), 0)
    # Every 16-bit value once; the test knows what it must become.
    ramp = np.arange(65536).reshape(256, 256, 1)
    (OUT / "ramp-16.png").write_bytes(png(ramp, 0, 16))


# ---- files that must be refused ------------------------------------------------------------------

def one_block_scans(n):
    """A progressive JPEG of one block whose only scan is repeated."""
    def segment(marker, body):
        return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body
    start = (b"\xff\xd8" + segment(0xDB, b"\0" + b"\1" * 64)
             + segment(0xC2, struct.pack(">BHHB", 8, 8, 8, 1) + b"\1\x11\0")
             + segment(0xC4, b"\0" + bytes([1]) + bytes(15) + b"\0"))
    return start + (segment(0xDA, b"\1\1\0\0\0\0") + b"\x7f") * n + b"\xff\xd9"


def hostile(files):
    out = OUT / "refused"
    out.mkdir(exist_ok=True)

    def sized(data, h, w):
        at = next(i for i in range(len(data)) if data[i : i + 2] in (b"\xff\xc0", b"\xff\xc2"))
        return data[: at + 5] + struct.pack(">HH", h, w) + data[at + 9 :]

    def header(h, w, depth=8, colour=0):
        return (b"\x89PNG\r\n\x1a\n"
                + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, depth, colour, 0, 0, 0))
                + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))

    grey = RNG.integers(0, 256, (H, W, 1))
    good = png(grey, 0, 8)
    at = good.index(b"IDAT") + 6
    for name, data in {
        "empty": b"",
        "one-byte": b"\xff",
        "gif": b"GIF89a" + bytes(20),
        "garbage": RNG.bytes(500),
        "jpeg-signature": b"\xff\xd8\xff",
        "png-signature": b"\x89PNG\r\n\x1a\n",
        "jpeg-no-rows": sized(files["grey"], 0, 26),
        "jpeg-no-columns": sized(files["grey"], 19, 0),
        "jpeg-huge": sized(files["grey"], 65000, 65000),
        "jpeg-many-pixels": sized(files["grey"], 32768, 32000),
        "jpeg-large-for-its-bytes": sized(files["grey-progressive"], 16000, 16000),
        "jpeg-taller-than-its-data": sized(files["grey"], 64, 26),
        "jpeg-many-scans": one_block_scans(600),
        "png-no-rows": header(0, 5),
        "png-huge": header(100000, 100000),
        "png-wider-than-libpng": header(5, 0x7FFFFFFF, 16, 6),
        "png-many-pixels": header(32768, 32000),
        "png-large-for-its-bytes": header(16000, 16000),
        "png-taller-than-its-data": header(40, 40),
        "png-bad-depth": header(5, 5, 3),
        "png-flipped-bit": good[:at] + bytes([good[at] ^ 4]) + good[at + 1 :],
        "png-no-palette": png(grey, 3, 8),
    }.items():
        (out / name).write_bytes(data)
    (OUT / "scans-400.jpg").write_bytes(one_block_scans(400))


# ---- resampling ----------------------------------------------------------------------------------

FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC,
           "area": Image.BOX, "lanczos": Image.LANCZOS}


def fit_to(image, fit, size, method):
    if fit == "stretch":
        return image.resize(size, method)
    if fit == "pad":
        return ImageOps.pad(image, size, method, color=0 if image.mode == "L" else (0, 0, 0))
    return ImageOps.fit(image, size, method)


def resampled():
    y, x = np.mgrid[0:200, 0:301]
    sources = {"grey": RNG.integers(0, 256, (21, 19), np.uint8),
               "rgb": RNG.integers(0, 256, (13, 18, 3), np.uint8),
               "wide": ((x * 7 + y * 13 + x * y) % 256).astype(np.uint8)}
    inputs = Store("resize-sources", ["name", "height", "width", "channels"])
    for name, pixels in sources.items():
        if name != "wide":  # the test computes that one
            inputs.add([name, *pixels.shape[:2], 1 if pixels.ndim == 2 else 3], pixels)
    inputs.write()
    store = Store("resize", ["source", "filter", "fit", "height", "width"])
    sizes = {"grey": [(16, 16), (5, 11), (30, 34), (12, 40), (21, 19), (1, 1)],
             "rgb": [(8, 8), (5, 11), (20, 27), (30, 7)],
             "wide": [(9, 8), (3, 33), (64, 5)]}
    for source, pixels in sources.items():
        for filter_name, method in FILTERS.items():
            for fit in ("stretch", "pad", "crop"):
                for h, w in sizes[source]:
                    image = fit_to(Image.fromarray(pixels), fit, (w, h), method)
                    assert image.size == (w, h)
                    store.add([source, filter_name, fit, h, w], np.array(image))
    store.write()


def main():
    assert int(__version__.split(".")[0]) <= 12, "expected Pillow 12 or older"
    OUT.mkdir(parents=True, exist_ok=True)
    store = Store("decoded", ["file", "height", "width", "channels", "tolerance"])
    files = jpegs(store)
    pngs(store)
    store.write()
    hostile(files)
    resampled()


if __name__ == "__main__":
    main()
