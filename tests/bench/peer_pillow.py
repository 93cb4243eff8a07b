# SPDX-License-Identifier: BSD-2-Clause
"""peer_pillow.py FOLDER PROCESSES [MODE]: X-rays to 224 x 224 pixels by Pillow, in mode L (grey) or RGB, which is
what Keras' load_img makes of every image."""
import functools
import multiprocessing
import sys
import time
from pathlib import Path

import numpy
from PIL import Image


def load(mode, path):
    with Image.open(path) as image:
        return numpy.asarray(image.convert(mode).resize((224, 224), Image.BILINEAR))


if __name__ == "__main__":
    start = time.perf_counter()
    paths = sorted(Path(sys.argv[1]).glob("*/*"))
    processes = int(sys.argv[2])
    work = functools.partial(load, sys.argv[3] if len(sys.argv) > 3 else "L")
    if processes == 1:
        images = [work(path) for path in paths]
    else:
        with multiprocessing.Pool(processes) as pool:
            images = pool.map(work, paths, chunksize=4)
    numpy.stack(images)
    print("seconds", time.perf_counter() - start)
