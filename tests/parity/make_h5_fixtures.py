# SPDX-License-Identifier: BSD-2-Clause
"""HDF5 weight files as Keras itself writes them, with values that compress well.

    python make_h5_fixtures.py [MODEL ...]

Under Keras 2 this writes data/MODEL.keras2.h5.zst, under Keras 3 data/MODEL.keras3.weights.h5.zst.
Keras 2 also writes data/vgg16_notop.keras1.h5.zst, laid out by hand as the published VGG16 file.
The values and the layouts are described in README.md.
"""

import argparse
import pathlib
import tempfile

import h5py
import keras
import numpy as np
import zstandard

import hilum_reference as ref

DATA = pathlib.Path(__file__).parent / "data"
KERAS2 = keras.__version__.startswith("2.")
SUFFIX = ".keras2.h5" if KERAS2 else ".keras3.weights.h5"

# application, include_top, input size
MODELS = {
    "vgg16_notop": (keras.applications.VGG16, False, 224),
    "inceptionresnetv2_notop": (keras.applications.InceptionResNetV2, False, 299),
    "mobilenetv2_notop": (keras.applications.MobileNetV2, False, 224),
    "vgg16_top": (keras.applications.VGG16, True, 224),
    "mobilenetv2_top": (keras.applications.MobileNetV2, True, 224),
}


def fixture_values(index, name, shape):
    """((7 j + 13 i) mod 251 - 125) / 16384, and 1 more for gamma and moving_variance: all exact."""
    j = np.arange(int(np.prod(shape)), dtype=np.int64)
    v = ((7 * j + 13 * index) % 251 - 125) / 16384.0
    if name in ("gamma", "moving_variance"):
        v += 1.0
    return v.reshape(shape).astype(np.float32)


def set_fixture_weights(model):
    index = 0
    for layer in model.layers:
        values = []
        for w in layer.weights:
            values.append(fixture_values(index, ref.weight_name(layer, w), tuple(w.shape)))
            index += 1
        if values:
            layer.set_weights(values)


def compress(source, target):
    compressor = zstandard.ZstdCompressor(level=19, write_checksum=True, write_content_size=True)
    with open(source, "rb") as i, open(target, "wb") as o:
        compressor.copy_stream(i, o, size=source.stat().st_size)


def save_as_keras1(model, file):
    """The layout of the published VGG16 file, which Keras 1 wrote and Keras 3 still reads."""
    with h5py.File(file, "w") as f:
        layers = [layer for layer in model.layers if layer.__class__.__name__ != "InputLayer"]
        f.attrs["layer_names"] = np.array([layer.name.encode() for layer in layers])
        for layer in layers:
            group = f.create_group(layer.name)
            names = [f"{layer.name}_{letter}_1:0" for letter in "Wb"] if layer.weights else []
            group.attrs["weight_names"] = np.array([n.encode() for n in names])
            for name, value in zip(names, layer.get_weights()):
                group.create_dataset(name, data=value)


def write_fixture(name, save, suffix):
    application, top, size = MODELS[name]
    keras.backend.clear_session()
    model = application(include_top=top, weights=None, input_shape=(size, size, 3))
    set_fixture_weights(model)
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / (name + suffix)
        save(model, str(file))
        target = DATA / (file.name + ".zst")
        compress(file, target)
        print(f"{target.name}: {file.stat().st_size} bytes, {target.stat().st_size} compressed")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"default: {' '.join(MODELS)}")
    args = parser.parse_args()
    DATA.mkdir(exist_ok=True)
    for name in args.models or MODELS:
        write_fixture(name, lambda model, file: model.save_weights(file), SUFFIX)
        if KERAS2 and name == "vgg16_notop":
            write_fixture(name, save_as_keras1, ".keras1.h5")


if __name__ == "__main__":
    main()
