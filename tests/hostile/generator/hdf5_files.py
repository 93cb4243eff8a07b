# SPDX-License-Identifier: BSD-2-Clause
"""HDF5 files as weights of VGG16. Values are fill values, so that a whole set of weights takes a few KB."""
import io

import h5py
import numpy as np

from hostile import HERE, case

LAYERS = HERE.parent / "parity/data/layers_vgg16.tsv"


def weights():
    """(layer, weight, shape), from the table of Keras' own layers."""
    for line in LAYERS.read_text().splitlines():
        fields = line.split("\t")
        if len(fields) < 7 or fields[0] == "index" or fields[5] == "-":
            continue
        for one in fields[5].split(","):
            name, shape = one.split(":")
            yield fields[1], name, tuple(int(n) for n in shape.split("x"))


def whole(change=lambda f: None, value=0.25, skip=(), **kwargs):
    """A file with all weights, as Keras 2 lays them out, after a change."""
    raw = io.BytesIO()
    with h5py.File(raw, "w", track_order=False, **kwargs) as f:
        layers = {}
        for layer, weight, shape in weights():
            layers.setdefault(layer, []).append(weight)
            if (layer, weight) not in skip:
                f.create_dataset(f"{layer}/{layer}/{weight}:0", shape, "<f4", fillvalue=value, track_times=False)
        f.attrs["layer_names"] = np.array(list(layers), "S")
        for layer, names in layers.items():
            f.require_group(layer).attrs["weight_names"] = np.array([f"{layer}/{n}:0" for n in names], "S")
        change(f)
    return raw.getvalue()


FIRST = ("block1_conv1", "kernel")
PATH = "block1_conv1/block1_conv1/kernel:0"


def hdf5(name, data, message, why, status=1):
    case(f"hdf5/{name}", data, 'extract-features -q -m vgg16 -w "$file" -j 1 -o out "$HOSTILE/images/sound"' +
         (" && quickcheck -v out" if status == 0 else ""), status, message, why)


def instead(make):
    """All but the first kernel, and what `make` puts in its place."""
    return whole(lambda f: make(f), skip=[FIRST])


def virtual(f):
    """Low-level, for the other way it would note the time."""
    space = h5py.h5s.create_simple((3, 3, 3, 64))
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    creation.set_obj_track_times(False)
    creation.set_virtual(space, b"/etc/passwd", b"x", space)
    h5py.h5d.create(f["block1_conv1/block1_conv1"].id, b"kernel:0", h5py.h5t.IEEE_F32LE, space, creation)


def loop(f):
    f["block1_conv1/block1_conv1/kernel:0"] = h5py.SoftLink("/block1_conv1/block1_conv1/kernel:0")


def circle(f):
    f["block1_conv1/block1_conv1/kernel:0"] = h5py.SoftLink("/a")
    f["a"], f["b"] = h5py.SoftLink("/b"), h5py.SoftLink("/a")


def cycle(f):
    f["block1_conv1/top"] = f["/"]
    f["block1_conv1"].attrs["weight_names"] = np.array(["top/" + "block1_conv1/top/" * 8 + PATH, "block1_conv1/bias:0"], "S")


