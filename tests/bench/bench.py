#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Times hilum's tools beside their peers: `make bench`.

Every comparison runs its sides in turn, round after round, on the same inputs, and states the median
of each and the ratio of the medians. A peer's time leaves out what its interpreter needs to start
and to import, which favours it; hilum's is that of the whole process.

Usage: bench.py BUILD RESULTS TORCH_PYTHON KERAS_PYTHON [NAME ...]
"""
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from images import SHARED, SIZES, repeat, xrays

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ROUNDS = int(os.environ.get("ROUNDS", "5"))
CORES = len(os.sched_getaffinity(0))
# glibc keeps large buffers instead of giving them back after every operation.
TUNED = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
    "MALLOC_TOP_PAD_": str(64 << 20),
}
PATIENTS = {"vgg16": 128, "inceptionresnetv2": 80, "mobilenetv2": 800}  # phantoms


class Side:
    """One of the programs of a comparison. seconds() runs it once."""

    def __init__(self, name, command, env=None, prepare=None):
        self.name, self.command = name, [str(word) for word in command]
        self.env, self.prepare = env or {}, prepare

    def seconds(self):
        if self.prepare:
            self.prepare()
        start = time.perf_counter()
        done = subprocess.run(self.command, env={**os.environ, **self.env}, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
        wall = time.perf_counter() - start
        if done.returncode:
            sys.exit(f"{self.name}: {' '.join(map(str, self.command))}\n{done.stdout}{done.stderr}")
        own = re.search(r"^seconds (\S+)$", done.stdout, re.M)  # a peer that times itself
        return float(own.group(1)) if own else wall


class Bench:
    def __init__(self, build, results, torch_python, keras_python, work):
        self.bin, self.results, self.work = Path(build).resolve() / "bin", Path(results), work
        self.torch_python, self.keras_python = torch_python, keras_python
        self.rows = []

    def tool(self, name, *args):
        return [str(self.bin / name), *map(str, args)]

    def compare(self, what, unit, count, hilum, peers, reach):
        """reach: for each peer the ratio that is aimed at."""
        times = self.measure(what, [hilum, *peers])
        for peer, aim in zip(peers, reach):
            self.row(what, unit, count, hilum, peer, aim, times)

    def measure(self, what, sides):
        times = {side: [] for side in sides}
        for number in range(ROUNDS):
            for side in sides:
                print(f"\r\033[K{what}: round {number + 1} of {ROUNDS}, {side.name}", end="",
                      file=sys.stderr, flush=True)
                times[side].append(side.seconds())
        print("\r\033[K", end="", file=sys.stderr)
        return times

    def row(self, what, unit, count, hilum, peer, aim, times):
        own, other = (statistics.median(times[side]) for side in (hilum, peer))
        each = [b / a for a, b in zip(times[hilum], times[peer])]
        self.add(what, f"{count / own:.4g} {unit}/s", peer.name, f"{count / other:.4g} {unit}/s",
                 f"{other / own:.2f}", f"{min(each):.2f} to {max(each):.2f}", aim)

    def add(self, *row):
        self.rows.append([str(field) for field in row])
        print("  ".join(self.rows[-1]), flush=True)

    # ---- inputs ----

    def images(self, size, patients, *split):
        """Phantoms of a size: a file of images, the same as an array, and how many there are."""
        tensor, array = self.work / f"{size}x{patients}", self.work / f"{size}x{patients}.npy"
        folder = self.work / f"phantoms{patients}"
        if not tensor.exists():
            if not folder.exists():
                self.run("phantom", "-q", "-n", patients, "--min-size", 300, "--max-size", 320,
                         folder)
            manifest = self.work / "manifest.tsv"
            self.run("split", "-q", *split, "-o", manifest, folder)
            self.run("preprocess", "-q", "--size", size, "-o", tensor, manifest)
            self.to_npy(tensor, "images", array)
        return tensor, array, sum(1 for _ in folder.glob("*/*.png"))

    def run(self, name, *args):
        subprocess.run(self.tool(name, *args), check=True)

    def to_npy(self, tensor, name, array):
        subprocess.run([self.torch_python, HERE / "to_npy.py", tensor, name, array], check=True)

    # ---- comparisons ----

    def extract(self, model):
        tensor, array, count = self.images(SIZES[model], PATIENTS[model])
        out = self.work / "features"

        def hilum(dtype):
            return Side("hilum " + dtype, self.tool("extract-features", "-q", "-m", model, "-w",
                                                    "seeded:1", "-t", dtype, "-o", out, tensor))

        peer = [self.torch_python, HERE / "peer_torch.py", model, array, self.work / "peer.npy"]
        tuned = Side("torch eager f32, malloc tuned", peer, TUNED)
        plain = Side("torch eager f32, as installed", peer)
        keras = Side("Keras predict f32", [self.keras_python, HERE / "peer_keras.py", "predict", model,
                                           array, self.work / "peer.npy"])
        aims = {"vgg16": (2.6, 4, 2.2), "inceptionresnetv2": (1.15, 1.3, 2.1),
                "mobilenetv2": (1.9, 6, 3)}[model]
        self.compare(f"extract-features {model} f32", "images", count, hilum("f32"),
                     [tuned, plain, keras], [*aims[:2], 2])
        self.compare(f"extract-features {model} bf16", "images", count, hilum("bf16"), [tuned],
                     aims[2:])

    def preprocess(self):
        folder = SHARED / "data" / "originals"
        if not folder.is_dir():
            return self.add("preprocess", f"NOT RUN: needs {folder}", *[""] * 5)
        manifest = self.work / "originals.tsv"
        self.run("split", "-q", "-o", manifest, folder)
        count = sum(1 for _ in folder.glob("*/*"))
        out = self.work / "preprocessed"
        for jobs in (1, CORES):
            # One core is one core: files are compressed by a thread of its own.
            held = ["taskset", "-c", "0"] if jobs == 1 else []
            hilum = Side("hilum", held + self.tool("preprocess", "-q", "-j", jobs, "--size", 224, "-o",
                                                   out, manifest))
            grey, rgb = (Side(f"Pillow, {name}, {jobs} process(es)",
                              [*held, self.torch_python, HERE / "peer_pillow.py", folder, jobs, mode])
                         for name, mode in (("grey", "L"), ("RGB as in Keras", "RGB")))
            self.compare(f"preprocess -j {jobs}, originals to 224, bilinear", "images", count, hilum,
                         [grey, rgb], [1.8, "-"])

    def head(self):
        width = 25088  # VGG16's flattened maps are as wide as this layer's
        tensor, _, rows = self.images(224, 2950, "--test", 0, "--val", 0)
        features, array, out = (self.work / name for name in ("wide", "wide.npy", "head"))
        self.run("extract-features", "-q", "-m", "mobilenetv2", "-w", "seeded:1", "-l", "block_5_add",
                 "-p", "flatten", "-o", features, tensor)
        self.to_npy(features, "features", array)
        epochs = [Side("", self.tool("train-head", "-q", "-n", 256, "-b", 32, "-e", n, "--patience", 99,
                                     "-o", out, features)) for n in (1, 3)]

        class Epoch(Side):  # two more epochs: without reading the file
            def seconds(self):
                return (epochs[1].seconds() - epochs[0].seconds()) / 2

        peer = Side("torch Adam, as installed", [self.torch_python, HERE / "peer_head.py", array])
        tuned = Side("torch Adam, malloc tuned", peer.command, TUNED)
        self.compare(f"train-head, {rows} x {width}, Dense 256, batch 32, an epoch", "rows", rows,
                     Epoch("hilum", []), [peer, tuned], [4, "-"])

    def experiment(self):
        data = SHARED / "data" / "chest_xray"
        weights = SHARED / "weights" / "mobilenet_v2_imagenet_1.0_224_no_top.dequantized.h5"
        if not data.is_dir() or not weights.exists():
            return self.add("whole experiment", f"NOT RUN: needs {data} and {weights}", *[""] * 5)
        results = self.work / "results"
        make = ["make", "-s", "all", "MODEL=mobilenetv2", f"DATA={data}", f"WEIGHTS={weights}",
                f"RESULTS={results}", f"BUILD={self.bin.parent.relative_to(ROOT)}"]
        units = iter(range(64, 1000))

        class Again(Side):
            def seconds(self):
                self.command = [*make, "EXPLAIN=0", f"NEURONS={next(units)}"]
                return super().seconds()

        cold = Side("hilum", make, prepare=lambda: shutil.rmtree(results, ignore_errors=True))
        again = Again("hilum again", make)
        script = Side("a plain Keras script", [self.keras_python, HERE / "peer_keras.py", "experiment",
                                               data, weights])
        times = self.measure("experiment", [cold, again, script])
        self.row("make all, MobileNetV2, 5,216 images, cold", "images", 5216, cold, script, 5, times)
        self.row("again with another NEURONS", "images", 5216, again, script, 50, times)

    def growth(self):
        """Time and memory with the number of images, which are the data set's over and over."""
        source = xrays()
        if not source:
            return self.add("growth", f"NOT RUN: needs {SHARED}/data/chest_xray", *[""] * 5)
        for count in (500, 5000, 50000):
            folder = self.work / f"repeated{count}"
            repeat(source, count, folder)
            place = {name: self.work / f"{name}{count}" for name in ("manifest", "images", "features", "head")}
            for name, out, *args in (
                    ("split", "manifest", folder),
                    ("preprocess", "images", "--size", 224, place["manifest"]),
                    ("extract-features", "features", "-m", "mobilenetv2", "-w", "seeded:1", place["images"]),
                    ("train-head", "head", "-e", 5, "--patience", 99, place["features"])):
                seconds, memory = self.cost(self.tool(name, "-q", "-o", place[out], *args))
                self.add(f"{name}, {count} images", f"{seconds:.2f} s", "peak memory", f"{memory:.0f} MB",
                         f"{1000 * seconds / count:.3f} ms an image", "", "")

    @staticmethod
    def cost(command):
        """Seconds and the largest resident set, in MB, of one run."""
        start = time.perf_counter()
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"{' '.join(command)}: failed")
        return time.perf_counter() - start, usage.ru_maxrss / 1024

    def start(self):
        for path in sorted(self.bin.iterdir()):
            times = [Side(path.name, [str(path), "--version"]).seconds() for _ in range(21)]
            libraries = subprocess.run(["ldd", path], capture_output=True, text=True).stdout
            self.add(f"{path.name} --version", f"{1000 * statistics.median(times):.1f} ms", "libtorch",
                     "linked" if "torch" in libraries else "not linked", "", "", "5 ms")


def write(rows, results):
    names = ["work", "hilum", "against", "its speed", "ratio of medians", "least and largest", "reach"]
    results.mkdir(parents=True, exist_ok=True)
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo")
                if line.startswith("model name")), "unknown")
    with open(results / "bench.tsv", "w") as tsv, open(results / "bench.md", "w") as md:
        print(f"#machine\t{CORES} cores, {cpu}", f"#rounds\t{ROUNDS}", "\t".join(names), sep="\n",
              file=tsv)
        print(f"{CORES} cores, {cpu}; {ROUNDS} rounds.\n", file=md)
        print("| " + " | ".join(names) + " |\n|" + "---|" * len(names), file=md)
        for row in rows:
            print("\t".join(row), file=tsv)
            print("| " + " | ".join(row) + " |", file=md)


def main():
    build, results, torch_python, keras_python, *wanted = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="hilum-bench-") as work:
        b = Bench(build, results, torch_python, keras_python, Path(work))
        parts = {"start": b.start, "growth": b.growth, "preprocess": b.preprocess, "head": b.head,
                 **{m: (lambda m=m: b.extract(m)) for m in SIZES}, "experiment": b.experiment}
        for name in wanted or parts:
            parts[name]()
        write(b.rows, Path(results))


main()
