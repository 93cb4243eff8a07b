#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measures extract-features on a GPU: `make bench-gpu LIBTORCH=...`.

States the card's own rates, images a second of every backbone and arithmetic, from a file of images
to a file of features and while it runs, PyTorch's own eager forward pass on images that are in the
card's memory already, and how far the features are from float32's of the CPU.

Usage: gpu.py BUILD RESULTS [NETWORK | flatten | pipeline]..., with the python3 of the PyTorch that
BUILD was made for. flatten: VGG16's last maps as they are; pipeline: tool by tool, with the
ImageNet weights of MobileNetV2.
"""
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy
import torch

from images import SHARED, SIZES, repeat, xrays

HERE = Path(__file__).resolve().parent
GFLOP = {"vgg16": 30.69, "inceptionresnetv2": 26.3, "mobilenetv2": 0.601}  # an image, 2 a multiplication
TYPES = {"f32": torch.float32, "tf32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}
COUNTS = {"f32": 4000, "tf32": 12000, "bf16": 40000, "f16": 12000}  # some seconds each
FEW = 128  # whose features are compared


def median_seconds(work, times=10):
    for _ in range(3):
        work()
    seconds = []
    for _ in range(times):
        torch.cuda.synchronize()
        start = time.perf_counter()
        work()
        torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def allow_tf32(allowed):
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = allowed


def card():
    """TFLOP/s of a product of 8,192 x 8,192 in each arithmetic; prints them and the copy's TB/s."""
    rates, n = {}, 8192
    for name, dtype in TYPES.items():
        allow_tf32(name == "tf32")
        a, b = (torch.randn(n, n, device="cuda", dtype=dtype) for _ in range(2))
        rates[name] = 2 * n**3 / median_seconds(lambda: a @ b, 5) / 1e12
    a = torch.empty(1 << 30, device="cuda", dtype=torch.uint8)
    b = torch.empty_like(a)
    copy = 2 * a.numel() / median_seconds(lambda: b.copy_(a)) / 1e12
    del a, b
    torch.cuda.empty_cache()  # the memory is the tool's
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}, cuDNN {torch.backends.cudnn.version()}\n")
    print("products of 8,192 x 8,192: "
          + ", ".join(f"{name} {rate:.0f} TFLOP/s" for name, rate in rates.items()) + f"; copy {copy:.2f} TB/s\n")
    return rates


class Bench:
    def __init__(self, build, work):
        self.bin, self.work = Path(build).resolve() / "bin", work

    def tool(self, name, *args):
        done = subprocess.run([str(self.bin / name), *map(str, args)], text=True, stderr=subprocess.PIPE)
        if done.returncode:
            sys.exit(f"{name} {' '.join(map(str, args))}\n{done.stderr}")
        return done.stderr

    def folder(self, count):
        """The data set over and over, or phantoms where it is not there."""
        folder, source = self.work / f"folder{count}", xrays()
        if not source:
            self.tool("phantom", "-q", "-n", 500, self.work / "phantoms")
            source = (self.work / "phantoms").glob("*/*.png")
        repeat(source, count, folder)
        return folder

    def images(self, count, size):
        manifest, images = self.work / f"manifest{count}", self.work / f"images{count}x{size}"
        if not manifest.exists():
            self.tool("split", "-q", "--duplicates", "apart", "-o", manifest, self.folder(count))
        if not images.exists():
            self.tool("preprocess", "-q", "--size", size, "-o", images, manifest)
        return images

    def features(self, model, dtype, count, *options, device="cuda"):
        """What it said, and how long it took in all."""
        images, out = self.images(count, SIZES[model]), self.work / "features"
        start = time.perf_counter()
        said = self.tool("extract-features", "-m", model, "-w", "seeded:1", "-t", dtype, "-d", device,
                         *options, "-o", out, images)
        return said, time.perf_counter() - start, out

    def values(self, *args, **named):
        array = self.work / "features.npy"
        subprocess.run([sys.executable, HERE / "to_npy.py", self.features(*args, **named)[2], "features", array],
                       check=True)
        return numpy.load(array).astype(float)

    def errors(self, model):
        """Relative L2 distance from the CPU's float32."""
        exact = self.values(model, "f32", FEW, device="cpu")
        return {name: numpy.linalg.norm(self.values(model, name, FEW) - exact) / numpy.linalg.norm(exact)
                for name in TYPES}


