#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes what fuzzing starts from into FOLDER/NAME: small files out of tests/data and tests/hostile, and sound weights
of the network in small_net.c. `make fuzz-corpus` keeps those that reach something new in corpus/NAME.

usage: make_seeds.py FOLDER          Needs h5py and the zstd program; running the corpus needs neither.
"""
import hashlib
import io
import pathlib
import struct
import subprocess
import sys

import h5py
import numpy as np

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "hostile/generator"))

from hostile import CLASSES, MANIFEST, SPACE, dump, floats, meta, tensors, zstd  # noqa: E402

# Which files a target starts from; those of "plain" are taken out of their zstd frame.
FOUND = {
    "tensor": ("as is", "hostile/frame/* hostile/header/* hostile/digest/* data/evaluate/features*"),
    "samples": ("plain", "hostile/features/* hostile/images/* hostile/digest/* data/evaluate/features*"),
    "head": ("plain", "hostile/head/* data/evaluate/head*"),
    "calibration": ("plain", "hostile/calibration/*"),
    "weights": ("as is", "hostile/weights/*"),
    "manifest": ("as is", "hostile/manifest/* data/report/manifest.tsv"),
    "labels": ("as is", "hostile/labels/*"),
    "image": ("as is", "hostile/image/* data/images/*.png data/images/*.jpg data/images/refused/*"),
    "dicom": ("as is", "hostile/dicom/*"),
    "metrics": ("as is", "hostile/metrics/* data/report/*.json"),
    "json": ("as is", "hostile/metrics/* data/report/*.json"),
    "predictions": ("as is", "hostile/predictions/* data/compare/*.tsv data/report/predictions.tsv"),
    "tables": ("as is", "hostile/history/* data/report/*.tsv"),
}
LIMIT = 40000

SHAPES = [  # of small_net.c: Keras' layer, weight, shape; timm's and torchvision's name
    ("Conv1", "kernel", (3, 3, 3, 2), "conv_stem.weight", "features.0.0.weight"),
    ("bn_Conv1", "gamma", (2,), "bn1.weight", "features.0.1.weight"),
    ("bn_Conv1", "beta", (2,), "bn1.bias", "features.0.1.bias"),
    ("bn_Conv1", "moving_mean", (2,), "bn1.running_mean", "features.0.1.running_mean"),
    ("bn_Conv1", "moving_variance", (2,), "bn1.running_var", "features.0.1.running_var"),
    ("depthwise_conv2d", "depthwise_kernel", (3, 3, 2, 1), "blocks.0.0.conv_dw.weight", "features.1.conv.0.0.weight"),
    ("batch_normalization", "beta", (2,), "blocks.0.0.bn1.bias", "features.1.conv.0.1.bias"),
    ("batch_normalization", "moving_mean", (2,), "blocks.0.0.bn1.running_mean", "features.1.conv.0.1.running_mean"),
    ("batch_normalization", "moving_variance", (2,), "blocks.0.0.bn1.running_var", "features.1.conv.0.1.running_var"),
    ("conv2d", "kernel", (1, 1, 2, 3), "blocks.0.0.conv_pw.weight", "features.1.conv.1.weight"),
    ("conv2d", "bias", (3,), "blocks.0.0.conv_pw.bias", "features.1.conv.1.bias"),
]
VALUE = 0.25


def put(folder, name, data):
    if len(data) <= LIMIT:
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / hashlib.sha1(data).hexdigest()).write_bytes(data)


def whole(path):
    data = path.read_bytes()
    if path.suffix == ".packed":
        data = subprocess.run(["zstd", "-qdc"], input=data, stdout=subprocess.PIPE, check=True).stdout
    return data


def without_frame(data):
    unpacked = subprocess.run(["zstd", "-qdc"], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return unpacked.stdout if unpacked.returncode == 0 else data


def found(folder):
    for name, (how, patterns) in FOUND.items():
        for pattern in patterns.split():
            for path in sorted(TESTS.glob(pattern)):
                if path.is_file():
                    data = whole(path)
                    put(folder, name, without_frame(data) if how == "plain" else data)


def size_of(shape):
    return int(np.prod(shape))


def torch_shape(layer, shape):
    if len(shape) != 4:
        return list(shape)
    return [shape[2], 1, shape[0], shape[1]] if "depthwise" in layer else [shape[3], shape[2], shape[0], shape[1]]


def weights(folder):
    def values(shape):
        return floats(*[VALUE] * size_of(shape))

    for column in (3, 4):
        parts = [(row[column], "F32", torch_shape(row[0], row[2]), values(row[2])) for row in SHAPES]
        plain = tensors({"format": "pt"}, *parts, ("classifier.bias", "F32", [1], floats(0)),
                        ("bn1.num_batches_tracked", "I64", [], struct.pack("<q", 1)))
        put(folder, "weights", plain)
        put(folder, "weights", zstd(plain))
        half = [(n, "F16" if i % 2 else "BF16", s, b"\0\x3c" * (len(d) // 4)) for i, (n, _, s, d) in enumerate(parts)]
        put(folder, "weights", tensors({}, *half))
    identity = hashlib.sha256(b"keras\0")
    for layer, weight, shape, *_ in SHAPES:
        identity.update(f"{layer}/{weight}\0[{', '.join(map(str, shape))}]\0".encode() + values(shape))
    own = {"hilum.kind": "weights", "hilum.backbone": "mobilenetv2", "hilum.framework": "keras",
           "hilum.identity": "sha256:" + identity.hexdigest()}
    put(folder, "weights", tensors(own, *[(f"{r[0]}/{r[1]}", "F32", list(r[2]), values(r[2])) for r in SHAPES]))


def layers():
    of = {}
    for layer, weight, shape, *_ in SHAPES:
        of.setdefault(layer, []).append((weight, shape))
    return of


def keras2(f, variable, chunked):
    texts = (lambda l: l) if variable else (lambda l: np.array(l, "S"))
    f.attrs["layer_names"] = texts([*layers(), "predictions"])
    for layer, of in layers().items():
        for weight, shape in of:
            f.create_dataset(f"{layer}/{layer}/{weight}:0", data=np.full(shape, VALUE, "<f4"), track_times=False,
                             **({"chunks": shape, "compression": "gzip", "shuffle": True} if chunked else {}))
        f[layer].attrs["weight_names"] = texts([f"{layer}/{w}:0" for w, _ in of])
    f.create_dataset("predictions/kernel:0", (2, 2), "<f4", fillvalue=VALUE, track_times=False)
    f["predictions"].attrs["weight_names"] = texts(["kernel:0"])


KERAS3 = {"Conv1": "conv2d", "bn_Conv1": "batch_normalization", "batch_normalization": "batch_normalization_1",
          "conv2d": "conv2d_1"}


def keras3(f, *_):
    for layer, of in layers().items():
        for i, (_, shape) in enumerate(of):
            f.create_dataset(f"layers/{KERAS3.get(layer, layer)}/vars/{i}", shape, "<f2", fillvalue=VALUE, track_times=False)
        f[f"layers/{KERAS3.get(layer, layer)}/vars"].attrs["name"] = layer
    f.create_dataset("layers/dense/vars/0", (2, 2), "<f4", track_times=False)


def hdf5(folder):
    for make in (keras2, keras3):
        for libver in ("earliest", ("v108", "v108"), ("v110", "v110")):
            for variable, chunked in ((False, False), (True, False), (False, True)):
                raw = io.BytesIO()
                with h5py.File(raw, "w", libver=libver, track_order=False) as f:
                    make(f, variable, chunked)
                put(folder, "hdf5", raw.getvalue())
    raw = io.BytesIO()
    with h5py.File(raw, "w", libver=("v110", "v110")) as f:
        keras2(f.create_group("model_weights"), False, False)
        f["elsewhere"] = h5py.ExternalLink("/etc/passwd", "/x")
        f["soft"] = h5py.SoftLink("/model_weights")
    put(folder, "hdf5", raw.getvalue())


def keras(folder):
    """The same as in hdf5(), as what fuzz_keras.c makes files of."""
    for kind in ("fixed", "variable"):
        lines = [f"list / layer_names {kind} {' '.join(layers())} predictions", "list predictions weight_names fixed kernel:0",
                 "data predictions/kernel:0 f4 2,2 0"]
        for layer, of in layers().items():
            lines.append(f"list {layer} weight_names {kind} " + " ".join(f"{layer}/{w}:0" for w, _ in of))
            lines += [f"data {layer}/{layer}/{w}:0 f4 {','.join(map(str, s))} 0.25" for w, s in of]
        put(folder, "keras", "\n".join(lines).encode())
    lines = ["data layers/dense/vars/0 f8 2,2 0"]
    for layer, of in layers().items():
        vars_ = f"layers/{KERAS3.get(layer, layer)}/vars"
        lines += [f"data {vars_}/{i} f8 {','.join(map(str, s))} 0.25" for i, (_, s) in enumerate(of)]
        lines.append(f"list {vars_} name variable {layer}")
    put(folder, "keras", "\n".join(lines).encode())
    put(folder, "keras", b"list model_weights layer_names fixed a\nlink a /a\nsame model_weights/a /\ndata b i4  1e400")


def calibration(folder):
    point = {"name": "a", "target": "sensitivity", "value": 0.9, "sensitivity": 0.9, "specificity": 0.5, "threshold": 0.3}
    outlier = {"inputs": 4, "seed": "1", "threshold": 2.0, "quantile": 0.99, "shrinkage": 0.1, "trained": 4, "held_out": 4}
    content = {"temperature": 1.5, "positive": "PNEUMONIA", "points": [point], "outlier": None}
    head = "sha256:" + "0" * 64
    put(folder, "calibration", tensors(meta("calibration", head=head, calibration=dump(content))))
    content["outlier"] = outlier
    put(folder, "calibration", tensors(meta("calibration", head=head, calibration=dump(content)),
                                       ("outlier/means", "F32", [2, 4], floats(*range(8))),
                                       ("outlier/whitening", "F32", [4, 4], floats(*range(16)))))


def tail(folder):
    """The start of a head that was trained together with the last two layers of MobileNetV2."""
    space = dump({**SPACE, "backbone": "mobilenetv2", "cut": "Conv_1", "pool": "flatten"})
    options = dump({"unfrozen": 2, "pool": "avg", "batchnorm": "training"})
    put(folder, "head", tensors(meta("head", tail=options, space=space),
                                ("tail/Conv_1_bn/gamma", "F32", [1280], floats(*[1] * 1280))))


def standardized(folder):
    """A head that standardises its features."""
    put(folder, "head", tensors(meta("head"), ("standardize/mean", "F32", [4], floats(0, 1, -2, 3)),
                                ("standardize/scale", "F32", [4], floats(1, 2, 0.5, 1)),
                                ("dense_1/kernel", "F32", [4, 2], floats(*range(8))), ("dense_1/bias", "F32", [2], floats(0, 1))))


def texts(folder):
    put(folder, "rules", b"PNEUMONIA=bacteria|virus;NORMAL\nimage=Image Index,label=Finding Labels,sex=Patient Gender\n"
                         b"view=PA,AP;sex=F\nmasks,Viral*\nbacteria|other\n")
    put(folder, "rules", b"a=b|c;d=e|b\nimage=a,image=b\na=b;c\n,\nb|e\n")
    put(folder, "labels", b'image,label,patient,subset\nstat,A,p1,train\n./status,"B ""b""",p2,val\r\nnet/dev,A,p3,test\n')
    put(folder, "labels", b'\xef\xbb\xbflabel,image\n\nA,maps\nB,"io"\nC,task')
    put(folder, "labels", b"Image Index;Finding Labels;Patient ID\nb;A|B;1\n'a.png';A;2\nnet/a.png;C, D;3\n")
    put(folder, "labels", b'i,l,view\nstat,1.0,PA\nstatus,0.0, AP \nmaps,-1.0,PA\nio,,PA\nstat,1,PA\n')
    put(folder, "labels", b"image\tlabel\nstat\t['A', 'b']\nstatus\tB \nmaps\tA\nx/net/dev\tA\nnope\tA\n")
    put(folder, "json", dump({"unfrozen": 3, "pool": "avg", "batchnorm": "inference"}).encode())
    put(folder, "json", dump(CLASSES).encode())
    put(folder, "json", meta("head")["hilum.space"].encode())
    chain = [{"tool": t, "version": "1", "options": "-s 1", "inputs": {"images": "sha256:0"}} for t in ("split", "preprocess")]
    put(folder, "json", dump(chain).encode())
    put(folder, "manifest", MANIFEST.encode())
    put(folder, "manifest", b"#hilum-manifest 1\npath\tlabel\tpatient\tsubset\taugmented_copy\tage\tsex\na\tA\tp\ttrain\t0\t7\t\xc3\xa9\\n\na\tA\tp\ttrain\t1\t7\t\xc3\xa9\\n\n")
    variants = "".join(f"a\\t{v // 3}.png\tA\tp\ttrain\t{v % 3}\n" for v in range(6))
    put(folder, "manifest", ("#hilum-manifest 1\n#root\t/x\n#chain\t[]\n#samples\t6\npath\tlabel\tpatient\tsubset\tvariant\n" +
                             variants).encode())
    digests = "#hilum-digests 1\ninode\tbytes\tmtime\tctime\tdigest\n" + f"1\t2\t3\t4\tsha256:{'0' * 64}\n" * 2
    put(folder, "tables", digests.encode())
    row = "s\tA\tB\t0.75\tsurest-hit\tgradcam\tB\t{}\timage-01.png\t0.5\t0.25\t-0.1\t0.1\n"
    names = "sample\tlabel\tpredicted\tp\twhy\tmethod\tclass\tfile\timage\tpeak\tframe\trho\tabs_rho\n"
    for files in (["a.png"], ["a.png", "a.png"], ["b"], ["c"], ["../a.png"]):
        put(folder, "maps", ("#hilum-explain 1\n#chain\t[]\n#sanity\theads 10\n" + names +
                             "".join(row.format(f) for f in files)).encode())
    put(folder, "tables", b"MODEL\tvgg16\nDATA\t\n")
    put(folder, "tables", b"vgg16 1.0\nzstd\t1.5\n")


