# SPDX-License-Identifier: BSD-2-Clause
"""peer_pillow.py FOLDER PROCESSES: X-rays to 224 x 224 grey values by Pillow."""
import multiprocessing
import sys
import time
from pathlib import Path

import numpy
from PIL import Image


def load(path):
    with Image.open(path) as image:
        return numpy.asarray(image.convert("L").resize((224, 224), Image.BILINEAR))


if __name__ == "__main__":
    start = time.perf_counter()
    paths = sorted(Path(sys.argv[1]).glob("*/*"))
    processes = int(sys.argv[2])
    if processes == 1:
        images = [load(path) for path in paths]
    else:
        with multiprocessing.Pool(processes) as pool:
            images = pool.map(load, paths, chunksize=4)
    numpy.stack(images)
    print("seconds", time.perf_counter() - start)
