# SPDX-License-Identifier: BSD-2-Clause
"""Layer tables and reference activations of the backbones, made with Keras 3.

    python make_backbone_references.py SHARED [MODEL ...]

SHARED is the folder with data/chest_xray and weights/. Writes into data/ beside this file; the
formats are described in README.md. Prints how far Keras' own float32 result is from float64.
"""

import argparse
import gc
import hashlib
import pathlib

import keras
import numpy as np
from PIL import Image

import hilum_reference as ref

DATA = pathlib.Path(__file__).parent / "data"
SEED = 1
INNER_SAMPLES, LAST_SAMPLES = 256, 1024  # at most, for each image and tap
IMAGENET_MOBILENET = "weights/mobilenet_v2_imagenet_1.0_224_no_top.dequantized.h5"


def vgg16_taps(model):
    return [f"block{i}_pool" for i in range(1, 6)]


def mobilenetv2_taps(model):
    names = {layer.name for layer in model.layers}
    taps = ["Conv1_relu", "expanded_conv_project_BN"]
    for i in range(1, 17):
        add = f"block_{i}_add"
        taps.append(add if add in names else f"block_{i}_project_BN")
    return taps + ["out_relu"]


def inceptionresnetv2_taps(model):
    block8_10 = [layer.name for layer in model.layers if layer.name.startswith("custom_scale")][-1]
    return [
        "max_pooling2d_1",
        "mixed_5b",
        "block35_10_ac",
        "mixed_6a",
        "block17_20_ac",
        "mixed_7a",
        block8_10,
        "conv_7b_ac",
    ]


# The default size and another legal one.
XRAY_SIZES = {"vgg16": [224, 160], "mobilenetv2": [224, 160], "inceptionresnetv2": [299, 224]}

# application, its module, default size, other sizes, taps
MODELS = {
    "vgg16": (keras.applications.VGG16, keras.applications.vgg16, 224, [161], vgg16_taps),
    "mobilenetv2": (
        keras.applications.MobileNetV2,
        keras.applications.mobilenet_v2,
        224,
        [160, 161],
        mobilenetv2_taps,
    ),
    "inceptionresnetv2": (
        keras.applications.InceptionResNetV2,
        keras.applications.inception_resnet_v2,
        299,
        [235],
        inceptionresnetv2_taps,
    ),
}


def build(name, size, floatx="float32"):
    """The backbone in a fresh session, so that automatic names count from the start."""
    keras.backend.clear_session()
    gc.collect()
    keras.config.set_floatx(floatx)
    keras.config.set_dtype_policy(floatx)
    return MODELS[name][0](include_top=False, weights=None, input_shape=(size, size, 3))


# ---- layer tables ----


def inbound_layers(layer):
    node = layer._inbound_nodes[0]
    return [t._keras_history.operation.name for t in node.input_tensors]


def shape_text(shape):
    return "x".join(str(int(n)) for n in shape)


def layer_row(index, layer):
    weights = [f"{ref.weight_name(layer, w)}:{shape_text(w.shape)}" for w in layer.weights]
    return [
        str(index),
        layer.name,
        layer.__class__.__name__,
        shape_text(layer.output.shape[1:]),
        str(layer.count_params()),
        ",".join(weights) or "-",
        ",".join(inbound_layers(layer)) or "-",
    ]


def write_layer_table(name):
    model = build(name, MODELS[name][2])
    count = lambda weights: sum(int(np.prod(w.shape)) for w in weights)
    with open(DATA / f"layers_{name}.tsv", "w", encoding="ascii") as f:
        print(
            f"# total {model.count_params()} trainable {count(model.trainable_weights)}"
            f" non-trainable {count(model.non_trainable_weights)}",
            file=f,
        )
        print("index\tname\tclass\toutput\tparams\tweights\tinbound", file=f)
        for i, layer in enumerate(model.layers):
            print("\t".join(layer_row(i, layer)), file=f)


# ---- activations ----


def activations(model, taps, x):
    """Name -> [N, H, W, C], one image at a time to keep memory small."""
    outputs = keras.Model(model.inputs[0], [model.get_layer(t).output for t in taps])
    parts = [outputs(x[i : i + 1], training=False) for i in range(len(x))]
    return {t: np.concatenate([np.asarray(p[k]) for p in parts]) for k, t in enumerate(taps)}


def report(tap, value, exact):
    zero = np.mean(value == 0)
    top = np.mean(value == value.max())
    rms = np.sqrt(np.mean(np.square(value, dtype=np.float64)))
    peak = np.max(np.abs(value - exact)) / np.max(np.abs(exact))
    print(
        f"  {tap:28s} rms {rms:9.3g} max {value.max():9.3g} zero {zero:.3f} at max {top:.3f}"
        f"  L2 error {ref.relative_error(value, exact):.2e}  largest error / largest value {peak:.2e}"
    )