def prints(folder):
    """Rows of fingerprints for fuzz_fingerprints.c, column by column, sound ones and some that no image has."""
    def rows(n, step=1, **other):
        first = {"state": (7, 900, 1, 2), "image": (30, 40, 1, 0, 12, 16, 1), "levels": (1200, 2400), "hash": (6, -1, 0, 8), **other}
        data = b""
        for name, values in first.items():
            for i in range(n):
                values = (values[0] + step * (i > 0) * (name == "state"), *values[1:])
                data += struct.pack(f"<{len(values)}q", *values)
        return data + bytes(range(64)) * n + bytes(1024) * n

    for n in (1, 2, 3):
        put(folder, "prints", rows(n))
    for name, values in (("state", (7, 0, 1, 2)), ("image", (0, 40, 1, 0, 0, 0, 0)), ("image", (30, 32769, 1, 0, 0, 0, 0)),
                         ("image", (32768, 32768, 1, 0, 0, 0, 0)), ("image", (30, 40, 2, 0, 0, 0, 0)), ("image", (30, 40, 3, 2, 0, 0, 0)), ("image", (30, 40, 1, 0, 7, 16, 0)),
                         ("image", (30, 40, 1, 0, 0, 16, 0)), ("image", (30, 40, 1, 0, 0, 0, 8)),
                         ("levels", (-1, 2400)), ("levels", (306001, 306001)), ("levels", (1200, 1199)),
                         ("levels", (1200, 306001)), ("hash", (7, -1, 0, 8))):
        put(folder, "prints", rows(1, **{name: values}))
    put(folder, "prints", rows(3, -1))  # not sorted
    put(folder, "prints", rows(2, 0))
    made = {"hilum.kind": "fingerprints", "hilum.made-by": "fingerprints 0;"}
    put(folder, "prints", tensors(made, ("state", "I64", [1, 4], bytes(32))))
    put(folder, "prints", tensors({"hilum.kind": "fingerprints"}))


def main():
    folder = pathlib.Path(sys.argv[1])
    for make in (found, weights, hdf5, keras, calibration, tail, standardized, texts, prints):
        make(folder)


main()
