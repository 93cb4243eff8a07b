#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Times hilum's tools beside their peers: `make bench`.

Every comparison runs its sides in turn, round after round, on the same inputs, and states the median
of each and the ratio of the medians. A peer's time leaves out what its interpreter needs to start
and to import, and what a network needs to be converted or compiled, which favours it; hilum's is
that of the whole process. Peers that are not installed are named in the table.

With BENCH_TIME=cpu in the environment it is CPU seconds that count, of all threads: for machines
that do other work at the same time.

Usage: bench.py BUILD RESULTS PEERS_PYTHON KERAS_PYTHON [NAME ...]
"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from images import SHARED, SIZES, repeat, xrays
from sides import CPU, HERE, ROOT, Failed, Peer, Side, machine

ROUNDS = int(os.environ.get("ROUNDS", "5"))
CORES = len(os.sched_getaffinity(0))
# glibc keeps large buffers instead of giving them back after every operation.
TUNED = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
    "MALLOC_TOP_PAD_": str(64 << 20),
}
PLAIN = ["--lr-schedule", "constant", "--l2", 0, "--standardize", "no"]  # training as the peers do it
PATIENTS = {"vgg16": 128, "inceptionresnetv2": 80, "mobilenetv2": 800}  # phantoms


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


class Bench:
    def __init__(self, build, results, python, keras_python, work):
        self.bin, self.results, self.work = Path(build).resolve() / "bin", Path(results), work
        self.python, self.keras_python = python, keras_python
        self.rows = []

    def tool(self, name, *args):
        return [str(self.bin / name), *map(str, args)]

    def compare(self, what, unit, count, hilum, peers, reach):
        """reach: for each peer the ratio that is aimed at."""
        times = self.measure(what, [hilum, *peers])
        for peer, target in zip(peers, reach):
            self.row(what, unit, count, hilum, peer, target, times)

    def measure(self, what, sides):
        times = {side: [] for side in sides}
        for number in range(ROUNDS):
            for side in sides:
                progress(f"{what}: round {number + 1} of {ROUNDS}, {side.name}")
                self.run_side(side, times[side])
        progress("")
        return times

    @staticmethod
    def run_side(side, times):
        if getattr(side, "missing", None):
            return
        try:
            times.append(side.seconds())
        except Failed as error:
            side.missing = str(error)

    def row(self, what, unit, count, hilum, peer, target, times):
        if getattr(peer, "missing", None):
            return self.add(what, "", peer.name, f"NOT RUN: {peer.missing}", "", "", target)
        own, other = (statistics.median(times[side]) for side in (hilum, peer))
        each = [b / a for a, b in zip(times[hilum], times[peer])]
        speeds = (f"{1000 * t / count:.4g} ms/{unit[:-1]}" if CPU else f"{count / t:.4g} {unit}/s" for t in (own, other))
        mine, theirs = speeds
        self.add(what, mine, peer.name, theirs, f"{other / own:.2f}", f"{min(each):.2f} to {max(each):.2f}", target)

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
        subprocess.run([self.python, HERE / "to_npy.py", tensor, name, array], check=True)

    # ---- comparisons ----

    def extract(self, model):
        tensor, array, count = self.images(SIZES[model], PATIENTS[model])
        out = self.work / "features"

        def hilum(dtype):
            return Side("hilum " + dtype, self.tool("extract-features", "-q", "-m", model, "-w",
                                                    "seeded:1", "-t", dtype, "-o", out, tensor))

        def peer(name, package, program, *args, env=None, python=self.python):
            return Peer(name, python, package, program, *args, env=env)

        arguments = model, array, self.work / "peer.npy"
        best, again, least = {"vgg16": (2, 2.6, 4), "inceptionresnetv2": (1.05, 1.15, 1.3),
                              "mobilenetv2": (1.1, 1.9, 6)}[model]
        self.compare(f"extract-features {model} f32", "images", count, hilum("f32"), [
            peer("openvino f32", "openvino", "peer_openvino.py", *arguments, "f32"),
            peer("onnxruntime f32", "onnxruntime", "peer_onnxruntime.py", *arguments),
            peer("torch compiled f32", "torch", "peer_torch.py", *arguments, "compiled", env=TUNED),
            peer("torch eager f32, malloc tuned", "torch", "peer_torch.py", *arguments, env=TUNED),
            peer("torch eager f32, as installed", "torch", "peer_torch.py", *arguments),
            peer("keras predict f32", "keras", "peer_keras.py", "predict", *arguments, python=self.keras_python),
        ], [best, best, best, again, least, 2])
        if os.environ.get("ONEDNN_MAX_CPU_ISA") == "AVX2":  # by which libtorch cannot compute in bfloat16
            return self.add(f"extract-features {model} bf16", "", "", "NOT RUN: held to AVX2", "", "", 1)
        self.compare(f"extract-features {model} bf16", "images", count, hilum("bf16"),
                     [peer("openvino bf16", "openvino", "peer_openvino.py", *arguments, "bf16")], [1])

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
            peers = [Peer(f"{package}, {name}, {jobs} process(es)", self.python, package, "peer_pixels.py", folder,
                          jobs, mode, held=held)
                     for package, name, mode in (("pillow", "grey", "L"), ("opencv-python-headless", "grey", "opencv"),
                                                 ("pillow", "RGB as in Keras", "RGB"))]
            self.compare(f"preprocess -j {jobs}, originals to 224, bilinear", "images", count, hilum, peers,
                         [1.6, 1.2, "-"])

    def dicom(self):
        folder, count, manifest = self.work / "dicom", 40, self.work / "dicom.tsv"
        subprocess.run([self.python, HERE / "peer_dicom.py", folder, "make", str(count)], check=True)
        manifest.write_text("#hilum-manifest 1\npath\tlabel\tpatient\tsubset\n" + "".join(
            f"{path}\tA\tp\ttrain\n" for path in sorted(folder.iterdir())))
        held = ["taskset", "-c", "0"]
        hilum = Side("hilum", held + self.tool("preprocess", "-q", "-j", 1, "--size", 224, "-o",
                                               self.work / "preprocessed", manifest))
        self.compare("preprocess -j 1, DICOM of 5 megapixels to 224, bilinear", "images", count, hilum,
                     [Peer("pydicom, numpy, pillow", self.python, "pydicom", "peer_dicom.py", folder, held=held)], [5])

    def codecs(self):
        """What the child process costs that decodes compressed frames, in CPU time."""
        folder = self.work / "frames"
        folder.mkdir()
        frames = subprocess.run([self.python, HERE / "frames.py", folder], check=True, text=True,
                                stdout=subprocess.PIPE).stdout
        for codec, rows, columns, bits, path in map(str.split, frames.splitlines()):
            done = subprocess.run([self.bin.parent / "tests/bench/codec_child", str(max(ROUNDS, 20)), codec, rows,
                                   columns, bits, path], check=True, text=True, stdout=subprocess.PIPE)
            here, there, ratio = done.stdout.split()
            self.add(f"decode {codec}, {rows} x {columns} of {bits} bits", f"{there} ms/frame", "in the same process",
                     f"{here} ms/frame", f"{1 / float(ratio):.3f}", "", 0.91)

    def head(self):
        width = 25088  # VGG16's flattened maps are as wide as this layer's
        tensor, _, rows = self.images(224, 2950, "--test", 0, "--val", 0)
        features, array, out = (self.work / name for name in ("wide", "wide.npy", "head"))
        self.run("extract-features", "-q", "-m", "mobilenetv2", "-w", "seeded:1", "-l", "block_5_add",
                 "-p", "flatten", "-o", features, tensor)
        self.to_npy(features, "features", array)
        epochs = [Side("", self.tool("train-head", "-q", "-n", 256, "-b", 32, "-e", n, *PLAIN, "--patience", 99,
                                     "-o", out, features)) for n in (1, 3)]

        class Epoch(Side):  # two more epochs: without reading the file
            def seconds(self):
                return (epochs[1].seconds() - epochs[0].seconds()) / 2

        peer, tuned = (Peer(f"torch Adam, {name}", self.python, "torch", "peer_head.py", array, env=env)
                       for name, env in (("as installed", None), ("malloc tuned", TUNED)))
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
        # As the script trains.
        as_script = ["EPOCHS=50", "LR_SCHEDULE=constant", "L2=0", "STANDARDIZE=no", "PATIENCE=5"]
        units = iter(range(64, 1000))

        class Again(Side):
            def seconds(self):
                self.command = [*make, *self.knobs, "EXPLAIN=0", f"NEURONS={next(units)}"]
                return super().seconds()

        cold = Side("hilum", [*make, *as_script], prepare=lambda: shutil.rmtree(results, ignore_errors=True))
        again, defaults = Again("hilum again", make), Again("hilum by its defaults", make)
        again.knobs, defaults.knobs = as_script, []
        script = Peer("a plain keras script", self.keras_python, "keras", "peer_keras.py", "experiment", data, weights)
        times = self.measure("experiment", [cold, again, defaults, script])
        self.row("make all, MobileNetV2, 5,216 images, cold", "images", 5216, cold, script, 5, times)
        self.row("again with another NEURONS", "images", 5216, again, script, 50, times)
        self.row("the same by the default training", "images", 5216, defaults, script, "-", times)

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
                         f"{1000 * seconds / count:.3f} ms per image", "", "")

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


