# SPDX-License-Identifier: BSD-2-Clause
"""frames.py FOLDER: compressed frames of smooth pixels with noise, as radiographs have, by imagecodecs. Writes a file
for each, and prints codec, rows, columns, precision and the file's path, one frame a line."""
import sys
from pathlib import Path

import imagecodecs
import numpy

SIZES = (2500, 2000), (512, 512)


def pixels(rows, columns, bits):
    y, x = numpy.mgrid[0:rows, 0:columns]
    most = 2**bits - 1
    grey = most * (0.5 + 0.3 * numpy.sin(x / 300) * numpy.cos(y / 400))
    grey += numpy.random.default_rng(1).normal(0, most / 100, grey.shape)
    return grey.clip(0, most).astype("uint8" if bits == 8 else "uint16")


ENCODERS = {"jpeg": (8, lambda p: imagecodecs.jpeg8_encode(p, level=90)),
            "jpeg-lossless": (12, lambda p: imagecodecs.ljpeg_encode(p, bitspersample=12)),
            "jpeg-ls": (16, imagecodecs.jpegls_encode),
            "jpeg-2000": (12, lambda p: imagecodecs.jpeg2k_encode(p, level=0, codecformat="j2k", reversible=True,
                                                                  bitspersample=12))}

for rows, columns in SIZES:
    for codec, (bits, encode) in ENCODERS.items():
        path = Path(sys.argv[1]) / f"{codec}-{rows}"
        path.write_bytes(encode(pixels(rows, columns, bits)))
        print(codec, rows, columns, bits, path)
