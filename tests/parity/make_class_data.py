# SPDX-License-Identifier: BSD-2-Clause
"""Three classes, each against the rest: metrics, means and intervals, by scikit-learn and numpy.

    python make_class_data.py [FOLDER]

Writes FOLDER/{a,b}.tsv, predictions of made-up models, and FOLDER/expected.json, what evaluate --pooled and compare
should make of them, for tests/cli/several-classes.bats. FOLDER is ../data/classes by default. The bootstrap draws
patients as tools/lib/stats/bootstrap.h says. Needs scikit-learn 1.0 or newer, SciPy and statsmodels.
"""

import hashlib
import json
import pathlib
import sys

import numpy as np
import scipy.stats
import sklearn.metrics as sk
from hilum_reference import Stream
from statsmodels.stats.multitest import multipletests

CLASSES = ["COVID", "Normal", "Viral"]
RESAMPLES, BINS = 200, 15
SPACE = {"backbone": "b", "feature_layer": "c", "filter": "area", "fit": "pad", "height": 2, "normalize": "tf",
         "pool": "avg", "weights": "seeded:1", "width": 2}


def make_samples():
    """About 150 images of 80 patients, each of one class."""
    rng = np.random.default_rng(11)
    patient_class = rng.choice(3, 80, p=[0.2, 0.5, 0.3])
    patient = np.sort(rng.integers(0, 80, 150))
    return patient_class[patient], patient


def make_model(y, patient, seed, noise):
    rng = np.random.default_rng(seed)
    score = 1.6 * np.eye(3)[y] + 0.8 * rng.normal(size=(80, 3))[patient] + noise * rng.normal(size=(len(y), 3))
    p = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
    return np.round(p, 3)  # with ties


def write_predictions(path, y, patient, p):
    lines = ["#hilum-predictions 1", '#provenance\t[{"tool":"t"}]', "#feature_space\t" + json.dumps(SPACE, separators=(",", ":")),
             "\t".join(["sample", "patient", "subset", "label", "predicted"] + [f"p_{c}" for c in CLASSES])]
    lines += ["\t".join([f"s{i:03}", f"p{patient[i]:02}", "test", CLASSES[y[i]], CLASSES[p[i].argmax()]] + [f"{v:.9g}" for v in p[i]])
              for i in range(len(y))]
    text = "\n".join(lines) + "\n"
    path.write_text(text + "#sha256\t" + hashlib.sha256(text.encode()).hexdigest() + "\n")


def ece(y, p, w):
    bins, gap = np.minimum((p * BINS).astype(int), BINS - 1), 0.0
    for k in range(BINS):
        here = (bins == k) & (w > 0)
        if here.any():
            gap += w[here].sum() * abs(np.average(y[here], weights=w[here]) - np.average(p[here], weights=w[here]))
    return gap / w.sum()


def binary(y, p, predicted, w=None):
    w = np.ones(len(y)) if w is None else w
    o = {"sample_weight": w}
    return {
        "sensitivity": sk.recall_score(y, predicted, zero_division=0, **o),
        "specificity": sk.recall_score(y, predicted, pos_label=0, zero_division=0, **o),
        "ppv": sk.precision_score(y, predicted, zero_division=0, **o),
        "npv": sk.precision_score(y, predicted, pos_label=0, zero_division=0, **o),
        "f1": sk.f1_score(y, predicted, zero_division=0, **o),
        "auroc": sk.roc_auc_score(y, p, **o),
        "average_precision": sk.average_precision_score(y, p, **o),
        "brier": sk.brier_score_loss(y, p, **o),
        "ece": ece(y, p, w),
    }


def kernel(y, p):
    x, z = p[y == 1][:, None], p[y == 0][None, :]
    return (x > z) + 0.5 * (x == z)


def obuchowski(y, p, patient):
    """Obuchowski 1997, equations as written: the variance of an AUROC of clustered data."""
    k = kernel(y, p)
    area, m, n = k.mean(), (y == 1).sum(), (y == 0).sum()
    v10, v01 = np.zeros(len(y)), np.zeros(len(y))
    v10[y == 1], v01[y == 0] = k.mean(axis=1), k.mean(axis=0)
    names = np.unique(patient)
    x = np.array([(v10 - area)[(patient == j) & (y == 1)].sum() for j in names])
    z = np.array([(v01 - area)[(patient == j) & (y == 0)].sum() for j in names])
    i10, i01, i = len(set(patient[y == 1])), len(set(patient[y == 0])), len(names)
    s10, s01 = i10 / ((i10 - 1) * m) * (x**2).sum(), i01 / ((i01 - 1) * n) * (z**2).sum()
    s11 = i / (i - 1) * (x * z).sum()
    variance = s10 / m + s01 / n + 2 * s11 / (m * n)
    half = scipy.stats.norm.ppf(0.975) * np.sqrt(variance)
    return {"variance": variance, "interval": [max(0, area - half), min(1, area + half)]}


