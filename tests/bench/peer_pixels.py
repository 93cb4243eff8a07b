# SPDX-License-Identifier: BSD-2-Clause
"""peer_pixels.py FOLDER PROCESSES L|RGB|opencv: X-rays to 224 x 224 pixels, by Pillow in mode L (grey) or RGB, which is
what Keras' load_img makes of every image, or by OpenCV in grey, whose INTER_LINEAR leaves out most of the pixels."""
import functools
import multiprocessing
import sys
from pathlib import Path

import numpy

from timing import Stopwatch

SIZE = 224, 224


def load_pillow(mode, path):
    from PIL import Image
    with Image.open(path) as image:
        return numpy.asarray(image.convert(mode).resize(SIZE, Image.BILINEAR))


def load_opencv(path):
    import cv2
    cv2.setNumThreads(1)
    return cv2.resize(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), SIZE, interpolation=cv2.INTER_LINEAR)


if __name__ == "__main__":
    folder, processes, how = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    if how == "opencv":
        import cv2  # for the processes that are forked, too
    else:
        from PIL import Image
    work = load_opencv if how == "opencv" else functools.partial(load_pillow, how)
    watch = Stopwatch()
    paths = sorted(Path(folder).glob("*/*"))
    if processes == 1:
        images = [work(path) for path in paths]
    else:
        with multiprocessing.get_context("fork").Pool(processes) as pool:
            images = pool.map(work, paths, chunksize=4)
            pool.close()
            pool.join()
    numpy.stack(images)
    watch.stop()
