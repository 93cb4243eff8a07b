# SPDX-License-Identifier: BSD-2-Clause
"""The images that the benchmarks share."""
import os
import random
from pathlib import Path

SHARED = Path(os.environ.get("HILUM_SHARED", Path(__file__).resolve().parents[3] / "shared")).resolve()
SIZES = {"vgg16": 224, "inceptionresnetv2": 299, "mobilenetv2": 224}


def xrays():
    """The data set's files; none where it is not there."""
    return sorted((SHARED / "data" / "chest_xray").glob("*/*/*.jp*g"))


def repeat(source, count, folder):
    """Links to count images: those of source, in an order of their own, over and over."""
    source = list(source)
    random.Random(1).shuffle(source)
    for number in range(count):
        image = source[number % len(source)]
        link = folder / image.parent.name / f"{number // len(source)}-{image.name}"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(image)