def delong(y, a, b):
    """DeLong et al. 1988: sample covariances of the kernels' means."""
    ka, kb = kernel(y, a), kernel(y, b)
    s = np.cov([ka.mean(axis=1), kb.mean(axis=1)]) / (y == 1).sum() + np.cov([ka.mean(axis=0), kb.mean(axis=0)]) / (y == 0).sum()
    z = (ka.mean() - kb.mean()) / np.sqrt(s[0, 0] + s[1, 1] - 2 * s[0, 1])
    return {"difference": ka.mean() - kb.mean(), "p": 2 * scipy.stats.norm.sf(abs(z))}


def resamples(patient):
    """Weights of the images in each resample; patients are numbered in the order of their names."""
    numbers = np.unique(patient, return_inverse=True)[1]
    count = int(numbers.max()) + 1
    for r in range(RESAMPLES):
        stream = Stream(1, f"bootstrap/{r}")
        drawn = np.bincount([stream.below(count) for _ in range(count)], minlength=count)
        yield drawn[numbers].astype(float)


def all_classes(y, p, w=None):
    """Metrics of each class, and their means: unweighted, and weighted by the class's part of all samples.

    The weighted recall of a resample is its accuracy.
    """
    w = np.ones(len(y)) if w is None else w
    predicted = p.argmax(axis=1)
    each = [binary((y == k).astype(int), p[:, k], (predicted == k).astype(int), w) for k in range(3)]
    part = np.bincount(y, minlength=3) / len(y)
    mean = {n: np.mean([c[n] for c in each]) for n in each[0]}
    weighted = {n: np.dot(part, [c[n] for c in each]) for n in each[0]}
    weighted["sensitivity"] = sk.accuracy_score(y, predicted, sample_weight=w)
    return each, mean, weighted


def percentiles(values):
    return {n: np.percentile([v[n] for v in values], [2.5, 97.5]).tolist() for n in values[0]}


def expected(y, patient, p):
    each, macro, weighted = all_classes(y, p)
    predicted, ones = p.argmax(axis=1), np.ones(len(y))
    drawn = [all_classes(y, p, w) for w in resamples(patient)]
    # What scikit-learn computes itself agrees with the means.
    assert np.isclose(macro["auroc"], np.mean([sk.roc_auc_score(y == k, p[:, k]) for k in range(3)]))
    for name, means in (("macro", macro), ("weighted", weighted)):
        assert np.isclose(means["sensitivity"], sk.recall_score(y, predicted, average=name))
        assert np.isclose(means["ppv"], sk.precision_score(y, predicted, average=name, zero_division=0))
        assert np.isclose(means["f1"], sk.f1_score(y, predicted, average=name))
        assert np.isclose(means["average_precision"], sk.average_precision_score(np.eye(3)[y], p, average=name))
        assert np.isclose(means["auroc"], sk.roc_auc_score(np.eye(3)[y], p, average=name))
    return {
        "classes": [{"class": CLASSES[k], "binary": each[k], "delong": obuchowski((y == k).astype(int), p[:, k], patient),
                     "intervals": percentiles([d[0][k] for d in drawn])} for k in range(3)],
        "macro": {"metrics": macro, "intervals": percentiles([d[1] for d in drawn])},
        "weighted": {"metrics": weighted, "intervals": percentiles([d[2] for d in drawn])},
        "together": {"log_loss": float(-np.mean(np.log(p[np.arange(len(y)), y]))),
                     "brier": float(((p - np.eye(3)[y]) ** 2).sum(axis=1).mean()),
                     "top_label_ece": ece((predicted == y).astype(int), p.max(axis=1), ones)},
    }


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "data" / "classes"
    folder.mkdir(parents=True, exist_ok=True)
    y, patient = make_samples()
    a, b = make_model(y, patient, 1, 0.6), make_model(y, patient, 2, 1.5)
    for name, p in (("a", a), ("b", b)):
        write_predictions(folder / f"{name}.tsv", y, patient, p)
    tests = [delong((y == k).astype(int), a[:, k], b[:, k]) for k in range(3)]
    for t, corrected in zip(tests, multipletests([t["p"] for t in tests], method="holm")[1]):
        t["p_holm"] = corrected
    o = {"evaluate": expected(y, patient, a), "compare": tests}
    (folder / "expected.json").write_text(json.dumps(o, indent=1) + "\n")


if __name__ == "__main__":
    main()
