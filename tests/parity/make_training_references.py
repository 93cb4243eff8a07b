# SPDX-License-Identifier: BSD-2-Clause
"""Keras training runs of a small head, step by step.

    python make_training_references.py

Writes data/training_inputs.safetensors.zst and data/training_RUN.safetensors.zst, described in
README.md, and prints how far Keras is from the same training written out in float64.
"""

import pathlib

import keras
import numpy as np

import hilum_reference as ref

DATA = pathlib.Path(__file__).parent / "data"
SEED = 1
ROWS, FEATURES, HIDDEN, CLASSES = 64, 20, 32, 2
BATCH, STEPS = 8, 20
ADAM_RATE, SGD_RATE, L2 = 1e-3, 1e-2, 1e-3
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-7
CLASS_WEIGHT = {0: 1.5, 1: 0.75}
WEIGHTS = ["hidden/kernel", "hidden/bias", "output/kernel", "output/bias"]

# name -> optimiser, class weights, L2 on both kernels
RUNS = {
    "adam": ("adam", None, 0.0),
    "sgd": ("sgd", None, 0.0),
    "adam_class_weight": ("adam", CLASS_WEIGHT, 0.0),
    "sgd_class_weight": ("sgd", CLASS_WEIGHT, 0.0),
    "adam_l2": ("adam", None, L2),
    "sgd_l2": ("sgd", None, L2),
}


def stream(what):
    return ref.Stream(SEED, f"parity/training/{what}")


def glorot(what, fan_in, fan_out):
    u = stream(what).uniform(fan_in * fan_out).reshape(fan_in, fan_out)
    return ((2.0 * u - 1.0) * np.sqrt(6.0 / (fan_in + fan_out))).astype(np.float32)


def batch_order():
    """Rows of every step: each epoch goes once through a new shuffle."""
    s = stream("order")
    rows = []
    while len(rows) < STEPS * BATCH:
        epoch = list(range(ROWS))
        s.shuffle(epoch)
        rows += epoch
    return np.array(rows[: STEPS * BATCH], dtype=np.int64).reshape(STEPS, BATCH)


def make_inputs():
    x = (
        (2.0 * stream("x").uniform(ROWS * FEATURES) - 1.0)
        .astype(np.float32)
        .reshape(ROWS, FEATURES)
    )
    noise = stream("noise").uniform(ROWS) - 0.5
    return {
        "x": x,
        "y": (x[:, 0] + x[:, 1] * x[:, 2] + noise > 0.2).astype(np.int64),
        "order": batch_order(),
        "hidden/kernel": glorot("hidden", FEATURES, HIDDEN),
        "hidden/bias": np.zeros(HIDDEN, np.float32),
        "output/kernel": glorot("output", HIDDEN, CLASSES),
        "output/bias": np.zeros(CLASSES, np.float32),
    }


def train_keras(inputs, optimiser, class_weight, l2):
    """Loss before each step, and the weights after the last."""
    keras.backend.clear_session()
    regulariser = keras.regularizers.L2(l2) if l2 else None
    model = keras.Sequential(
        [
            keras.Input((FEATURES,)),
            keras.layers.Dense(HIDDEN, activation="relu", kernel_regularizer=regulariser),
            keras.layers.Dense(CLASSES, activation="softmax", kernel_regularizer=regulariser),
        ]
    )
    model.set_weights([inputs[w] for w in WEIGHTS])
    model.compile(
        (
            keras.optimizers.Adam(ADAM_RATE, BETA1, BETA2, EPSILON)
            if optimiser == "adam"
            else keras.optimizers.SGD(SGD_RATE)
        ),
        loss="sparse_categorical_crossentropy",
    )
    losses = []
    for rows in inputs["order"]:
        model.reset_metrics()
        x, y = inputs["x"][rows], inputs["y"][rows]
        losses.append(model.train_on_batch(x, y, class_weight=class_weight))
    return np.array(losses, np.float32), model.get_weights()


def loss_and_gradients(weights, x, y, sample_weight, l2):
    w1, b1, w2, b2 = weights
    a = x @ w1 + b1
    h = np.maximum(a, 0.0)
    z = h @ w2 + b2
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    n = len(x)
    loss = np.sum(-np.log(p[np.arange(n), y]) * sample_weight) / n
    loss += l2 * (np.sum(w1 * w1) + np.sum(w2 * w2))
    dz = p.copy()
    dz[np.arange(n), y] -= 1.0
    dz *= sample_weight[:, np.newaxis] / n
    da = (dz @ w2.T) * (a > 0.0)
    return loss, [x.T @ da + 2 * l2 * w1, da.sum(axis=0), h.T @ dz + 2 * l2 * w2, dz.sum(axis=0)]


def train_float64(inputs, optimiser, class_weight, l2):
    """The same as formulas, to check what Keras does and how exactly."""
    weights = [inputs[w].astype(np.float64) for w in WEIGHTS]
    m = [np.zeros_like(w) for w in weights]
    v = [np.zeros_like(w) for w in weights]
    losses = []
    for step, rows in enumerate(inputs["order"], start=1):
        y = inputs["y"][rows]
        sample_weight = np.array([class_weight[k] if class_weight else 1.0 for k in y])
        x = inputs["x"][rows].astype(np.float64)
        loss, gradients = loss_and_gradients(weights, x, y, sample_weight, l2)
        losses.append(loss)
        for i, g in enumerate(gradients):
            if optimiser == "sgd":
                weights[i] = weights[i] - SGD_RATE * g
                continue
            m[i] += (g - m[i]) * (1 - BETA1)
            v[i] += (g * g - v[i]) * (1 - BETA2)
            rate = ADAM_RATE * np.sqrt(1 - BETA2**step) / (1 - BETA1**step)
            weights[i] = weights[i] - rate * m[i] / (np.sqrt(v[i]) + EPSILON)
    return np.array(losses), weights


def write_run(name, inputs):
    optimiser, class_weight, l2 = RUNS[name]
    losses, weights = train_keras(inputs, optimiser, class_weight, l2)
    exact_losses, exact_weights = train_float64(inputs, optimiser, class_weight, l2)
    loss_error = np.max(np.abs(losses - exact_losses))
    weight_error = max(np.max(np.abs(a - b)) for a, b in zip(weights, exact_weights))
    print(f"{name:18s} loss {losses[0]:.6f} -> {losses[-1]:.6f}", end="")
    print(f"  largest error: loss {loss_error:.1e}, weights {weight_error:.1e}")
    if loss_error > 2e-6 or weight_error > 2e-6:
        raise ValueError(f"{name}: Keras does not follow the formulas")
    metadata = {
        "hilum.kind": "reference",
        "made.with": f"keras {keras.__version__}",
        "optimizer": optimiser,
        "learning_rate": repr(ADAM_RATE if optimiser == "adam" else SGD_RATE),
        "class_weight": " ".join(str(w) for w in class_weight.values()) if class_weight else "1 1",
        "l2": repr(l2),
    }
    tensors = {"loss": losses, **dict(zip(WEIGHTS, weights))}
    ref.write_tensor_file(DATA / f"training_{name}.safetensors.zst", tensors, metadata)


def main():
    DATA.mkdir(exist_ok=True)
    inputs = make_inputs()
    print(f"labels: {np.bincount(inputs['y'])}")
    path = DATA / "training_inputs.safetensors.zst"
    ref.write_tensor_file(path, inputs, {"hilum.kind": "reference"})
    for name in RUNS:
        write_run(name, inputs)


if __name__ == "__main__":
    main()
