# SPDX-License-Identifier: BSD-2-Clause
"""Checks an external test (make external) by scikit-learn, numpy, SciPy and statsmodels.

    python check_external.py RUN EXTERNAL

RUN is the folder of the run that trained the head, EXTERNAL that of the run by make external. From the features of
both, the head and the calibration file, this computes again: the probabilities, by image or combined; the temperature
and the operating points, on the validation images of RUN; the out-of-distribution images; all that check_metrics.py
checks, of both test sets; the calibration before the temperature was applied; and the table of the page with both
tests and the intervals of their differences. Prints how many values were compared, and those that differ; the exit
status is 1 if there are any.
"""

import json
import pathlib
import sys

import numpy as np
import scipy.optimize
from check_metrics import Comparison, Predictions, check, effective, mover_difference, rates, wilson
from hilum_reference import read_tensor_file
from logistic_regression import read_features
from make_class_data import ece
from make_outlier_references import project
from statsmodels.stats.proportion import confint_proportions_2indep

POINTS = [("specificity", 0.90), ("specificity", 0.95), ("sensitivity", 0.90), ("sensitivity", 0.95)]
ROWS = {"AUROC": "auroc", "Average precision": "average_precision", "Accuracy": "accuracy", "Balanced accuracy": "balanced_accuracy",
        "Sensitivity": "sensitivity", "Specificity": "specificity", "Brier score": "brier", "ECE": "ece"}


# ---- the head ----


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def logits_of(head, x):
    if "standardize/mean" in head:
        x = (x - head["standardize/mean"]) / head["standardize/scale"]
    layers = sum(name.endswith("/kernel") and name.startswith("dense_") for name in head)
    for i in range(1, layers + 1):
        x = x @ head[f"dense_{i}/kernel"].astype(np.float64) + head[f"dense_{i}/bias"]
        x = np.maximum(x, 0) if i < layers else x
    return x


class Images:
    """The images of a run, with their logits and their distances from the training images."""

    def __init__(self, folder, head, calibration, classes, positive):
        x, label, self.patient, self.subset = read_features(folder / "features.safetensors.zst")
        self.y = np.array([classes.index(v) for v in label])
        self.logits = logits_of(head, x)
        deviation = [project(x.astype(np.float32), int(self.outlier(calibration)["seed"])) - mean.astype(np.float64)
                     for mean in calibration[0]["outlier/means"]]
        w = calibration[0]["outlier/whitening"].astype(np.float64)
        self.ood = np.min([np.linalg.norm(d @ w.T, axis=1) for d in deviation], axis=0) > self.outlier(calibration)["threshold"]
        self.positive = positive

    @staticmethod
    def outlier(calibration):
        return json.loads(calibration[1]["hilum.calibration"])["outlier"]

    def units(self, subset, temperature, unit, combine):
        """Class, probabilities, patient, whether out of distribution, of the images or patients of a subset."""
        kept = self.subset == subset
        y, p, patient, ood = self.y[kept], softmax(self.logits[kept] / temperature), self.patient[kept], self.ood[kept]
        if unit == "image":
            return y, p, patient, ood
        out = []
        for name in dict.fromkeys(patient):  # in the order of their first images
            own = np.flatnonzero(patient == name)
            if combine == "max":
                row = p[own[p[own, self.positive].argmax()]]
            else:
                row = p[own].mean(axis=0)
            cls = self.positive if (y[own] == self.positive).any() else y[own[0]]
            out.append((cls, row / row.sum(), name, ood[own].any()))
        return tuple(np.array(v) for v in zip(*out))


# ---- what was fitted ----


def log_loss(y, p):
    return -np.log(np.clip(p[np.arange(len(y)), y], 2.220446049250313e-16, 1)).mean()


def check_temperature(c, images, stated):
    own = images.subset == "val"
    fitted = scipy.optimize.minimize_scalar(lambda t: log_loss(images.y[own], softmax(images.logits[own] / np.exp(t))),
                                            bounds=(np.log(0.05), np.log(20)), method="bounded", options={"xatol": 1e-9})
    c.same("temperature", stated, float(np.exp(fitted.x)), 2e-4)


