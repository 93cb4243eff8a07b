# SPDX-License-Identifier: BSD-2-Clause
"""Sound tensor files with a content that is wrong: images, features, heads, calibrations, weights."""
import struct

from hostile import (CLASSES, MANIFEST, NAMES_NOW, SPACE, case, dump, entry, floats, frame_of_runs, meta, safetensors,
                     tensors, zstd)

NAN, INF = float("nan"), float("inf")


def features():
    def train(name, metadata, message, why, text=MANIFEST, values=None, dtype="F32", shape=(4, 4), data=None,
              names=("manifest", "features"), text_dtype="U8"):
        text = text.encode() if isinstance(text, str) else text
        data = data if data is not None else floats(*(values or [i / 7 for i in range(16)]))
        case(f"features/{name}", zstd(tensors(metadata, (names[0], text_dtype, [len(text)], text),
                                              (names[1], dtype, list(shape), data))),
             'train-head -q -e 1 -j 1 -o out "$file"', 1, message, why)

    m = meta("features")
    ramp = [i / 7 for i in range(16)]
    at = lambda i, v: ramp[:i] + [v] + ramp[i + 1:]
    train("nan", m, "sample '2.png': feature 1 is not finite", "one NaN would turn every weight into NaN", values=at(9, NAN))
    train("infinity", m, "sample '0.png': feature 0 is not finite", "an infinity, too", values=at(0, -INF))
    train("f16-nan", m, "sample '3.png': feature 3 is not finite", "a NaN in half precision", dtype="F16",
          data=struct.pack("<16H", *[0] * 15, 0x7E01))
    train("f16-infinity", m, "sample '0.png': feature 2 is not finite", "an infinity in half precision", dtype="F16",
          data=struct.pack("<16H", 0, 0, 0x7C00, *[0] * 13))
    train("bf16-nan", m, "sample '1.png': feature 0 is not finite", "a NaN in bfloat16", dtype="BF16",
          data=struct.pack("<16H", *[0] * 4, 0xFFC1, *[0] * 11))
    train("whole-numbers", m, "features: expected F32, F16 or BF16 of two dimensions, found I64 of 2", "another type",
          dtype="I64", data=b"\0" * 128)
    train("rank-3", m, "expected F32, F16 or BF16 of two dimensions, found F32 of 3", "another shape", shape=(4, 2, 2))
    train("width-0", m, "expected a width from 1 to 2147483647, found 0", "vectors of nothing", shape=(4, 0), data=b"")
    train("no-rows", m, "features: expected at least one row", "no sample", shape=(0, 4), data=b"")
    train("more-rows", m, "4 samples in the manifest, but 8 rows of features", "rows that belong to no sample", shape=(8, 2))
    train("fewer-rows", m, "4 samples in the manifest, but 2 rows of features", "samples without a row", shape=(2, 8))
    train("swapped", m, "expected the tensors manifest and features", "in another order", names=("features", "manifest"))
    train("manifest-of-numbers", m, "manifest: expected U8 of one dimension, found F32 of 1", "a manifest that is not text",
          text=b"", text_dtype="F32")
    train("kind-images", meta("images"), "expected a file of kind 'features', found 'images'", "a file of another kind")
    train("kind-none", meta("features", kind=None), "expected a file of kind 'features', found 'none'", "a file of no kind")
    for key in ("classes", "space", "chain"):
        train(f"no-{key}", meta("features", **{key: None}), f"expected metadata hilum.{NAMES_NOW.get(key, key)}, found none",
              f"without hilum.{NAMES_NOW.get(key, key)}")
    for name, value, why in (("no-json", "[", "not JSON"), ("number", "[1,2]", "numbers"), ("empty", "[]", "none"),
                             ("twice", '["NORMAL","NORMAL"]', "the same twice"), ("nameless", '["NORMAL",""]', "one without a name"),
                             ("object", '{"NORMAL":0}', "an object")):
        train(f"classes-{name}", meta("features", classes=value), "hilum.classes: expected a JSON list of different names",
              "classes: " + why)
    train("classes-others", meta("features", classes='["NORMAL","VIRUS"]'), "its label 'PNEUMONIA' is not in hilum.classes",
          "a label that is not a class")
    train("chain-no-json", meta("features", chain="{"), "provenance: expected a JSON list", "a provenance that cannot be kept")
    for name, change, message in (("unknown-field", {"colour": "red"}, "it has fields that this version does not know"),
                                  ("height-0", {"height": 0}, "expected height and width as whole numbers from 1 to 4096"),
                                  ("height-text", {"height": "224"}, "expected height and width as whole numbers from 1 to 4096"),
                                  ("long-name", {"cut": "x" * 5000}, "expected feature_layer as a text of at most"),
                                  ("number-for-name", {"pool": 1}, "expected pool as a text of at most")):
        train(f"space-{name}", meta("features", space=dump({**SPACE, **change})), message, "space: " + name.replace("-", " "))
    train("space-no-json", meta("features", space="224"), "hilum.feature_space: not a JSON object", "space: a number")
    train("path-twice", m, "path '1.png' appears twice", "an image that would count twice", text=MANIFEST.replace("3.png", "1.png"))
    train("zero-in-manifest", m, "it holds a zero byte", "names that end early in C", text=MANIFEST.replace("p3", "p\0"))
    train("nothing-to-train-on", m, "class 'NORMAL' has no sample in the training subset", "all samples are for the test", text=MANIFEST.replace("train", "test"))
    text = MANIFEST.encode()
    start = safetensors({"__metadata__": m, "manifest": entry("U8", [len(text)], 0, len(text)),
                         "features": entry("F32", [4, 1 << 28], len(text), len(text) + (1 << 32))}, text)
    case("features/bomb", frame_of_runs(start, 0, 32768, 20), 'train-head -q -e 1 -j 1 -o out "$file"', 1,
         "out of memory", "128 KB that become 4 GiB of features: the limit on memory holds, with a message")


