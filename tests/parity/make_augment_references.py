# SPDX-License-Identifier: BSD-2-Clause
"""Variants of images for tests/unit/preprocess/test_augment.c, made with scipy.ndimage.

    pip install numpy scipy zstandard
    python make_augment_references.py

Writes tests/data/augment/variants.tsv and variants.bin: the draws of hl_variation_draw and the pixels
of hl_augment, as tools/preprocess/augment.h specifies them.
"""

import pathlib

import numpy as np
from scipy import ndimage

from hilum_reference import Stream

OUT = pathlib.Path(__file__).parent.parent / "data" / "augment"
CASES = [  # seed, path, variant, height, width, channels
    (1, "train/NORMAL/IM-0115-0001.jpeg", 1, 19, 19, 1),
    (1, "train/NORMAL/IM-0115-0001.jpeg", 2, 19, 19, 1),
    (2, "train/NORMAL/IM-0115-0001.jpeg", 1, 19, 19, 1),
    (1, "b.png", 1, 23, 40, 3),
    (1, "b.png", 100, 40, 23, 3),
    (18446744073709551615, "\N{BLACK STAR} c.png", 7, 1, 30, 1),
    (0, "d", 3, 30, 1, 1),
    (5, "e", 1, 1, 1, 3),
]


def source(height, width, channels):
    """As make_source in test_augment.c."""
    y, x, k = np.mgrid[:height, :width, :channels]
    return ((y * y * 3 + x * 11 + x * y + k * 70) % 256).astype(np.uint8)


def draw(seed, path, variant):
    u = Stream(seed, f"augment\0{path}\0{variant}").uniform(6)
    wide = 2 * u - 1
    return (
        bool(u[0] < 0.5),
        np.deg2rad(wide[1] * 7),
        wide[2] * 0.05,
        wide[3] * 0.05,
        wide[4] * 0.1,
        1 + wide[5] * 0.1,
    )


def augment(image, flip, angle, down, right, brightness, contrast):
    """The result's pixel p shows the source at mirror(turn back(p - centre - shift)) + centre."""
    size = np.array(image.shape[:2])
    centre = (size - 1) / 2
    shift = np.array([down, right]) * size
    clockwise = np.array(  # rows point down: (row, column) of a point that is turned
        [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
    )
    mirror = np.diag([1.0, -1.0 if flip else 1.0])
    back = mirror @ np.linalg.inv(clockwise)
    out = np.empty(image.shape)
    for k in range(image.shape[2]):
        plane = image[..., k].astype(np.float64)
        moved = ndimage.affine_transform(
            plane, back, centre - back @ (centre + shift), order=1, mode="nearest"
        )
        mean = plane.mean()
        out[..., k] = mean + contrast * (moved - mean) + brightness * 255
    return np.clip(np.floor(out + 0.5), 0, 255).astype(np.uint8)


def main():
    OUT.mkdir(exist_ok=True)
    offset = 0
    with open(OUT / "variants.tsv", "w") as table, open(OUT / "variants.bin", "wb") as pixels:
        table.write(
            "seed\tpath\tvariant\theight\twidth\tchannels"
            "\tflip\tangle\tdown\tright\tbrightness\tcontrast\toffset\n"
        )
        for seed, path, variant, *shape in CASES:
            drawn = draw(seed, path, variant)
            out = augment(source(*shape), *drawn)
            pixels.write(out.tobytes())
            fields = [seed, path, variant, *shape, int(drawn[0])]
            fields += [f"{v:.17g}" for v in drawn[1:]] + [offset]
            table.write("\t".join(str(f) for f in fields) + "\n")
            offset += out.size


main()
