# SPDX-License-Identifier: BSD-2-Clause
"""Checks a metrics.json against its predictions.tsv, by scikit-learn, numpy, SciPy and statsmodels.

    python check_metrics.py PREDICTIONS METRICS

Computes again what evaluate states of two or more classes: metrics, bootstrap and other intervals with the name of
their method, bands, triage, reliability, operating points, the variance of the AUROC, means over the classes, and
subgroups with Holm's correction. Prints how many numbers were compared, and those that differ; the exit status is 1 if
there are any. The rules are those of evaluate(1); nothing here comes from hilum's C code but the random numbers.

A resample is drawn for each of the stated number, so --resamples 200 is quick and 2000 takes minutes. Predictions have
nine digits; numbers are compared within 1e-6.
"""

import csv
import json
import sys

import numpy as np
import scipy.optimize
import scipy.stats
import sklearn.metrics as sk
from hilum_reference import Stream
from make_class_data import ece, obuchowski
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

Z = scipy.stats.norm.ppf(0.975)
RATES = ["sensitivity", "specificity", "ppv", "npv"]
AVERAGED = ["sensitivity", "specificity", "ppv", "npv", "f1", "auroc", "brier", "average_precision", "ece"]
GRID = np.arange(101) / 100
BINS, TOLERANCE, NONE = 15, 1e-6, [None, None]


class Comparison:
    """Counts the numbers that were compared, and keeps those that differ."""

    def __init__(self):
        self.count, self.wrong = 0, []

    def same(self, name, found, expected, tolerance=TOLERANCE):
        if isinstance(expected, dict):
            if set(found or {}) != set(expected):
                self.wrong.append(f"{name}: found members {sorted(found or {})}, expected {sorted(expected)}")
                return
            for key in expected:
                self.same(f"{name}.{key}", found[key], expected[key], tolerance)
        elif isinstance(expected, (list, tuple)):
            if len(found or []) != len(expected):
                self.wrong.append(f"{name}: found {found}, expected {expected}")
                return
            for i, value in enumerate(expected):
                self.same(f"{name}[{i}]", found[i], value, tolerance)
        elif isinstance(expected, (str, bool)) or expected is None:
            self.count += 1
            if found != expected:
                self.wrong.append(f"{name}: found {found}, expected {expected}")
        else:
            self.count += 1
            if found is None or isinstance(found, str) or not abs(found - expected) <= tolerance:
                self.wrong.append(f"{name}: found {found}, expected {expected}")

    def end(self):
        print(f"{self.count} compared, {len(self.wrong)} differ")
        for line in self.wrong[:40]:
            print(line)
        return 1 if self.wrong or self.count == 0 else 0


# ---- predictions ----


