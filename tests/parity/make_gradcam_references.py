# SPDX-License-Identifier: BSD-2-Clause
"""Grad-CAM of small heads with Keras and TensorFlow's gradient tape.

    python make_gradcam_references.py

Writes data/gradcam.safetensors.zst, described in README.md.
"""

import pathlib

import keras
import numpy as np
import tensorflow as tf

import hilum_reference as ref

DATA = pathlib.Path(__file__).parent / "data"
HEIGHT, WIDTH, CHANNELS, HIDDEN, CLASSES = 5, 4, 6, 7, 3
POOLS = {
    "avg": keras.layers.GlobalAveragePooling2D(),
    "max": keras.layers.GlobalMaxPooling2D(),
    "flatten": keras.layers.Flatten(),
    "both": lambda x: keras.layers.Concatenate()(
        [keras.layers.GlobalAveragePooling2D()(x), keras.layers.GlobalMaxPooling2D()(x)]
    ),
}
VALUES = {"avg": 1, "max": 1, "flatten": HEIGHT * WIDTH, "both": 2}  # for each channel


def uniform(what, shape, low, high):
    u = ref.Stream(1, f"parity/gradcam/{what}").uniform(int(np.prod(shape)))
    return (low + (high - low) * u).reshape(shape).astype(np.float32)


def gradcam(maps, pool, weights, target):
    """Selvaraju et al. 2017, equations 1 and 2: ReLU(sum_k alpha_k A_k)."""
    inputs = keras.Input(maps.shape)
    hidden = keras.layers.Dense(HIDDEN, activation="relu")(POOLS[pool](inputs))
    model = keras.Model(inputs, keras.layers.Dense(CLASSES)(hidden))
    model.set_weights(weights)
    a = tf.constant(maps[np.newaxis])
    with tf.GradientTape() as tape:
        tape.watch(a)
        logits = model(a)
        logit = logits[0, target]
    alpha = tf.reduce_mean(tape.gradient(logit, a), axis=(1, 2))
    heat = tf.nn.relu(tf.reduce_sum(alpha[:, tf.newaxis, tf.newaxis] * a, axis=-1))[0].numpy()
    return heat, tf.nn.softmax(logits[0]).numpy()


def main():
    maps = uniform("maps", (HEIGHT, WIDTH, CHANNELS), 0.0, 2.0)
    tensors = {"maps": maps}
    for pool in POOLS:
        inputs = CHANNELS * VALUES[pool]
        weights = [
            uniform(f"{pool}/hidden/kernel", (inputs, HIDDEN), -1.0, 1.0),
            uniform(f"{pool}/hidden/bias", (HIDDEN,), -0.5, 0.5),
            uniform(f"{pool}/output/kernel", (HIDDEN, CLASSES), -1.0, 1.0),
            uniform(f"{pool}/output/bias", (CLASSES,), -0.5, 0.5),
        ]
        names = ("hidden/kernel", "hidden/bias", "output/kernel", "output/bias")
        tensors |= {f"{pool}/{name}": value for name, value in zip(names, weights)}
        heats, p = zip(*(gradcam(maps, pool, weights, k) for k in range(CLASSES)))
        tensors[f"{pool}/heat"] = np.stack(heats)
        tensors[f"{pool}/p"] = p[0]
        print(pool, [f"{(h > 0).mean():.2f}" for h in heats], p[0])
    ref.write_tensor_file(
        DATA / "gradcam.safetensors.zst", tensors, {"hilum.kind": "reference"}
    )


main()
