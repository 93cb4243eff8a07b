# SPDX-License-Identifier: BSD-2-Clause
"""One training step of the last layers of a backbone together with a head, by Keras.

    python make_tail_references.py SHARED [RUN]

Writes data/tail_RUN.safetensors.zst, described in README.md; all of them, or that one. SHARED is the folder with
data/chest_xray and weights, for the run on real X-rays.
"""

import hashlib
import pathlib
import sys

import keras
import numpy as np
import tensorflow as tf

import hilum_reference as ref
from make_backbone_references import IMAGENET_MOBILENET, MODELS, build, read_grey

DATA = pathlib.Path(__file__).parent / "data"
SEED, CLASSES, MOST = 1, 2, 400
IMAGES_OF_CLASS, CANDIDATES = 4, 240
# A gradient jumps where the input of a ReLU6 crosses 0 or 6: one value that is 1e-5 on the other side changes it by
# 5e-4. X-rays are taken whose values keep this distance; float32 is off by 1e-5 (standard deviation) at the last one.
MARGIN = 4e-5
ADAM_RATE = 1e-3

# name -> backbone, its weights, size, layers to unfreeze, mode of batch norms
RUNS = {
    "mobilenetv2": ("mobilenetv2", "seeded", 161, 11, "inference"),
    "mobilenetv2_training": ("mobilenetv2", "seeded", 161, 11, "training"),
    "vgg16": ("vgg16", "seeded", 161, 2, "inference"),
    "inceptionresnetv2": ("inceptionresnetv2", "seeded", 235, 16, "inference"),
    "xray_mobilenetv2": ("mobilenetv2", "imagenet", 224, 11, "inference"),
}


def glorot(fan_in, fan_out):
    """The kernel of a head without hidden layer, as hl_head_new makes it."""
    u = ref.Stream(SEED, "head/dense_1/kernel").uniform(fan_in * fan_out)
    limit = np.sqrt(6.0 / (fan_in + fan_out))
    return ((2.0 * u - 1.0) * limit).reshape(fan_in, fan_out).astype(np.float32)


def freeze(model, count):
    """Keras' own way: the last `count` of model.layers are trained."""
    for layer in model.layers[:-count]:
        layer.trainable = False
    for layer in model.layers[-count:]:
        layer.trainable = True


def variables(model, count):
    """(name, variable) of all that training can change."""
    found = []
    for layer in model.layers[-count:]:
        for w in layer.weights:
            found.append((f"{layer.name}/{ref.weight_name(layer, w)}", w))
    return found


def keep(tensors, name, value):
    flat = np.asarray(value, np.float32).reshape(-1)
    stride = ref.sample_stride(flat.shape, MOST) if flat.size > MOST else 1
    tensors[f"{name}/sample"] = flat[::stride].copy()
    tensors[f"{name}/stride"] = np.array([stride], np.int64)


def vanishes(gradient, gradients):
    """Only rounding errors: a batch norm in training mode takes away what beta of one before it adds."""
    return np.linalg.norm(gradient) < 1e-5 * max(np.linalg.norm(g) for g in gradients)


def step(base, head, images, labels, mode):
    with tf.GradientTape() as tape:
        maps = base(images, training=mode == "training")
        p = head(tf.reduce_mean(maps, axis=[1, 2]))
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, p))
    trained = [v for v in base.trainable_variables + head.trainable_variables]
    gradients = tape.gradient(loss, [v.value for v in trained])
    return float(loss), trained, gradients


def margins(model, size, count, load, grey):
    """The distance of each image's values from the nearest jump of the gradient, in float64."""
    base = build(model, size, "float64")
    load(base)
    inputs = [l.input for l in base.layers[-count:] if isinstance(l, keras.layers.ReLU)]
    x = MODELS[model][1].preprocess_input(np.repeat(grey, 3, axis=3).astype(np.float64))
    values = keras.Model(base.input, inputs).predict(x, batch_size=8, verbose=0)
    return np.min(
        [np.minimum(abs(v), abs(v - 6)).reshape(len(v), -1).min(axis=1) for v in values], axis=0
    )


def choose_xrays(train, model, size, count, load):
    """The first of each class with enough of a margin, from CANDIDATES spread evenly over the sorted names."""
    names = []
    for label in ("NORMAL", "PNEUMONIA"):
        files = sorted(p.name for p in (train / label).iterdir())
        spread = [f"{label}/{files[len(files) * k // CANDIDATES]}" for k in range(CANDIDATES)]
        grey = np.stack([read_grey(train / n, size) for n in spread])
        far = np.flatnonzero(margins(model, size, count, load, grey) >= MARGIN)
        print(f"{label}: {len(far)} of {CANDIDATES} keep {MARGIN} from the jumps")
        if len(far) < IMAGES_OF_CLASS:
            raise ValueError(f"{label}: too few images keep {MARGIN} from the jumps")
        names += [spread[i] for i in far[:IMAGES_OF_CLASS]]
    return names


def write_run(name, shared):
    model, weights, size, count, mode = RUNS[name]
    if weights == "imagenet":
        load = lambda base: base.load_weights(str(shared / IMAGENET_MOBILENET))
        train = shared / "data" / "chest_xray" / "train"
        names = choose_xrays(train, model, size, count, load)
    base = build(model, size)
    metadata = {"hilum.kind": "reference", "made.with": f"keras {keras.__version__}"}
    if weights == "seeded":
        ref.set_seeded_weights(base, SEED)
        grey = ref.test_images(size)
    else:
        load(base)
        grey = np.stack([read_grey(train / n, size) for n in names])
        metadata["images"] = " ".join(names)
        metadata["images.sha256"] = " ".join(hashlib.sha256(g.tobytes()).hexdigest() for g in grey)
    labels = np.arange(len(grey)) % CLASSES
    x = MODELS[model][1].preprocess_input(np.repeat(grey, 3, axis=3).astype(np.float32))
    freeze(base, count)
    head = keras.Sequential(
        [keras.Input((base.output.shape[-1],)), keras.layers.Dense(CLASSES, "softmax")]
    )
    head.set_weights([glorot(base.output.shape[-1], CLASSES), np.zeros(CLASSES, np.float32)])
    loss, trained, gradients = step(base, head, x, labels, mode)
    keras.optimizers.Adam(ADAM_RATE).apply(gradients, trained)

    tensors = {"loss": np.array([loss], np.float32)}
    vanishing = []
    by_id = {id(v): g for v, g in zip(trained, gradients)}
    named = [("dense_1/kernel", head.weights[0]), ("dense_1/bias", head.weights[1])]
    for key, v in named + variables(base, count):
        if id(v) in by_id and vanishes(by_id[id(v)], gradients):
            vanishing.append(key)
        elif id(v) in by_id:
            keep(tensors, f"{key}/gradient", by_id[id(v)])
            keep(tensors, f"{key}/adam", v.numpy())
        elif mode == "training":
            keep(tensors, f"{key}/average", v.numpy())
    metadata |= {
        "model": model,
        "weights": weights,
        "size": str(size),
        "unfrozen": str(count),
        "batchnorm": mode,
        "vanishing": " ".join(vanishing) or "-",
        "learning_rate": repr(ADAM_RATE),
    }
    print(f"{name}: loss {loss:.6f}, {len(tensors)} tensors, {count} layers")
    ref.write_tensor_file(DATA / f"tail_{name}.safetensors.zst", tensors, metadata)


def main():
    for name in sys.argv[2:] or RUNS:
        write_run(name, pathlib.Path(sys.argv[1]))


if __name__ == "__main__":
    main()
