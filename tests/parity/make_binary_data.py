# SPDX-License-Identifier: BSD-2-Clause
"""Metrics of two classes with sample weights, by scikit-learn, numpy and scipy.

    python make_binary_data.py

Writes ../data/metrics/weighted_NAME.json, which tests/unit/stats/test_binary_metrics.c reads.
"""

import json
import pathlib

import numpy as np
import scipy.optimize
import sklearn.metrics as sk

DATA = pathlib.Path(__file__).parent.parent / "data" / "metrics"
BINS, POINTS = 15, 11


def ece(y, p, w):
    bins = np.minimum((p * BINS).astype(int), BINS - 1)
    gap = 0.0
    for k in range(BINS):
        here = (bins == k) & (w > 0)
        if here.any():
            observed, mean = np.average(y[here], weights=w[here]), np.average(p[here], weights=w[here])
            gap += w[here].sum() * abs(observed - mean)
    return gap / w.sum()


def figures(y, p, answer, w):
    o = {"sample_weight": w}
    return {
        "accuracy": sk.accuracy_score(y, answer, **o),
        "macro_recall": sk.recall_score(y, answer, average="macro", zero_division=0, **o),
        "sensitivity": sk.recall_score(y, answer, zero_division=0, **o),
        "specificity": sk.recall_score(y, answer, pos_label=0, zero_division=0, **o),
        "ppv": sk.precision_score(y, answer, zero_division=0, **o),
        "npv": sk.precision_score(y, answer, pos_label=0, zero_division=0, **o),
        "balanced_accuracy": sk.balanced_accuracy_score(y, answer, **o),
        "f1": sk.f1_score(y, answer, zero_division=0, **o),
        "mcc": sk.matthews_corrcoef(y, answer, **o),
        "auroc": sk.roc_auc_score(y, p, **o),
        "average_precision": sk.average_precision_score(y, p, **o),
        "brier": sk.brier_score_loss(y, p, **o),
        "ece": ece(y, p, w),
    }


def curves(y, p, w):
    """By roc_curve, precision_recall_curve and, for what is found, the samples drawn out one by one."""
    x = np.arange(POINTS) / (POINTS - 1)
    far, tpr, _ = sk.roc_curve(y, p, sample_weight=w, drop_intermediate=False)
    precision, recall, _ = sk.precision_recall_curve(y, p, sample_weight=w)
    found = []
    for share in x:
        left, total = share * w.sum(), 0.0
        for score in np.unique(p)[::-1]:
            here = (p == score)
            size, hits = w[here].sum(), (w * y)[here].sum()
            if size == 0:
                continue
            part = min(1.0, left / size)
            total += part * hits
            left = max(0.0, left - size)
        found.append(total / (w * y).sum())
    return {
        "roc": [float(tpr[far <= v + 1e-12].max()) for v in x],
        # the highest threshold with at least this recall is the last of the falling recalls
        "precision": [float(precision[np.nonzero(recall[:-1] >= v - 1e-12)[0].max()]) for v in x],
        "found": found,
    }


def temperature(y, p):
    logit = np.log(p) - np.log1p(-p)
    def loss(log_t):
        q = 1 / (1 + np.exp(-logit / np.exp(log_t)))
        return -np.mean(np.log(np.where(y == 1, q, 1 - q)))
    return float(np.exp(scipy.optimize.minimize_scalar(loss, bounds=(np.log(0.05), np.log(20)),
                                                       method="bounded", options={"xatol": 1e-10}).x))


def write(name, seed, n, ties, weighted):
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.7).astype(int)
    p = 1 / (1 + np.exp(-(1.7 * (y - 0.5) + rng.normal(size=n))))
    if ties:
        p = np.round(p, 1)
    w = rng.integers(0, 4, n).astype(float) if weighted else np.ones(n)
    answer = (p > 0.5).astype(int)
    samples = rng.normal(size=200)
    o = {
        "p": p.tolist(), "positive": y.tolist(), "predicted": answer.tolist(),
        "weight": [int(v) for v in w], "figures": figures(y, p, answer, w), "curves": curves(y, p, w),
        "samples": samples.tolist(),
        "percentiles": np.percentile(samples, [2.5, 97.5]).tolist(),
    }
    if not ties:
        o["temperature"] = temperature(y, p)
    (DATA / f"weighted_{name}.json").write_text(json.dumps(o) + "\n")


write("plain", 1, 120, False, False)
write("counts", 2, 120, False, True)
write("ties", 3, 150, True, True)
