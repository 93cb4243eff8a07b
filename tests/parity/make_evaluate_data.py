#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes tests/data/evaluate/*.safetensors.zst: small heads and features for tests/cli/evaluate.bats.

Needs numpy and the zstd program. Run it from the root of the source tree. Every head has one layer
that compares feature 0 with 0, so the right figures can be worked out by hand (see the test).
"""
import json
import pathlib
import struct
import subprocess

import numpy as np

OUT = pathlib.Path("tests/data/evaluate")
CLASSES = ["NORMAL", "PNEUMONIA"]
SPACE = {
    "backbone": "mobilenet_v2", "cut": "out_relu", "filter": "bilinear", "fit": "stretch",
    "height": 224, "width": 224, "normalize": "tf", "pool": "avg", "weights": "seeded:1",
}

# (label, subset, feature 0): positive means PNEUMONIA to the head
SAMPLES = [
    ("NORMAL", "train", -2.0), ("NORMAL", "train", -1.0),
    ("PNEUMONIA", "train", 1.0), ("PNEUMONIA", "train", 2.0),
    ("NORMAL", "val", -1.0), ("PNEUMONIA", "val", -0.5),
    ("NORMAL", "test", -1.0), ("NORMAL", "test", -0.5), ("NORMAL", "test", 2.0),
    ("PNEUMONIA", "test", 1.0), ("PNEUMONIA", "test", 3.0), ("PNEUMONIA", "test", 0.5),
    ("PNEUMONIA", "test", -0.25), ("PNEUMONIA", "test", 2.0),
]


def dump(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def chain(*tools):
    return dump([{"inputs": {}, "options": "", "tool": t, "version": "0.1.0"} for t in tools])


def write(name, meta, tensors):
    """tensors: (name, dtype, shape, bytes), in file order."""
    header, at = {"__metadata__": dict(sorted(meta.items()))}, 0
    for tensor, dtype, shape, data in tensors:
        header[tensor] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    whole = struct.pack("<Q", len(text)) + text + b"".join(t[3] for t in tensors)
    plain = OUT / f"{name}.safetensors"
    plain.write_bytes(whole)
    subprocess.run(["zstd", "-q", "-f", "--check", "--rm", str(plain)], check=True)


def head(name, space=SPACE, classes=CLASSES, width=4, bias=(0.0, 0.0)):
    kernel = np.zeros((width, len(classes)), dtype="<f4")
    kernel[0, 1] = 1
    bias = np.asarray(list(bias) + [0.0] * (len(classes) - 2), dtype="<f4")
    meta = {
        "hilum.kind": "head", "hilum.classes": dump(classes), "hilum.space": dump(space),
        "hilum.chain": chain("split", "preprocess", "extract-features", "train-head"),
    }
    write(name, meta, [
        ("dense_1/kernel", "F32", list(kernel.shape), kernel.tobytes()),
        ("dense_1/bias", "F32", list(bias.shape), bias.tobytes()),
    ])


def features(name, dtype="F32", samples=SAMPLES, spoil=None):
    lines = ["#hilum-manifest 1", "path\tlabel\tpatient\tsubset"]
    lines += [f"{c}/{i:02}.png\t{c}\tpatient-{i}\t{s}" for i, (c, s, _) in enumerate(samples)]
    manifest = ("\n".join(lines) + "\n").encode()
    x = np.zeros((len(samples), 4), dtype="<f4")
    x[:, 0] = [v for _, _, v in samples]
    if spoil is not None:
        x[spoil, 2] = np.nan
    data = {
        "F32": lambda: x.tobytes(),
        "F16": lambda: x.astype("<f2").tobytes(),
        "BF16": lambda: (x.view("<u4") >> 16).astype("<u2").tobytes(),  # exact for these values
    }[dtype]()
    meta = {
        "hilum.kind": "features", "hilum.classes": dump(CLASSES), "hilum.space": dump(SPACE),
        "hilum.chain": chain("split", "preprocess", "extract-features"),
    }
    write(name, meta, [
        ("manifest", "U8", [len(manifest)], manifest), ("features", dtype, list(x.shape), data),
    ])


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    head("head")
    head("head_collapsed", bias=(0.0, 10.0))
    head("head_other_space", space={**SPACE, "normalize": "caffe"})
    head("head_other_classes", classes=["NORMAL", "VIRUS"])
    head("head_three_classes", classes=["BACTERIA", "NORMAL", "VIRUS"])
    head("head_wider", width=5)
    features("features")
    features("features_f16", "F16")
    features("features_bf16", "BF16")
    features("features_nan", spoil=9)
    features("features_no_test", samples=[s for s in SAMPLES if s[1] != "test"])


if __name__ == "__main__":
    main()
