#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Logistic regression on standardised features, by scikit-learn.

    python make_standardize_data.py

Writes ../data/standardize/features.safetensors.zst and expected.tsv (path and probability of PNEUMONIA
of each test sample), which tests/cli/train-head.bats reads. A softmax of two classes with penalty
l2 |W|^2 on the mean loss is logistic regression with C = 1 / (l2 n): its two columns of weights end
opposite to each other. Features differ in size by 1e6, two are far from zero, one is constant in
training and one everywhere; the test samples are not standardised by figures of their own.
"""

import json
import pathlib
import struct

import numpy as np
import zstandard
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

OUT = pathlib.Path(__file__).parent.parent / "data" / "standardize"
CLASSES = ["NORMAL", "PNEUMONIA"]
SPACE = {
    "backbone": "mobilenet_v2", "cut": "out_relu", "filter": "bilinear", "fit": "stretch",
    "height": 224, "width": 224, "normalize": "tf", "pool": "avg", "weights": "seeded:1",
}
TRAIN, TEST, L2 = 48, 24, 0.02


def dump(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def write(meta, tensors):
    header, at = {"__metadata__": dict(sorted(meta.items()))}, 0
    for name, dtype, shape, data in tensors:
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    whole = struct.pack("<Q", len(text)) + text + b"".join(t[3] for t in tensors)
    packed = zstandard.ZstdCompressor(write_checksum=True).compress(whole)
    (OUT / "features.safetensors.zst").write_bytes(packed)


def main():
    rng = np.random.default_rng(1)
    n = TRAIN + TEST
    y = (np.arange(n) % 3 > 0).astype(int)
    x = rng.normal(size=(n, 6)) + y[:, None] * [1.0, -0.7, 0.5, 0.3, 0.0, 0.0]
    x = (x * [1.0, 1e-3, 1e3, 0.5, 0.0, 0.0] + [0.0, 2.0, -500.0, 0.0, 0.1, 0.0]).astype("<f4")
    x[TRAIN:, 5] = rng.normal(size=TEST)  # constant in training only
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1 / (L2 * TRAIN), tol=1e-10, max_iter=10000))
    model.fit(x[:TRAIN].astype(np.float64), y[:TRAIN])
    p = model.predict_proba(x[TRAIN:].astype(np.float64))[:, 1]

    paths = [f"{CLASSES[y[i]]}/{i:02}.png" for i in range(n)]
    lines = ["#hilum-manifest 1", "path\tlabel\tpatient\tsubset"]
    lines += [f"{paths[i]}\t{CLASSES[y[i]]}\tpatient-{i}\t{'train' if i < TRAIN else 'test'}" for i in range(n)]
    manifest = ("\n".join(lines) + "\n").encode()
    chain = [{"inputs": {}, "options": "", "tool": t, "version": "0.1.0"} for t in ("split", "preprocess", "extract-features")]
    OUT.mkdir(exist_ok=True)
    write({"hilum.kind": "features", "hilum.classes": dump(CLASSES), "hilum.space": dump(SPACE), "hilum.chain": dump(chain)},
          [("manifest", "U8", [len(manifest)], manifest), ("features", "F32", list(x.shape), x.tobytes())])
    rows = [f"{paths[TRAIN + i]}\t{p[i]:.9f}" for i in range(TEST)]
    (OUT / "expected.tsv").write_text("\n".join(sorted(rows)) + "\n")


if __name__ == "__main__":
    main()
