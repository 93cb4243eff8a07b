# SPDX-License-Identifier: BSD-2-Clause
"""Tests of the difference between two models: DeLong in its O(n^2) form, statsmodels' McNemar and Holm.

    python make_compare_data.py

Writes ../data/compare/significance.json, which tests/unit/stats/test_significance.c reads, and
../data/compare/{a,b,c}.tsv, predictions of made-up models with scikit-learn's figures of them.
"""

import json
import pathlib

import numpy as np
import scipy.stats
import sklearn.metrics as sk
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

DATA = pathlib.Path(__file__).parent.parent / "data" / "compare"


def delong(y, a, b):
    """DeLong et al. 1988 as written: kernels of all pairs, sample covariances of their means."""
    areas, v10, v01 = [], [], []
    for s in (a, b):
        x, z = s[y == 1][:, None], s[y == 0][None, :]
        kernel = (x > z) + 0.5 * (x == z)
        areas.append(kernel.mean())
        v10.append(kernel.mean(axis=1))
        v01.append(kernel.mean(axis=0))
    s = np.cov(v10) / (y == 1).sum() + np.cov(v01) / (y == 0).sum()
    variance = s[0, 0] + s[1, 1] - 2 * s[0, 1]
    z = (areas[0] - areas[1]) / np.sqrt(variance)
    return {"a": areas[0], "b": areas[1], "variance": variance, "z": z,
            "p": 2 * scipy.stats.norm.sf(abs(z))}


def delong_case(seed, n, ties):
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.6).astype(int)
    common = 1.2 * y + rng.normal(size=n)
    a, b = common + 0.5 * rng.normal(size=n), common + 0.9 * rng.normal(size=n)
    if ties:
        a, b = np.round(a, 0), np.round(b, 1)
    return {"positive": y.tolist(), "a": a.tolist(), "b": b.tolist(), "expected": delong(y, a, b)}


def mcnemar_case(only_a, only_b):
    exact = only_a + only_b < 25
    r = mcnemar([[50, only_a], [only_b, 50]], exact=exact, correction=True)
    return {"only_a": only_a, "only_b": only_b, "exact": exact, "statistic": float(r.statistic),
            "p": float(r.pvalue)}


def holm_case(p):
    return {"p": p, "adjusted": multipletests(p, method="holm")[1].tolist()}


def write_predictions():
    rng = np.random.default_rng(7)
    n = 90
    y = (rng.random(n) < 0.6).astype(int)
    signal = 1.5 * (y - 0.5) + 0.8 * rng.normal(size=n)
    figures = {}
    for name, noise in (("a", 0.3), ("b", 0.6), ("c", 1.5)):
        p = np.round(1 / (1 + np.exp(-(signal + noise * rng.normal(size=n)))), 6)
        answer = (p > 0.5).astype(int)
        lines = ["#hilum-predictions 1", "sample\tpatient\tsubset\tlabel\tpredicted\tp_HEALTHY\tp_ILL"]
        order = rng.permutation(n) if name == "b" else range(n)
        for i in order:
            word = ("HEALTHY", "ILL")
            lines.append(f"{i:03d}.png\tperson{i // 2}\ttest\t{word[y[i]]}\t{word[answer[i]]}"
                         f"\t{1 - p[i]:.6f}\t{p[i]:.6f}")
        (DATA / f"{name}.tsv").write_text("\n".join(lines) + "\n")
        figures[name] = {"accuracy": sk.accuracy_score(y, answer),
                         "macro_recall": sk.recall_score(y, answer, average="macro"),
                         "auroc": sk.roc_auc_score(y, p)}
    return figures


def main():
    DATA.mkdir(exist_ok=True)
    o = {
        "delong": [delong_case(1, 80, False), delong_case(2, 200, True), delong_case(3, 31, False)],
        "mcnemar": [mcnemar_case(*c) for c in ((0, 0), (5, 2), (3, 21), (12, 12), (14, 13), (40, 21))],
        "holm": [holm_case([0.01, 0.04, 0.03, 0.005]), holm_case([0.5, 0.9, 0.04]), holm_case([0.2])],
        "figures": write_predictions(),
    }
    (DATA / "significance.json").write_text(json.dumps(o) + "\n")


main()
