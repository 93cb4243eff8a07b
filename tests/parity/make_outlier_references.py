#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes tests/data/outlier/*.json: what the out-of-distribution reference of tools/lib/stats/mahalanobis.h is by its
definition, computed with numpy's general routines.

Nothing here follows the C code: the covariance comes from centred rows, distances from the inverse of the shrunk
covariance, and the shrinkage from Chen's iteration (IEEE Trans. Signal Process. 58(10), 2010),
whose limit is the closed form, equation 23, that the C code uses. scikit-learn's oas leaves out the terms with 2/p.

Needs numpy and zstandard. Run it from the root of the source tree; the tests need no Python.
"""
import json
import pathlib

import numpy as np
from hilum_reference import Stream

OUT = pathlib.Path("tests/data/outlier")
DIMS, BLOCKS, FOLDS = 256, 8, 5

CASES = {  # features, classes, training and held-out samples, seed, quantile
    "plain": (6, 2, 90, 5, 0.9),
    "width_256": (256, 2, 330, 2, 0.95),
    "projected": (300, 3, 330, 18446744073709551615, 0.99),
}
PROBES = 6


def sample(name, i, width, classes):
    """Class and features of sample i, as the test makes them: exact in double, then rounded to float32."""
    u = Stream(1, f"outlier/{name}/{i}").uniform(width + 1)
    cls = i % classes
    centre = 0.5 * cls * (np.arange(width) % 3)
    return cls, (centre + (u[:-1] + 0.5 * u[1:])).astype(np.float32)


def projection(width, seed):
    """[DIMS, width], in units of 1 / sqrt(8)."""
    bits = Stream(seed, "outlier/projection").u64(width)
    signs = np.zeros((DIMS, width))
    for b in range(BLOCKS):
        six = (bits >> np.uint64(6 * b)).astype(np.int64) & 63
        signs[32 * b + (six & 31), np.arange(width)] = np.where(six & 32, -1, 1)
    return signs


def project(features, seed):
    x = features.astype(np.float64)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    if x.shape[1] > DIMS:
        x = x @ projection(x.shape[1], seed).T / np.sqrt(BLOCKS)
    return x


def oas(s, n):
    """Chen's iteration, from the sample covariance on, to its limit."""
    p = len(s)
    mean = np.trace(s) / p * np.eye(p)
    rho = 0.0
    for _ in range(100000):
        sigma = (1 - rho) * s + rho * mean
        product, square = np.trace(sigma @ s), np.trace(sigma) ** 2
        new = ((1 - 2 / p) * product + square) / ((n + 1 - 2 / p) * product + (1 - n / p) * square)
        new = min(new, 1.0)
        if abs(new - rho) < 1e-15:
            break
        rho = new
    return new, (1 - new) * s + new * mean


def fit(x, classes):
    means = {k: x[classes == k].mean(axis=0) for k in np.unique(classes)}
    centred = x - np.array([means[k] for k in classes])
    shrinkage, covariance = oas(centred.T @ centred / len(x), len(x))
    return means, np.linalg.inv(covariance), shrinkage


def distances(x, means, inverse):
    d = np.stack([x - m for m in means.values()])
    return np.sqrt(np.einsum("kni,ij,knj->kn", d, inverse, d).min(axis=0))


def make(name, width, nclasses, n, seed, quantile):
    classes, features = zip(*(sample(name, i, width, nclasses) for i in range(n + PROBES)))
    classes, features = np.array(classes), np.stack(features)
    features[n:] += np.linspace(0, 2, PROBES, dtype=np.float32)[:, None] * (np.arange(width) % 2).astype(np.float32)
    kept = project(features[:n], seed).astype(np.float32).astype(np.float64)
    train = np.arange(n) % 4 != 3
    fold = np.array([Stream(seed, f"outlier/fold/p{i // 2}").below(FOLDS) for i in range(n)])
    held_out = []
    for f in range(FOLDS):
        means, inverse, _ = fit(kept[train & (fold != f)], classes[:n][train & (fold != f)])
        held_out.append(distances(kept[train & (fold == f)], means, inverse))
    means, inverse, shrinkage = fit(kept[train], classes[:n][train])
    held_out = np.sort(np.concatenate(held_out + [distances(kept[~train], means, inverse)]))
    rank = min(int(np.ceil((len(held_out) + 1) * quantile)), len(held_out))
    write(name, {
        "width": width, "classes": nclasses, "samples": n, "seed": str(seed), "quantile": quantile,
        "trained": int(train.sum()), "held_out": len(held_out), "shrinkage": shrinkage,
        "threshold": held_out[rank - 1], "distances": distances(project(features[n:], seed), means, inverse).tolist(),
        "first_mean": means[0][:8].tolist(),
    })


def write(name, values):
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{name}.json").write_text(json.dumps(values, indent=1) + "\n")


def shrinkages():
    """By itself: covariances of few samples, of which Chen's and scikit-learn's formula make different things."""
    cases = []
    for p, n in ((3, 20), (5, 12), (8, 400), (2, 5), (4, 2)):
        x = Stream(1, f"outlier/oas/{p}/{n}").uniform(n * p).reshape(n, p) * np.arange(1, p + 1)
        x -= x.mean(axis=0)
        s = x.T @ x / n
        cases.append({"n": n, "covariance": s.tolist(), "shrinkage": oas(s, n)[0], "shrunk": oas(s, n)[1].tolist()})
    write("oas", {"cases": cases})


if __name__ == "__main__":
    for case, arguments in CASES.items():
        make(case, *arguments)
    shrinkages()