class Predictions:
    """y and predicted are numbers of classes; patient has numbers in the order of the patients' names."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as f:
            lines = [line.rstrip("\n") for line in f]
        rows = list(csv.reader((s for s in lines if not s.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE))
        head, rows = rows[0], rows[1:]
        self.classes = [name[2:] for name in head if name.startswith("p_")]
        first = head.index("p_" + self.classes[0])
        column = {name: [row[i] for row in rows] for i, name in enumerate(head)}
        self.sample = column["sample"]
        self.y = np.array([self.classes.index(v) for v in column["label"]])
        self.predicted = np.array([self.classes.index(v) for v in column["predicted"]])
        self.p = np.array([[float(v) for v in row[first : first + len(self.classes)]] for row in rows])
        self.patient = np.unique(column["patient"], return_inverse=True)[1]
        self.carried = {name: column[name] for name in head[first + len(self.classes) :]}


def weights(patient, resamples, seed):
    """How often each sample is in each resample: whole patients are drawn."""
    count = int(patient.max()) + 1
    for r in range(resamples):
        stream = Stream(seed, f"bootstrap/{r}")
        yield np.bincount([stream.below(count) for _ in range(count)], minlength=count)[patient].astype(float)


# ---- metrics of a class against the rest ----


def rates(y, called, w):
    """NaN where there is nothing to be a fraction of."""
    def fraction(of, hits):
        return (w * of * hits).sum() / (w * of).sum() if (w * of).sum() > 0 else np.nan
    return dict(zip(RATES, [fraction(y, called), fraction(1 - y, 1 - called), fraction(called, y), fraction(1 - called, 1 - y)]))


def metrics_of(y, p, called, w):
    """By scikit-learn; NaN where there is no such rate, and for all that needs both classes if one is missing."""
    o = {"sample_weight": w}
    out = {"accuracy": sk.accuracy_score(y, called, **o), "brier": (w * (p - y) ** 2).sum() / w.sum(), "ece": ece(y, p, w),
           "fraction": (w * y).sum() / w.sum()}
    if 0 < (w * y).sum() < w.sum():
        out |= rates(y, called, w)
        out |= {
            "macro_recall": sk.recall_score(y, called, average="macro", zero_division=0, **o),
            "balanced_accuracy": (out["sensitivity"] + out["specificity"]) / 2,
            "f1": sk.f1_score(y, called, zero_division=0, **o),
            "mcc": sk.matthews_corrcoef(y, called, **o),
            "auroc": sk.roc_auc_score(y, p, **o),
            "average_precision": sk.average_precision_score(y, p, **o),
        }
    return out


def curves(y, p, w):
    """Sensitivity at each 1 - specificity, precision at each recall, fraction found in each fraction of the list."""
    far, tpr, _ = sk.roc_curve(y, p, sample_weight=w, drop_intermediate=False)
    precision, recall, _ = sk.precision_recall_curve(y, p, sample_weight=w)
    score = np.unique(p[w > 0])[::-1]
    size = np.array([w[p == s].sum() for s in score])
    hits = np.array([(w * y)[p == s].sum() for s in score])
    read, found = np.concatenate([[0], np.cumsum(size)]) / w.sum(), np.concatenate([[0], np.cumsum(hits)]) / hits.sum()
    return {
        "roc": np.array([tpr[far <= x + 1e-12].max() for x in GRID]),
        "precision": np.array([precision[np.nonzero(recall[:-1] >= x - 1e-12)[0].max()] for x in GRID]),
        "found": np.interp(GRID, read, found),
    }


# ---- intervals ----


def effective(patient, counted):
    """Kish's number of patients."""
    m = np.bincount(patient, weights=counted.astype(float))
    return m.sum() ** 2 / (m**2).sum() if m.any() else 0.0


def wilson(p, n):
    if not n > 0 or np.isnan(p):
        return None
    lo, hi = proportion_confint(p * n, n, method="wilson")
    return [0.0 if p == 0 else float(lo), 1.0 if p == 1 else float(hi)]


def newcombe(area, m, n):
    """Method 5 of Newcombe 2006."""
    def far(t):
        variance = t * (1 - t) * (1 + ((m + n) / 2 - 1) * ((1 - t) / (2 - t) + t / (1 + t))) / (m * n)
        return (area - t) ** 2 - Z**2 * variance
    return [0.0 if area == 0 else scipy.optimize.brentq(far, 0, area - 1e-14), 1.0 if area == 1 else scipy.optimize.brentq(far, area + 1e-14, 1)]


def mover_mean(values, intervals):
    below = sum((v - i[0]) ** 2 for v, i in zip(values, intervals)) ** 0.5
    above = sum((i[1] - v) ** 2 for v, i in zip(values, intervals)) ** 0.5
    return [(sum(values) - below) / len(values), (sum(values) + above) / len(values)]


def mover_difference(a, of_a, b, of_b):
    return [a - b - np.hypot(a - of_a[0], of_b[1] - b), a - b + np.hypot(of_a[1] - a, b - of_b[0])]