def images():
    text = MANIFEST.replace("PNEUMONIA", "ILL").encode()
    space = {k: SPACE[k] for k in ("filter", "fit")}

    def extract(name, shape, message, why, dtype="U8", space_size=(32, 32), data=None):
        m = meta("images", classes='["ILL","NORMAL"]', space=dump({**space, "height": space_size[0], "width": space_size[1]}))
        n = 1
        for side in shape:
            n *= side
        case(f"images/{name}", zstd(tensors(m, ("manifest", "U8", [len(text)], text),
                                            ("images", dtype, list(shape), data if data is not None else b"\x80" * n))),
             'extract-features -q -m mobilenetv2 -w seeded:1 -j 1 -o out "$file"', 1, message, why)

    extract("floats", (4, 32, 32, 1), "expected images U8 [N, H, W, 1 or 3] of the size that hilum.feature_space states", "pixels of another type", dtype="F32", data=b"\0" * (4 * 32 * 32 * 4))
    extract("two-channels", (4, 32, 32, 2), "expected", "neither grey nor RGB")
    extract("no-channels", (4, 32, 32), "expected", "three dimensions")
    extract("other-size", (4, 16, 16, 1), "expected", "not of the size that its feature space states")


def heads():
    def head(name, message, why, layers=((4, 2),), values=None, metadata=None, dtype="F32", rename=lambda n: n, drop=0, before=()):
        parts = list(before)
        for i, (rows, units) in enumerate(layers, 1):
            kernel = [0.5] * (rows * units)
            bias = [0.0] * units
            if values and i == len(layers):
                kernel, bias = values(kernel, bias)
            size = {"F32": "f", "F16": "e"}[dtype]
            parts += [(rename(f"dense_{i}/kernel"), dtype, [rows, units], struct.pack(f"<{len(kernel)}{size}", *kernel)),
                      (rename(f"dense_{i}/bias"), dtype, [units], struct.pack(f"<{len(bias)}{size}", *bias))]
        case(f"head/{name}", zstd(tensors(metadata or meta("head"), *parts[:len(parts) - drop])),
             'evaluate -q -j 1 "$file" "$DATA/evaluate/features.safetensors.zst"', 1, message, why)

    head("nan", "dense_1/kernel: a value is not finite", "a NaN among the weights", values=lambda k, b: ([NAN] + k[1:], b))
    head("infinity", "dense_1/bias: a value is not finite", "an infinity", values=lambda k, b: (k, [INF] + b[1:]))
    head("no-layer", "expected a kernel and a bias for 1 to 16 layers, found 0 tensors", "no layer at all", layers=())
    head("17-layers", "expected a kernel and a bias for 1 to 16 layers, found 34 tensors", "above the limit",
         layers=((4, 2),) + ((2, 2),) * 16)
    head("no-bias", "expected a kernel and a bias for 1 to 16 layers, found 1 tensors", "half a layer", drop=1)
    head("other-names", "expected tensors dense_1/kernel and dense_1/bias, found dense_2/kernel and dense_2/bias",
         "a layer that is not the first", rename=lambda n: n.replace("_1", "_2"))
    head("half-precision", "dense_1/kernel: its shape does not fit", "another type", dtype="F16")
    head("layers-do-not-fit", "dense_2/kernel: its shape does not fit the adjacent layers", "3 values for 5 inputs",
         layers=((4, 3), (5, 2)))
    head("no-inputs", "dense_1/kernel: its shape does not fit the adjacent layers", "a layer of nothing", layers=((0, 2),))
    head("three-outputs", "expected an output for each of 2 classes, found 3 outputs", "an answer without a class", layers=((4, 3),))
    head("other-width", "5", "made for vectors of another width", layers=((5, 2),))
    head("kind-features", "expected a file of kind 'head', found 'features'", "a file of another kind", metadata=meta("features"))
    head("other-space", "feature spaces differ in normalize", "trained with another normalisation",
         metadata=meta("head", space=dump({**SPACE, "normalize": "caffe"})))
    head("other-classes", "VIRUS", "trained on other classes", metadata=meta("head", classes='["NORMAL","VIRUS"]'))
    head("classes-swapped", "classes differ: number 0 is 'NORMAL' in", "class 0 is what features call 1", metadata=meta("head", classes='["PNEUMONIA","NORMAL"]'))
    head("tail-no-json", "hilum.finetuned", "fine-tuned layers that are not described", metadata=meta("head", tail="{"))
    head("no-chain", "expected metadata hilum.classes, hilum.feature_space and hilum.provenance", "without provenance",
         metadata=meta("head", chain=None))

    def mean(*values):
        return ("standardize/mean", "F32", [len(values)], struct.pack(f"<{len(values)}f", *values))

    def scale(*values):
        return ("standardize/scale", "F32", [len(values)], struct.pack(f"<{len(values)}f", *values))

    head("scale-zero", "standardize/scale: value 2: expected a normal number above 0, found 0", "a division by zero",
         before=(mean(0, 0, 0, 0), scale(1, 1, 0, 1)))
    head("scale-negative", "standardize/scale: value 0: expected a normal number above 0, found -1", "a deviation below zero",
         before=(mean(0, 0, 0, 0), scale(-1, 1, 1, 1)))
    head("scale-subnormal", "standardize/scale: value 3: expected a normal number above 0", "a scale that is flushed to zero",
         before=(mean(0, 0, 0, 0), scale(1, 1, 1, 1e-40)))
    head("scale-nan", "standardize/scale: a value is not finite", "a NaN among the scales", before=(mean(0, 0, 0, 0), scale(1, NAN, 1, 1)))
    head("mean-infinity", "standardize/mean: a value is not finite", "an infinity among the means",
         before=(mean(0, 0, INF, 0), scale(1, 1, 1, 1)))
    head("mean-alone", "expected tensor standardize/scale after standardize/mean, found dense_1/kernel", "means without scales",
         before=(mean(0, 0, 0, 0),))
    head("mean-shorter", "standardize/mean has 3 values, standardize/scale has 4", "fewer means than scales",
         before=(mean(0, 0, 0), scale(1, 1, 1, 1)))
    head("mean-of-other-width", "standardize/mean has 3 values, but dense_1/kernel takes 4", "other features are standardised",
         before=(mean(0, 0, 0), scale(1, 1, 1)))
    head("mean-matrix", "standardize/mean: expected F32 values, one for each feature", "means that are not a vector",
         before=(("standardize/mean", "F32", [2, 2], struct.pack("<4f", 0, 0, 0, 0)), scale(1, 1, 1, 1)))