def write_reference(stem, name, grey, load, metadata):
    """grey: uint8 [N, S, S, 1]. load(model) sets the weights."""
    size = grey.shape[1]
    preprocess = MODELS[name][1].preprocess_input
    model = build(name, size)
    taps = MODELS[name][4](model)
    load(model)
    x = preprocess(np.repeat(grey, 3, axis=3).astype(np.float32))
    values = activations(model, taps, x)
    del model
    model = build(name, size, "float64")
    load(model)
    exact = activations(model, taps, x.astype(np.float64))
    del model
    assert exact[taps[-1]].dtype == np.float64 and values[taps[-1]].dtype == np.float32

    print(f"{stem}:")
    tensors = {}
    metadata = dict(metadata)
    metadata.update({"hilum.kind": "reference", "model": name, "taps": " ".join(taps)})
    metadata["made.with"] = f"keras {keras.__version__}"
    for tap in taps:
        limit = LAST_SAMPLES if tap == taps[-1] else INNER_SAMPLES
        ref.add_tap(tensors, metadata, tap, values[tap], exact[tap], limit)
        report(tap, values[tap], exact[tap])
    pooled = values[taps[-1]].mean(axis=(1, 2), dtype=np.float64)
    spread = np.linalg.norm(pooled - pooled.mean(axis=0), axis=1) / np.linalg.norm(pooled, axis=1)
    exact_pooled = exact[taps[-1]].mean(axis=(1, 2))
    print(
        f"  pooled: L2 error {ref.relative_error(pooled, exact_pooled):.2e},"
        f" distance from the mean image / norm: {spread.min():.2e} to {spread.max():.2e}"
    )
    tensors["pooled"] = pooled.astype(np.float32)
    ref.write_tensor_file(DATA / f"{stem}.safetensors.zst", tensors, metadata)


def seeded(model):
    ref.set_seeded_weights(model, SEED)


def write_seeded_references(name):
    _, _, default, others, _ = MODELS[name]
    for size in [default, *others]:
        images = ref.test_images(size)
        file = f"images_{size}.safetensors.zst"
        ref.write_tensor_file(DATA / file, {"images": images}, {"hilum.kind": "reference"})
        meta = {"weights": f"seeded:{SEED}", "images": file}
        write_reference(f"ref_{name}_seeded{SEED}_{size}", name, images, seeded, meta)


# ---- real X-rays ----


def xray_names(train):
    """Four of each class, evenly spread over the sorted names."""
    names = []
    for label in ("NORMAL", "PNEUMONIA"):
        files = sorted(p.name for p in (train / label).iterdir())
        names += [f"{label}/{files[len(files) * (2 * k + 1) // 8]}" for k in range(4)]
    return names


def read_grey(path, size):
    with Image.open(path) as image:
        rgb = np.asarray(image.convert("RGB"))
        grey = image.convert("L")
    if not (rgb == np.asarray(grey)[..., np.newaxis]).all():
        raise ValueError(f"{path}: not grey")
    return np.asarray(grey.resize((size, size), Image.Resampling.BILINEAR))[..., np.newaxis]


def write_xray_references(name, shared, size):
    train = shared / "data" / "chest_xray" / "train"
    names = xray_names(train)
    grey = np.stack([read_grey(train / n, size) for n in names])
    meta = {"images": " ".join(names)}
    meta["images.sha256"] = " ".join(hashlib.sha256(g.tobytes()).hexdigest() for g in grey)
    meta["weights"] = f"seeded:{SEED}"
    write_reference(f"xray_{name}_seeded{SEED}_{size}", name, grey, seeded, meta)
    if name == "mobilenetv2":
        path = shared / IMAGENET_MOBILENET
        meta["weights"] = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
        load = lambda model: model.load_weights(str(path))
        write_reference(f"xray_{name}_imagenet_{size}", name, grey, load, meta)


# ---- preprocessing ----


def write_preprocess():
    """Grey values 0 to 255 in each channel, shifted so that the channels differ."""
    from keras.src.applications import imagenet_utils

    levels = np.arange(256)
    x = np.stack([levels, (levels + 85) % 256, (levels + 170) % 256], axis=1).astype(np.uint8)
    tensors = {"input": x}
    for mode in ("caffe", "tf", "torch"):
        y = x[np.newaxis].astype(np.float32)
        tensors[mode] = imagenet_utils.preprocess_input(y, data_format="channels_last", mode=mode)[
            0
        ]
    path = DATA / "preprocess.safetensors.zst"
    ref.write_tensor_file(
        path, tensors, {"hilum.kind": "reference", "made.with": f"keras {keras.__version__}"}
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("shared", type=pathlib.Path)
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"default: {' '.join(MODELS)}")
    args = parser.parse_args()
    DATA.mkdir(exist_ok=True)
    write_preprocess()
    for name in args.models or MODELS:
        write_layer_table(name)
        write_seeded_references(name)
        for size in XRAY_SIZES[name]:
            write_xray_references(name, args.shared, size)


if __name__ == "__main__":
    main()