def eager(model, dtype_name, batch=128):
    """Images a second of PyTorch's own network, in the faster of the two orders in memory."""
    allow_tf32(dtype_name == "tf32")
    if model == "inceptionresnetv2":
        import timm
        net = timm.create_model("inception_resnet_v2", num_classes=0)
    else:
        import torchvision
        net = {"vgg16": torchvision.models.vgg16, "mobilenetv2": torchvision.models.mobilenet_v2}[model]().features
    rates = []
    for order in (torch.channels_last, torch.contiguous_format):
        how = {"device": "cuda", "dtype": TYPES[dtype_name], "memory_format": order}
        net = net.eval().to(**how)
        x = torch.randn(batch, 3, SIZES[model], SIZES[model]).to(**how)
        with torch.inference_mode():
            rates.append(batch / median_seconds(lambda: net(x), 5))
    del net, x
    torch.cuda.empty_cache()
    return max(rates)


def rate_and_shares(said):
    rate = float(re.search(r"images in .* s \((\S+)/s\)", said)[1])
    shares = re.search(r"ran (\d+ %), images were read (\d+ %) and features written (\d+ %)", said)
    return rate, shares.groups()


def table_of(rows):
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def networks(b, models, rates):
    columns = ["network", "arithmetic", "images", "images/s", "TFLOP/s", "of the card's", "with start and end",
               "network ran", "read", "written", "PyTorch eager", "error"]
    rows = [columns, ["---"] * len(columns)]
    for model in models:
        errors = b.errors(model)
        for name, count in COUNTS.items():
            said, wall, _ = b.features(model, name, count)
            rate, shares = rate_and_shares(said)
            tflops = rate * GFLOP[model] / 1e3
            rows.append([model, name, f"{count:,}", f"{rate:,.0f}", f"{tflops:.1f}", f"{tflops / rates[name]:.2f}",
                         f"{count / wall:,.0f}", *shares, f"{eager(model, name):,.0f}", f"{errors[name]:.1e}"])
            print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    return table_of(rows)


def flatten(b):
    rows = [["VGG16 bf16, flatten, 12,000 images", "images/s", "network ran", "read", "written", "GB"], ["---"] * 6]
    for store in ("f32", "f16"):
        said, _, out = b.features("vgg16", "bf16", 12000, "-p", "flatten", "--store", store)
        rate, shares = rate_and_shares(said)
        rows.append([f"stored as {store}", f"{rate:,.0f}", *shares, f"{out.stat().st_size / 1e9:.2f}"])
    return table_of(rows)


def pipeline(b, rounds=3):
    """Seconds of each tool, from folder to heat maps."""
    data, weights = SHARED / "data" / "chest_xray", next((SHARED / "weights").glob("*.h5"))
    at = {name: b.work / name for name in ("manifest", "audit", "images", "features", "head", "history", "metrics",
                                           "predictions", "calibration", "explain", "list")}
    tools = {
        "split": ["-o", at["manifest"], data],
        "audit": ["-o", at["audit"], at["manifest"]],
        "preprocess": ["-m", "mobilenetv2", "-o", at["images"], at["manifest"]],
        "extract-features": ["-m", "mobilenetv2", "-w", weights, "-d", "cuda", "-o", at["features"], at["images"]],
        "train-head": ["-n", 256, "-e", 50, "--lr-schedule", "constant", "--l2", 0, "--standardize", "no",
                       "--patience", 5, "--history", at["history"], "-o", at["head"], at["features"]],
        "evaluate": ["--resamples", 2000, "--calibration", at["calibration"], "-p", at["predictions"], "-o",
                     at["metrics"], at["head"], at["features"]],
        "explain": ["-i", at["images"], "-p", at["predictions"], "-w", weights, "-o", at["explain"], at["head"]],
        "predict": ["-w", weights, "-d", "cuda", "-o", at["list"], at["head"], data],
    }
    rows = [["tool", "seconds"], ["---", "---"]]
    times = {name: [] for name in tools}
    for _ in range(rounds):
        shutil.rmtree(at["explain"], ignore_errors=True)
        for name, arguments in tools.items():
            start = time.perf_counter()
            b.tool(name, "-q", *arguments)
            times[name].append(time.perf_counter() - start)
    rows += [[name, f"{statistics.median(seconds):.2f}"] for name, seconds in times.items()]
    return table_of(rows)


def main():
    build, results, *chosen = sys.argv[1:]
    known = [*SIZES, "flatten", "pipeline"]
    for name in set(chosen) - set(known):
        sys.exit(f"{name}: expected {', '.join(known)}")
    chosen = chosen or known
    rates, tables = card(), []
    with tempfile.TemporaryDirectory(prefix="hilum-bench-") as work:
        b = Bench(build, Path(work))
        models = [name for name in chosen if name in SIZES]
        if models:
            tables.append(networks(b, models, rates))
        if "flatten" in chosen:
            tables.append(flatten(b))
        if "pipeline" in chosen:
            tables.append(pipeline(b) if xrays() else f"pipeline: NOT RUN: needs {SHARED}/data/chest_xray\n")
    print("\n".join(tables))
    Path(results).mkdir(parents=True, exist_ok=True)
    (Path(results) / "gpu.md").write_text("\n".join(tables))


main()