def percentiles(values):
    values = np.asarray(values, float)
    kept = values[np.isfinite(values)]
    return np.percentile(kept, [2.5, 97.5]).tolist() if len(kept) else None


def lacking(values):
    return int(np.isnan(values).sum())


def interval(values, unusable, other=None, method="not estimable"):
    """The bootstrap's, or the other one, with the name of the method; None for the bootstrap."""
    i = percentiles(values)
    if i and i[1] - i[0] > 1e-9 and not unusable:
        return i, None
    return (other, method) if other else (NONE, "not estimable")


def proportion(values, value, n):
    return interval(values, lacking(values) > 0, wilson(value, n), "Wilson")


def threshold_of(point):
    """No probability reaches a threshold that does not exist."""
    return np.inf if point["threshold"] is None else point["threshold"]


class OneClass:
    """A class against the rest: all that has an interval."""

    def __init__(self, y, p, called, patient, resamples, seed, points):
        self.y, self.p, self.called, self.patient = y, p, called, patient
        ones = np.ones(len(y))
        self.value, self.points = metrics_of(y, p, called, ones), points
        self.has_both = "auroc" in self.value
        self.m, self.n, self.all = effective(patient, y == 1), effective(patient, y == 0), effective(patient, ones)
        if not self.has_both:
            return
        self.curve = curves(y, p, ones)
        self.at = [rates(y, (p >= threshold_of(t)).astype(int), ones) for t in points]
        self.drawn = {k: np.full(resamples, np.nan) for k in self.value}
        self.bands = {k: np.full((resamples, len(GRID)), np.nan) for k in self.curve}
        self.drawn_at = [{k: np.full(resamples, np.nan) for k in RATES} for _ in points]
        for r, w in enumerate(weights(patient, resamples, seed)):
            drawn = metrics_of(y, p, called, w)
            for k, v in drawn.items():
                self.drawn[k][r] = v
            if "auroc" not in drawn:
                continue
            for k, v in curves(y, p, w).items():
                self.bands[k][r] = v
            for t, at in zip(points, self.drawn_at):
                for k, v in rates(y, (p >= threshold_of(t)).astype(int), w).items():
                    at[k][r] = v
        self.resamples = resamples
        self.lacking = lacking(self.drawn["auroc"])
        self.too_many = self.lacking > 0.025 * resamples

    def of_rates(self, value, drawn, called):
        n = {"sensitivity": self.m, "specificity": self.n, "ppv": effective(self.patient, called == 1), "npv": effective(self.patient, called == 0)}
        return {k: proportion(drawn[k], value[k], n[k]) for k in RATES}

    def intervals(self):
        drawn, value = self.drawn, self.value
        out = {"accuracy": interval(drawn["accuracy"], False, wilson(value["accuracy"], self.all), "Wilson")}
        out |= self.of_rates(value, drawn, self.called)
        two = [value["sensitivity"], value["specificity"]]
        mean = mover_mean(two, [wilson(two[0], self.m), wilson(two[1], self.n)])
        for k in ("balanced_accuracy", "macro_recall"):
            out[k] = interval(drawn[k], self.lacking > 0, mean, "MOVER")
        out["auroc"] = interval(drawn["auroc"], self.lacking > 0, newcombe(value["auroc"], self.m, self.n), "Newcombe")
        for k in ("f1", "mcc", "average_precision"):
            out[k] = interval(drawn[k], self.too_many)
        for k in ("brier", "ece"):
            out[k] = interval(drawn[k], False)
        return out

    def band(self, curve):
        """Sensitivities and fractions found are of the positives; the ends of a curve are no estimates."""
        out = []
        for i in range(len(GRID)):
            end = i + 1 == len(GRID) or (curve == "found" and i == 0)
            other = wilson(self.curve[curve][i], 0 if end else self.m) if curve != "precision" else None
            out.append(interval(self.bands[curve][:, i], False, other)[0])
        return out