def all_cases():
    missing = "block1_conv1/kernel:0: there is no such data in the file"
    sound = whole()
    hdf5("sound", sound, "features: F32 [4, 512]", "no harm in it: the others of this folder differ from it in one thing", status=0)
    hdf5("signature", sound[:8], "not a weights file", "nothing but the first bytes")
    hdf5("cut", sound[:len(sound) // 2], "damaged or truncated: not an HDF5 file that can be read", "truncated in the middle")
    hdf5("cut-in-superblock", sound[:40], "damaged or truncated", "truncated within the first block")
    hdf5("version-9", sound[:8] + b"\x09" + sound[9:], "damaged or truncated", "a superblock of the future")
    hdf5("user-block", b"#!/bin/sh\n" + b"\0" * 502 + sound, "not a weights file", "HDF5 behind 512 bytes of something else")
    hdf5("nan", whole(value=float("nan")), "a value is not finite", "weights that are NaN")
    hdf5("infinity", whole(value=float("inf")), "a value is not finite", "weights that are infinite")
    hdf5("external-link", instead(lambda f: f.__setitem__(PATH, h5py.ExternalLink("sound", "/" + PATH))), missing, "a weight in another file, by a link")
    hdf5("external-storage", instead(lambda f: f.create_dataset(PATH, (3, 3, 3, 64), "<f4", external=[("/dev/zero", 0, 6912)])),
         "its values are kept in other files", "a weight in another file, as raw bytes")
    hdf5("virtual", instead(virtual), "its values are kept in other files", "a weight that is assembled from other files")
    hdf5("link-to-itself", instead(loop), missing, "a link that leads to itself")
    hdf5("links-in-a-circle", instead(circle), missing, "two links that lead to each other")
    hdf5("groups-in-a-circle", whole(cycle), "features: F32 [4, 512]", "a group that contains its own parent: only requested names are followed", status=0)
    hdf5("group-as-weight", instead(lambda f: f.create_group(PATH)), missing, "a group in the place of a weight")
    hdf5("integers", instead(lambda f: f.create_dataset(PATH, (3, 3, 3, 64), "<i4")), "its values are not floating-point numbers", "another type")
    hdf5("texts", instead(lambda f: f.create_dataset(PATH, (3, 3, 3, 64), "S8")), "its values are not floating-point numbers", "texts")
    hdf5("huge", instead(lambda f: f.create_dataset(PATH, (1 << 20, 1 << 20, 64), "<f4", chunks=(64, 64, 64), compression="gzip")),
         "expected shape [3, 3, 3, 64], found [1048576, 1048576, 64]", "256 TB of weights in 1 KB")
    hdf5("transposed", instead(lambda f: f.create_dataset(PATH, (64, 3, 3, 3), "<f4")), "expected shape [3, 3, 3, 64], found [64, 3, 3, 3]", "PyTorch's order of sides")
    hdf5("scalar", instead(lambda f: f.create_dataset(PATH, (), "<f4")), "expected shape [3, 3, 3, 64], found []", "one number")
    hdf5("empty-space", instead(lambda f: f.create_dataset(PATH, data=h5py.Empty("<f4"))), "expected shape [3, 3, 3, 64], found []", "no number")
    hdf5("rank-20", instead(lambda f: f.create_dataset(PATH, (1,) * 20, "<f4")), "expected shape [3, 3, 3, 64]", "more sides than any weight has")
    hdf5("no-layer-names", whole(lambda f: f.attrs.__delitem__("layer_names")), "not a Keras weights file", "something else in HDF5")
    hdf5("layer-names-numbers", whole(lambda f: f.attrs.__setitem__("layer_names", np.arange(3))), "the attribute layer_names is not a list of names", "numbers")
    hdf5("layer-names-5000", whole(lambda f: f.attrs.__setitem__("layer_names", np.array([str(i) for i in range(5000)], "S"))),
         "the attribute layer_names is not a list of names", "above the limit")
    hdf5("layer-name-long", whole(lambda f: f.attrs.__setitem__("layer_names", np.array(["x" * 300], "S"))),
         "the attribute layer_names is not a list of names", "a name of 300 bytes")
    hdf5("layer-missing", whole(lambda f: f.__delitem__("block5_conv3")), "layer block5_conv3: expected a group with the attribute weight_names", "a layer that is listed but missing")
    hdf5("layer-twice", whole(lambda f: f.attrs.__setitem__("layer_names", np.array([n for n in f.attrs["layer_names"]] + [b"block1_conv1"], "S"))),
         "block1_conv1", "a layer that is listed twice")
    hdf5("layer-is-weight", whole(lambda f: f.attrs.__setitem__("layer_names", np.array([PATH], "S"))), "expected a group with the attribute weight_names",
         "a weight in the place of a layer")
    hdf5("layer-unknown", whole(lambda f: (f.create_dataset("extra/x:0", (3,), "<f4"), f["extra"].attrs.__setitem__("weight_names", np.array(["x:0"], "S")),
         f.attrs.__setitem__("layer_names", np.array([n for n in f.attrs["layer_names"]] + [b"extra"], "S")))),
         "x:0: left over: vgg16 has no such weight", "a layer too many")