def operating_point(y, p, target, value):
    """The threshold with at least this sensitivity, or specificity, the other as high as possible,
    and then the target itself."""
    other = {"sensitivity": "specificity", "specificity": "sensitivity"}[target]
    points = [(t, rates(y, (p >= t).astype(int), np.ones(len(y)))) for t in np.append(np.unique(p), np.inf)]
    return max((q for q in points if q[1][target] >= value), key=lambda q: (q[1][other], q[1][target]))


def check_points(c, images, metrics, temperature, unit, combine):
    y, p, _, _ = images.units("val", temperature, unit, combine)
    y, p = (y == images.positive).astype(int), p[:, images.positive]
    for point, (target, value) in zip(metrics["operating_points"] if "operating_points" in metrics else [], POINTS):
        threshold, at = operating_point(y, p, target, value)
        c.same(point["name"], [point["target"], point["value"]], [target, value])
        c.same(f"{point['name']}.val", point["val"], {k: at[k] for k in ("sensitivity", "specificity")})
        stated = np.inf if point["threshold"] is None else point["threshold"]
        same = rates(y, (p >= stated - 1e-6).astype(int), np.ones(len(y)))
        c.same(f"{point['name']}.threshold", [same["sensitivity"], same["specificity"]], [at["sensitivity"], at["specificity"]])
        if point["threshold"] is not None:
            c.same(f"{point['name']}.threshold is a probability", abs(p - stated).min(), 0.0, 1e-5)


# ---- the page ----


def value_of(metrics, key):
    """Value, interval and method of a metric of the positive class, as the metrics state them."""
    only = metrics.get("only")
    if key == "accuracy" and only:
        rate = only["as_predicted"]
        return metrics["accuracy"], rate["interval"], "Wilson"
    if only and key in ("brier", "ece"):
        return only[key], None, None
    if only:
        rate = only["as_predicted"] if only["metric"] == key else {}
        return rate.get("value"), rate.get("interval"), rate.get("method")
    value = metrics["accuracy"] if key == "accuracy" else metrics["binary"][key]
    return value, metrics["intervals"]["metrics"][key], metrics["intervals"].get("methods", {}).get(key)


def point_of(metrics, name, rate):
    only = metrics.get("only")
    if only:
        found = next((p for p in only["operating_points"] if p["name"] == name), {}) if only["metric"] == rate else {}
        return found.get("value"), found.get("interval"), found.get("method")
    point = next(p for p in metrics["operating_points"] if p["name"] == name)
    return point["measured"][rate], point["intervals"][rate], point.get("methods", {}).get(rate)


def is_known(interval):
    return interval is not None and interval[0] is not None


def with_interval(value, interval, method):
    if value is None:
        return "not measured"
    if not is_known(interval):
        return f"{value:.3f} ({method})" if method else f"{value:.3f}"
    return f"{value:.3f} ({interval[0]:.3f}\u2013{interval[1]:.3f}{', ' if method else ''}{method or ''})"


def difference_of(key, a, b):
    if a[0] is None or b[0] is None:
        return ""
    d = b[0] - a[0]
    if not is_known(a[1]) or not is_known(b[1]) or key == "ece":
        return f"{d:+.3f}"
    lo, hi = mover_difference(b[0], b[1], a[0], a[1])
    return f"{d:+.3f} ({lo:+.3f} to {hi:+.3f})"


def check_wilson_difference(c, name, a, b, patients):
    """Two intervals by Wilson make method 10 of Newcombe 1998, which statsmodels has."""
    if a[2] != "Wilson" or b[2] != "Wilson":
        return
    lo, hi = mover_difference(b[0], b[1], a[0], a[1])
    n = patients(a), patients(b)
    other = confint_proportions_2indep(b[0] * n[1], n[1], a[0] * n[0], n[0], method="newcomb", compare="diff")
    c.same(f"{name}: Newcombe 1998", [lo, hi], list(other), 1e-4)