def calibrations():
    good = {"temperature": 1.0, "positive": "PNEUMONIA", "points": [], "outlier": None}
    point = {"name": "a", "target": "sensitivity", "value": 0.9, "sensitivity": 0.9, "specificity": 0.5, "threshold": 0.3}
    outlier = {"inputs": 4, "seed": "1", "threshold": 2.0, "quantile": 0.99, "shrinkage": 0.1, "trained": 4, "held_out": 4}

    def calibration(name, content, message, why, *parts, head="sha256:" + "0" * 64):
        m = meta("calibration", head=head, calibration=content if isinstance(content, str) else dump(content))
        case(f"calibration/{name}", zstd(tensors(m, *parts)), 'predict -q -j 1 -f "$DATA/evaluate/features.safetensors.zst" '
             '-c "$file" -o out "$DATA/evaluate/head.safetensors.zst"', 1, message, why)

    calibration("other-head", good, "it belongs to another head than", "the calibration of another head")
    calibration("no-json", "{", "hilum.calibration: not a JSON object", "not JSON")
    calibration("temperature-0", {**good, "temperature": 0}, "'temperature': expected a number above 0", "a division by 0")
    calibration("temperature-negative", {**good, "temperature": -1}, "'temperature': expected a number above 0", "inverts every prediction")
    calibration("temperature-null", {**good, "temperature": None}, "'temperature': expected a number, found null", "no number")
    calibration("threshold-text", {**good, "points": [{**point, "threshold": "high"}]}, "'threshold': expected a number or null, found something else", "neither a number nor null")
    calibration("value-null", {**good, "points": [{**point, "value": None}]}, "'value': expected a number, found null", "no number")
    calibration("positive-unknown", {**good, "positive": "COVID"}, "'positive': expected one of its classes, found 'COVID'",
                "thresholds for a class that it does not have")
    calibration("point-twice", {**good, "points": [point, point]}, "'a' appears twice", "two thresholds of one name")
    calibration("share-above-1", {**good, "points": [{**point, "sensitivity": 1.5}]}, "'sensitivity'", "a share of 150 %")
    calibration("many-points", {**good, "points": [{**point, "name": str(i)} for i in range(1000)]}, "'points': expected at most", "above the limit")
    calibration("inputs-huge", {**good, "outlier": {**outlier, "inputs": 1 << 40}}, "'inputs': expected 1 to 2147483647", "a reference that does not fit into memory")
    calibration("seed-negative", {**good, "outlier": {**outlier, "seed": "-1"}}, "'seed': expected a whole number", "not a seed")
    calibration("no-tensors", {**good, "outlier": outlier}, "expected 2 tensors, found 0", "the reference is missing")
    means = ("outlier/means", "F32", [1, 4], floats(0, 0, 0, 0))
    calibration("nan", {**good, "outlier": outlier}, "outlier/whitening: a value is not finite", "a distance that is NaN", means,
                ("outlier/whitening", "F32", [4, 4], floats(*[NAN] * 16)))
    calibration("other-width", {**good, "outlier": outlier}, "expected tensor outlier/whitening F32 [4, 4]", "a reference of another width", means,
                ("outlier/whitening", "F32", [4, 5], floats(*[0] * 20)))