def write(rows, where, results):
    names = ["work", "hilum", "against", "it takes" if CPU else "its speed", "ratio of medians", "range", "target"]
    kind = "CPU seconds" if CPU else "elapsed time"
    results.mkdir(parents=True, exist_ok=True)
    with open(results / "bench.tsv", "w") as tsv, open(results / "bench.md", "w") as md:
        print(f"#machine\t{where}", f"#rounds\t{ROUNDS}", f"#time\t{kind}", "\t".join(names), sep="\n", file=tsv)
        print(f"{where}; {kind}, {ROUNDS} rounds.\n", file=md)
        print("| " + " | ".join(names) + " |\n|" + "---|" * len(names), file=md)
        for row in rows:
            print("\t".join(row), file=tsv)
            print("| " + " | ".join(row) + " |", file=md)


def main():
    build, results, python, keras_python, *wanted = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="hilum-bench-") as work:
        b = Bench(build, results, python, keras_python, Path(work))
        parts = {"start": b.start, "growth": b.growth, "preprocess": b.preprocess, "dicom": b.dicom, "codecs": b.codecs,
                 "head": b.head, **{m: (lambda m=m: b.extract(m)) for m in SIZES}, "experiment": b.experiment}
        for name in wanted or parts:
            if name not in parts:
                sys.exit(f"{name}: expected {', '.join(parts)}")
        where = machine(b.bin)
        print(where, flush=True)
        for name in wanted or parts:
            parts[name]()
        write(b.rows, where, Path(results))


main()