def zero_for_nan(values):
    """A quotient with denominator 0 is 0 in the metrics."""
    return {k: 0.0 if np.isnan(v) else v for k, v in values.items()}


def split_methods(intervals):
    return {k: v[0] for k, v in intervals.items()}, {k: v[1] for k, v in intervals.items() if v[1]}


def check_class(c, name, found, one, two_classes):
    if not one.has_both:
        positive = bool(one.y[0])
        rate = np.mean(one.called == one.y)
        c.same(f"{name}.only.metric", found["only"]["metric"], "sensitivity" if positive else "specificity")
        c.same(f"{name}.only.as_predicted", found["only"]["as_predicted"], {"value": rate, "interval": wilson(rate, one.all), "method": "Wilson"})
        c.same(f"{name}.only.operating_points", [[p["value"], p["interval"]] for p in found["only"]["operating_points"]],
               [[r, wilson(r, one.all)] for r in [np.mean((one.p >= threshold_of(t)) == positive) for t in one.points]])
        c.same(f"{name}.only.brier", found["only"]["brier"], ((one.p - one.y) ** 2).mean())
        c.same(f"{name}.only.ece", found["only"]["ece"], ece(one.y, one.p, np.ones(len(one.p))))
        return
    value = zero_for_nan(one.value)
    c.same(f"{name}.binary", found["binary"], {k: v for k, v in value.items() if k not in ("accuracy", "macro_recall", "fraction")})
    stated, methods = split_methods({k: v for k, v in one.intervals().items() if two_classes or k not in ("accuracy", "macro_recall")})
    c.same(f"{name}.intervals", found["intervals"]["metrics"], stated)
    c.same(f"{name}.methods", found["intervals"].get("methods", {}), methods)
    c.same(f"{name}.resamples_without_a_class", found["intervals"]["resamples_without_a_class"], one.lacking)
    for key, curve in (("roc_band", "roc"), ("pr_band", "precision")):
        c.same(f"{name}.{key}", [list(i) for i in zip(found[key]["lo"], found[key]["hi"])], one.band(curve))
    c.same(f"{name}.triage", [t["found"] for t in found["triage"]], one.curve["found"].tolist())
    c.same(f"{name}.triage band", [[t["lo"], t["hi"]] for t in found["triage"]], one.band("found"))
    bins = np.minimum((one.p * BINS).astype(int), BINS - 1)
    for k in range(BINS):
        here = bins == k
        c.same(f"{name}.reliability[{k}]", {n: found["reliability"][k][n] for n in ("n", "patients", "mean_p", "observed")},
               {"n": here.sum(), "patients": effective(one.patient, here), "mean_p": one.p[here].mean() if here.any() else None,
                "observed": one.y[here].mean() if here.any() else None})
    for i, at in enumerate(one.at):
        point = found["operating_points"][i]
        stated, methods = split_methods(one.of_rates(at, one.drawn_at[i], (one.p >= threshold_of(point)).astype(int)))
        c.same(f"{name}.{point['name']}", [point["measured"], point["intervals"], point.get("methods", {})], [zero_for_nan(at), stated, methods])
    several = all(len(set(one.patient[one.y == k])) > 1 for k in (0, 1))  # a single patient tells no variance
    area = obuchowski(one.y, one.p, one.patient) if several else {"variance": 0.0}
    if area["variance"] > 0 and area["interval"][1] - area["interval"][0] > 1e-9:
        c.same(f"{name}.delong", found["delong"], area)
    else:
        c.same(f"{name}.delong", "delong" in found, False)
    if "prevalence" in found:
        check_prevalence(c, name, found["prevalence"], one)


def check_prevalence(c, name, found, one):
    def values(a, b):
        p = found["value"]
        with np.errstate(divide="ignore", invalid="ignore"):
            return [np.nan_to_num(a * p / (a * p + (1 - b) * (1 - p))), np.nan_to_num(b * (1 - p) / (b * (1 - p) + (1 - a) * p))]
    c.same(f"{name}.prevalence", [found["ppv"], found["npv"]], values(one.value["sensitivity"], one.value["specificity"]))