def n_of_wilson(measured):
    """The number of patients that Wilson's interval was made of, from its width."""
    value, (lo, hi), _ = measured
    return scipy.optimize.brentq(lambda n: np.subtract(*wilson(value, n)[::-1]) - (hi - lo), 0.01, 1e7)


def has_one_class(metrics):
    """Whose accuracy is a recall, and no accuracy of several classes."""
    return sum(of["support"] > 0 for of in metrics["per_class"].values()) == 1


def check_page(c, report, internal, external):
    table = next(b for b in report["blocks"] if b["kind"] == "table" and b["columns"][:4] == ["Metric", "Internal", "External", "Difference"])
    for name, *cells in table["rows"]:
        if name in ROWS:
            key = ROWS[name]
            a, b = value_of(internal, key), value_of(external, key)
        else:
            point, rest = name.split(": ")
            key = rest.split(" at ")[0]
            a, b = point_of(internal, point, key), point_of(external, point, key)
        alike = key != "accuracy" or not (has_one_class(internal) or has_one_class(external))
        c.same(f"page: {name}", cells, [with_interval(*a), with_interval(*b), difference_of(key, a, b) if alike else ""])
        if is_known(a[1]) and is_known(b[1]):
            check_wilson_difference(c, name, a, b, n_of_wilson)
    c.same("page: rows", len(table["rows"]), len(ROWS) + 2 * len(POINTS))


# ---- all of it ----


def read_json(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def main():
    c = Comparison()
    run, other = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    internal, external = read_json(run / "metrics.json"), read_json(other / "metrics.json")
    head = read_tensor_file(run / "head.safetensors.zst")[0]
    calibration = read_tensor_file(run / "calibration.safetensors.zst")
    classes, positive = internal["classes"], internal["classes"].index(internal["positive"])
    unit, combine = external.get("unit", "image"), external.get("combine")
    temperature = json.loads(calibration[1]["hilum.calibration"])["temperature"]
    own, foreign = (Images(folder, head, calibration, classes, positive) for folder in (run, other))

    c.same("classes", external["classes"], classes)
    c.same("external.temperature", external["external"]["temperature"], temperature)
    if "calibration" in internal:
        check_temperature(c, own, temperature)
    check_points(c, own, internal, temperature, unit, combine)
    if "operating_points" in external and "operating_points" in internal:
        c.same("thresholds", [[p["name"], p["threshold"], p["val"]] for p in external["operating_points"]],
               [[p["name"], p["threshold"], p["val"]] for p in internal["operating_points"]], 0)
    for name, metrics, folder, images in (("internal", internal, run, own), ("external", external, other, foreign)):
        d = Predictions(folder / "predictions.tsv")
        y, p, patient, _ = images.units("test", temperature, unit, combine)
        c.same(f"{name}.y", d.y.tolist(), y.tolist())
        c.same(f"{name}.p", d.p.tolist(), p.tolist(), 1e-5)
        check(c, d, metrics)
    y, p, patient, ood = foreign.units("test", temperature, unit, combine)
    patients = effective(np.unique(patient, return_inverse=True)[1], np.ones(len(y)))
    c.same("external.patients", external["external"]["patients"], len(set(patient)))
    stated = external["external"]["out_of_distribution"]
    c.same("out of distribution", [stated["n"], stated["value"], stated["interval"]], [int(ood.sum()), ood.mean(), wilson(ood.mean(), patients)])
    if "calibration" in external:
        raw = foreign.units("test", 1.0, unit, combine)[1]
        for name, q in (("before", raw), ("after", p)):
            is_positive = (y == positive).astype(int)
            c.same(f"calibration.{name}", external["calibration"][name], {
                "log_loss": log_loss(y, q), "brier": ((q[:, positive] - is_positive) ** 2).mean(),
                "ece": ece(is_positive, q[:, positive], np.ones(len(y)))}, 1e-5)
    check_page(c, read_json(other / "report.json"), internal, external)
    sys.exit(c.end())


if __name__ == "__main__":
    main()
