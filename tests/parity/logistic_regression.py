#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Are the features good? Fits scikit-learn's logistic regression to a features file of hilum.

It shares no code with train-head and evaluate: what it finds, they should find, too. Fits on the
manifest's training and validation images and measures on its test images, or, with --redraw, on
another draw of a quarter of the patients. Ends with 1 if a figure is below its threshold.
"""

import argparse
import csv
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, recall_score, roc_auc_score
from sklearn.model_selection import GroupShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hilum_reference import read_tensor_file


def read_features(path):
    """(features, labels as text, patients, subsets), a row for each image."""
    tensors, metadata = read_tensor_file(path)
    if metadata["hilum.kind"] != "features":
        sys.exit(f"{path}: expected features, found {metadata['hilum.kind']}")
    lines = tensors["manifest"].tobytes().decode().splitlines()
    rows = list(
        csv.DictReader(
            (line for line in lines if not line.startswith("#")),
            delimiter="\t",
            quoting=csv.QUOTE_NONE,
        )
    )
    x = tensors["features"].astype(np.float64)
    if len(rows) != len(x):
        sys.exit(f"{path}: expected {len(x)} images in the manifest, found {len(rows)}")
    return x, *(np.array([row[key] for row in rows]) for key in ("label", "patient", "subset"))


def divide(subset, patient, redraw):
    """(rows to fit, rows to measure)."""
    if redraw is None:
        test = subset == "test"
        return np.flatnonzero(~test), np.flatnonzero(test)
    draw = GroupShuffleSplit(n_splits=1, test_size=0.25, random_state=redraw)
    return next(draw.split(subset, groups=patient))


def measure(x, label, fit, test):
    """Figures by name; the last class in order of names is the positive one."""
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    model.fit(x[fit], label[fit])
    predicted = model.predict(x[test])
    return {
        "accuracy": accuracy_score(label[test], predicted),
        "macro_recall": recall_score(label[test], predicted, average="macro"),
        "auroc": roc_auc_score(label[test] == model.classes_[1], model.decision_function(x[test])),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("features")
    parser.add_argument("--redraw", type=int, metavar="SEED", help="other patients for the test")
    for name in ("accuracy", "macro-recall", "auroc"):
        parser.add_argument(f"--{name}", type=float, default=0.0, metavar="LEAST")
    args = parser.parse_args()

    x, label, patient, subset = read_features(args.features)
    if len(np.unique(label)) != 2:
        sys.exit(f"{args.features}: expected 2 classes, found {len(np.unique(label))}")
    fit, test = divide(subset, patient, args.redraw)
    if set(patient[fit]) & set(patient[test]):
        sys.exit(f"{args.features}: patients are on both sides; expected a split by patient")
    figures = measure(x, label, fit, test)
    print(f"fit on {len(fit)} images, measured on {len(test)}")
    for name, value in figures.items():
        print(f"{name}\t{value:.4f}")
    low = [f"{n} {v:.4f}" for n, v in figures.items() if not v >= getattr(args, n)]
    if low:
        sys.exit(f"{args.features}: below the threshold: {', '.join(low)}")


if __name__ == "__main__":
    main()