def weights():
    def import_(name, data, message, why):
        case(f"weights/{name}", data, 'import-weights -q -m vgg16 -o out "$file"', 1, message, why)

    kernel = lambda begin, end: entry("F32", [3], begin, end)
    import_("pickle", b"\x80\x02cposix\nsystem\nq\x00X\x05\x00\x00\x00touchq\x01\x85q\x02Rq\x03.", "a zip archive or a pickle",
            "a pickle, which would run a program")
    import_("zip", b"PK\x03\x04" + b"\0" * 60, "a zip archive or a pickle", "what .keras and .pt files are")
    import_("empty", b"", "not a weights file: expected HDF5 or safetensors", "a file of no bytes")
    import_("html", "<!DOCTYPE html><title>404</title>\n", "not a weights file: expected HDF5 or safetensors", "what a failed download leaves")
    import_("cut", safetensors({"a": kernel(0, 12)}, b"\0" * 5), "truncated", "safetensors that end early")
    import_("byte-behind", tensors(meta("weights", backbone="vgg16", flavour="keras", identity="sha256:" + "0" * 64),
                                   ("a", "F32", [1], b"\0" * 4)) + b"\0", "bytes follow the last tensor", "one byte too many")
    import_("overlap", safetensors({"a": kernel(0, 12), "b": kernel(4, 16)}, b"\0" * 16),
            "expected bytes 12 to 24, found data_offsets 4 to 16", "weights that share bytes")
    import_("twice", safetensors(b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', b"\0" * 4),
            "duplicate object key", "a weight that appears twice")
    import_("other-backbone", tensors(meta("weights", backbone="resnet", flavour="keras", identity="sha256:" + "0" * 64)),
            "expected the weights of vgg16", "weights of another network")
    case("weights/other-shape", zstd(tensors({}, ("features.0.weight", "F32", [64, 3, 5, 5], b"\0" * 19200))),
         'extract-features -q -m vgg16 -w "$file" -o out "$HOSTILE/images/sound"', 1, "not the weights of vgg16",
         "a kernel of another size, and nothing else")


def sound_images():
    """What the cases with bad weights read."""
    text = MANIFEST.encode()
    space = {"filter": "bilinear", "fit": "stretch", "height": 32, "width": 32}
    case("images/sound", zstd(tensors(meta("images", space=dump(space)), ("manifest", "U8", [len(text)], text),
                                      ("images", "U8", [4, 32, 32, 1], b"\x80" * 4096))),
         'quickcheck "$file"', 0, "images: U8 [4, 32, 32, 1]", "harmless: the other files of this folder differ from it in one respect")


def all_cases():
    features()
    sound_images()
    images()
    heads()
    calibrations()
    weights()