# ---- several classes ----


def check_means(c, found, each, y, predicted, weighted):
    parts = np.array([one.value["fraction"] if one.has_both else 0.0 for one in each])
    kept = [k for k, one in enumerate(each) if one.has_both]
    share = parts[kept] if weighted else np.ones(len(kept))
    of = [each[k] for k in kept]
    value = {n: np.dot(share, [zero_for_nan(one.value)[n] for one in of]) / share.sum() for n in AVERAGED}
    drawn = {n: np.dot(share, [one.drawn[n] for one in of]) / share.sum() for n in AVERAGED}
    if weighted:  # the recall weighted by the resample's own classes is its accuracy; one that it lacks has no weight
        value["sensitivity"] = np.mean(y == predicted)
        own = np.array([one.drawn["fraction"] for one in of])
        recalled = np.where(own > 0, own * [one.drawn["sensitivity"] for one in of], 0.0)
        drawn["sensitivity"] = recalled.sum(axis=0) / own.sum(axis=0)
    name = "weighted" if weighted else "macro"
    c.same(f"{name}.metrics", found["metrics"], value)
    intervals = {}
    for n in AVERAGED:
        too_many = lacking(drawn[n]) > 0.025 * of[0].resamples
        if n != "sensitivity":
            intervals[n] = interval(drawn[n], too_many)
        elif weighted:
            intervals[n] = proportion(drawn[n], value[n], of[0].all)
        else:
            recalls = [one.value["sensitivity"] for one in each]
            mean = mover_mean(recalls, [wilson(r, one.m) for r, one in zip(recalls, each)])
            intervals[n] = interval(drawn[n], lacking(drawn[n]) > 0, mean, "MOVER")
    stated, methods = split_methods(intervals)
    c.same(f"{name}.intervals", found["intervals"], stated)
    c.same(f"{name}.methods", found.get("methods", {}), methods)
    c.same(f"{name}.resamples_without_a_class", found["resamples_without_a_class"], lacking(drawn["auroc"]))


def check_several(c, found, d, resamples, seed):
    points = [f.get("operating_points", f.get("only", {}).get("operating_points", [])) for f in found["classes"]]
    each = [OneClass((d.y == k).astype(int), d.p[:, k], (d.predicted == k).astype(int), d.patient, resamples, seed, points[k])
            for k in range(len(d.classes))]
    for k, one in enumerate(each):
        c.same(f"{d.classes[k]}.class", [found["classes"][k]["class"], found["classes"][k]["measured"]], [d.classes[k], one.has_both])
        check_class(c, d.classes[k], found["classes"][k], one, False)
    c.same("macro", "macro" in found, all(one.has_both for one in each))
    c.same("weighted", "weighted" in found, any(one.has_both for one in each))
    for weighted, name in ((False, "macro"), (True, "weighted")):
        if name in found:
            check_means(c, found[name], each, d.y, d.predicted, weighted)
    own = np.clip(d.p[np.arange(len(d.y)), d.y], 2.220446049250313e-16, 1)
    c.same("together", found["together"], {
        "log_loss": -np.log(own).mean(), "brier": ((d.p - np.eye(len(d.classes))[d.y]) ** 2).sum(axis=1).mean(),
        "top_label_ece": ece((d.predicted == d.y).astype(int), d.p[np.arange(len(d.y)), d.predicted], np.ones(len(d.y)))})


# ---- subgroups ----


def years(text):
    """A number, or an age such as 058Y."""
    per_year = {"Y": 1, "M": 12, "W": 365.25 / 7, "D": 365.25}
    return float(text[:-1]) / per_year[text[-1].upper()] if text[-1].upper() in per_year else float(text)


