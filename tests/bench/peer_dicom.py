# SPDX-License-Identifier: BSD-2-Clause
"""peer_dicom.py FOLDER: DICOM radiographs to 224 x 224 grey pixels of 8 bits by pydicom, numpy and Pillow.

peer_dicom.py FOLDER make N: writes N of them for both sides, 2,500 x 2,000 pixels of 12 bits with a window, not
compressed."""
import struct
import sys
from pathlib import Path

import numpy

from timing import Stopwatch


def element(tag, vr, value):
    value = struct.pack("<H", value) if isinstance(value, int) else value.encode()
    value += (b"\0" if vr == "UI" else b" ") * (len(value) % 2)
    return struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode() + struct.pack("<H", len(value)) + value


def make(folder, count):
    folder.mkdir()
    rng = numpy.random.default_rng(1)
    y, x = numpy.mgrid[0:2500, 0:2000]
    for i in range(count):
        smooth = 2000 + 1200 * numpy.sin(x / 300 + i) * numpy.cos(y / 400)
        pixels = (smooth + rng.normal(0, 40, smooth.shape)).clip(0, 4095).astype("<u2").tobytes()
        meta = element(0x00020010, "UI", "1.2.840.10008.1.2.1")
        head = b"\0" * 128 + b"DICM" + struct.pack("<HH2sHI", 2, 0, b"UL", 4, len(meta)) + meta
        for tag, vr, value in ((0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.1.1"), (0x00280002, "US", 1),
                               (0x00280004, "CS", "MONOCHROME2"), (0x00280010, "US", 2500), (0x00280011, "US", 2000),
                               (0x00280100, "US", 16), (0x00280101, "US", 12), (0x00280102, "US", 11),
                               (0x00280103, "US", 0), (0x00281050, "DS", "2048"), (0x00281051, "DS", "3000")):
            head += element(tag, vr, value)
        head += struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OW", 0, len(pixels))
        (folder / f"{i:03d}").write_bytes(head + pixels)


def load(path):
    data = pydicom.dcmread(path)
    grey = apply_voi_lut(apply_modality_lut(data.pixel_array, data), data) / (2**data.BitsStored - 1) * 255
    if data.PhotometricInterpretation == "MONOCHROME1":
        grey = 255 - grey
    return numpy.asarray(Image.fromarray(numpy.rint(grey).astype("uint8")).resize((224, 224), Image.BILINEAR))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    if len(sys.argv) > 2:
        make(folder, int(sys.argv[3]))
        sys.exit()
    import pydicom
    from PIL import Image
    from pydicom.pixels import apply_modality_lut, apply_voi_lut
    watch = Stopwatch()
    numpy.stack([load(path) for path in sorted(folder.iterdir())])
    watch.stop()
