#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes tests/data/metrics/*.json: inputs and what scikit-learn makes of them.

Needs scikit-learn. Run it from the root of the source tree; the files are part of the tree, so
that the tests do not need Python.
"""
import json
import math
import pathlib
import warnings

import numpy as np
from sklearn import metrics

OUT = pathlib.Path("tests/data/metrics")


def auroc(labels, p, classes):
    try:
        if classes == 2:
            v = metrics.roc_auc_score(labels, p[:, 1])
        else:
            v = metrics.roc_auc_score(
                labels, p, multi_class="ovr", average="macro", labels=range(classes)
            )
    except ValueError:  # older releases raise where newer ones answer NaN
        return None
    return None if math.isnan(v) else float(v)


def averages(labels, predicted, classes, average):
    p, r, f, support = metrics.precision_recall_fscore_support(
        labels, predicted, labels=range(classes), average=average, zero_division=0
    )
    if average:
        return {"precision": float(p), "recall": float(r), "f1": float(f)}
    return [
        {"precision": float(a), "recall": float(b), "f1": float(c), "support": int(d)}
        for a, b, c, d in zip(p, r, f, support)
    ]


def write(name, labels, p, predicted=None):
    labels, p = np.asarray(labels), np.asarray(p, dtype=np.float64)
    classes = p.shape[1]
    predicted = p.argmax(axis=1) if predicted is None else np.asarray(predicted)
    case = {
        "classes": classes,
        "labels": labels.tolist(),
        "predicted": predicted.tolist(),
        "p": p.tolist(),
        "confusion": metrics.confusion_matrix(labels, predicted, labels=range(classes)).tolist(),
        "accuracy": float(metrics.accuracy_score(labels, predicted)),
        "per_class": averages(labels, predicted, classes, None),
        "macro": averages(labels, predicted, classes, "macro"),
        "weighted": averages(labels, predicted, classes, "weighted"),
        "auroc": auroc(labels, p, classes),
        "log_loss": float(metrics.log_loss(labels, p, labels=range(classes))),
    }
    (OUT / f"{name}.json").write_text(json.dumps(case) + "\n")


def two(scores):
    scores = np.asarray(scores, dtype=np.float64)
    return np.stack([1 - scores, scores], axis=1)


def random_case(rng, n, classes, sharpness):
    labels = rng.integers(0, classes, n)
    logits = rng.normal(size=(n, classes))
    logits[np.arange(n), labels] += sharpness
    p = np.exp(logits)
    return labels, p / p.sum(axis=1, keepdims=True)


def main():
    warnings.simplefilter("ignore")
    OUT.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(20210)
    labels, p = random_case(rng, 60, 2, 1.0)
    write("binary", labels, p)
    write("ties", rng.integers(0, 2, 50), two(rng.integers(0, 5, 50) / 4.0))
    write("constant", [0, 1, 1, 0, 1], two([0.7] * 5))
    write("certain", [0, 0, 1, 1], two([0.0, 1.0, 1.0, 0.0]))
    write("never_predicted", [0, 0, 1, 1, 1, 1], two([0.6, 0.7, 0.8, 0.9, 0.55, 0.95]))
    write("one_class_only", [1, 1, 1], two([0.2, 0.6, 0.9]))
    write("one_sample", [1], two([0.9]))
    for classes in (3, 4, 5):
        labels, p = random_case(rng, 20 * classes, classes, 1.5)
        write(f"classes_{classes}", labels, p)
    labels, p = random_case(rng, 40, 3, 1.0)
    write("no_support", np.where(labels == 1, 2, labels), p)
    labels, p = random_case(rng, 40, 3, 1.0)
    write("ties_3", labels, np.full((40, 3), 1 / 3))


if __name__ == "__main__":
    main()