def group_of(text, bounds):
    if not text or not bounds:
        return text or "(blank)"
    bins = {int(np.searchsorted(bounds, years(age), side="right")) for age in text.split("|")}
    if len(bins) > 1:
        return "in several bins"
    k = bins.pop()
    return f"under {bounds[0]:g}" if k == 0 else f"{bounds[-1]:g} and over" if k == len(bounds) else f"{bounds[k - 1]:g} to under {bounds[k]:g}"


def group_metrics(y, p, called, w):
    out = rates(y, called, w)
    both = (w * y).sum() > 0 and (w * (1 - y)).sum() > 0
    return {"sensitivity": out["sensitivity"], "specificity": out["specificity"],
            "auroc": sk.roc_auc_score(y, p, sample_weight=w) if both else np.nan}


class Group:
    def __init__(self, y, p, called, patient, inside, resamples, seed):
        self.y, self.patient, self.inside = y, patient, inside
        m, n = effective(patient, inside & (y == 1)), effective(patient, inside & (y == 0))
        self.value = group_metrics(y, p, called, inside.astype(float))
        self.drawn = {k: np.full(resamples, np.nan) for k in self.value}
        for r, w in enumerate(weights(patient, resamples, seed)):
            for k, v in group_metrics(y, p, called, w * inside).items():
                self.drawn[k][r] = v
        area = self.value["auroc"]
        self.interval = {
            "sensitivity": proportion(self.drawn["sensitivity"], self.value["sensitivity"], m),
            "specificity": proportion(self.drawn["specificity"], self.value["specificity"], n),
            "auroc": interval(self.drawn["auroc"], lacking(self.drawn["auroc"]) > 0, None if np.isnan(area) else newcombe(area, m, n), "Newcombe"),
        }
        self.patients = [len(set(patient[inside & (y == k)])) for k in (1, 0)]
        self.too_small = min(self.patients) < 10

    def gap(self, of, metric):
        """Difference, interval, method and p value of Altman and Bland 2011."""
        a, b = self.value[metric], of.value[metric]
        i = percentiles(self.drawn[metric] - of.drawn[metric])
        method = "bootstrap"
        if self.interval[metric][1] or of.interval[metric][1] or not i[0] < a - b < i[1]:
            i, method = mover_difference(a, self.interval[metric][0], b, of.interval[metric][0]), "MOVER"
        error = (a - b - i[0] if a > b else i[1] - (a - b)) / Z
        p = 1.0 if a == b else 2 * scipy.stats.norm.sf(abs(a - b) / error)
        return {"difference": a - b, "interval": i, "method": method, "p": p}


def check_subgroups(c, found, d, positive, resamples, seed):
    y, p, called = (d.y == positive).astype(int), d.p[:, positive], (d.predicted == positive).astype(int)
    tested = []
    for column in found["columns"]:
        names = np.array([group_of(v, column["bounds"]) for v in d.carried[column["column"]]])
        c.same(f"{column['column']}.groups", sorted(g["group"] for g in column["groups"]), sorted(set(names.tolist())))
        groups = {g["group"]: Group(y, p, called, d.patient, names == g["group"], resamples, seed) for g in column["groups"]}
        for g in column["groups"]:
            one, name = groups[g["group"]], f"{column['column']}={g['group']}"
            stated, methods = split_methods(one.interval)
            c.same(name, [g["n"], g["positives"], g["positive_patients"], g["negative_patients"], g["patients"], g["too_small"]],
                   [one.inside.sum(), (one.inside & (y == 1)).sum(), *one.patients, len(set(d.patient[one.inside])), one.too_small])
            c.same(f"{name}.metrics", g["metrics"], {k: None if np.isnan(v) else v for k, v in one.value.items()})
            c.same(f"{name}.intervals", g["intervals"], stated)
            c.same(f"{name}.methods", g.get("methods", {}), methods)
            c.same(f"{name}.resamples_without_a_class", g["resamples_without_a_class"],
                   0 if np.isnan(one.value["auroc"]) else lacking(one.drawn["auroc"]))
        large = [g["group"] for g in column["groups"] if g["group"] != "(blank)" and not groups[g["group"]].too_small]
        most = max([len(set(d.patient[groups[g].inside])) for g in large], default=0)
        reference = next((g for g in large if len(set(d.patient[groups[g].inside])) == most), None)
        c.same(f"{column['column']}.reference", column["reference"], reference)
        for g in column["groups"]:
            one = groups[g["group"]]
            if reference is None or g["group"] == reference or one.too_small:
                c.same(f"{g['group']}.gaps", "gaps" in g, False)
                continue
            tested += [(f"{column['column']}={g['group']}.{m}", g["gaps"][m], one.gap(groups[reference], m)) for m in one.value]
    c.same("subgroups.tests", found["tests"], len(tested))
    if tested:
        corrected = multipletests([gap["p"] for _, _, gap in tested], method="holm")[1]
        for (name, stated, gap), p in zip(tested, corrected):
            c.same(name, stated, gap | {"p_holm": p, "significant": bool(p < 0.05)})


# ---- the file ----


def check(c, d, found):
    """All numbers of a metrics.json, with intervals, that follow from the predictions."""
    several = found.get("one_vs_rest")
    intervals = found.get("intervals") or (several or {}).get("classes", [{}])[0].get("intervals")
    resamples, seed = (intervals["resamples"], intervals["seed"]) if intervals else (200, 1)
    k = len(d.classes)
    count = np.zeros((k, k))
    np.add.at(count, (d.y, d.predicted), 1)
    support = count.sum(axis=1)
    c.same("n, accuracy", [found["n"], found["accuracy"]], [len(d.y), np.mean(d.y == d.predicted)])
    c.same("confusion_matrix", found["confusion_matrix"], count.tolist())
    report = sk.classification_report(d.y, d.predicted, labels=range(k), target_names=d.classes, output_dict=True, zero_division=0)
    for i, name in enumerate(d.classes):
        per = found["per_class"][name]
        expected = {m: report[name][m] for m in ("precision", "recall", "f1-score", "support")}
        if support[i] == 0:  # scikit-learn's zero_division=0, where hilum says that there is no such number
            expected["recall"] = expected["f1-score"] = None
        c.same(f"per_class.{name}", [per["precision"], per["recall"], per["f1"], per["support"]], list(expected.values()))
    macro = [report["macro avg"][m] if support.all() else None for m in ("precision", "recall", "f1-score")]
    c.same("macro_avg, macro_recall", [*[found["macro_avg"][m] for m in ("precision", "recall", "f1")], found["macro_recall"]],
           [*macro, macro[1]])
    c.same("baseline_accuracy", found["baseline_accuracy"], support.max() / len(d.y))
    own = np.clip(d.p[np.arange(len(d.y)), d.y], 2.220446049250313e-16, 1 - 2.220446049250313e-16)
    c.same("log_loss", found["log_loss"], -np.log(own).mean())
    if several:
        check_several(c, several, d, resamples, seed)
    elif found.get("positive"):
        positive = d.classes.index(found["positive"])
        points = found.get("operating_points") or (found.get("only") or {}).get("operating_points", [])
        one = OneClass((d.y == positive).astype(int), d.p[:, positive], (d.predicted == positive).astype(int), d.patient, resamples, seed, points)
        check_class(c, found["positive"], found, one, True)
    if "subgroups" in found:
        check_subgroups(c, found["subgroups"], d, d.classes.index(found["positive"]), resamples, seed)


def main():
    c = Comparison()
    with open(sys.argv[2], encoding="utf-8") as f:
        check(c, Predictions(sys.argv[1]), json.load(f))
    sys.exit(c.end())


if __name__ == "__main__":
    main()
