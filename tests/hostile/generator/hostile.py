# SPDX-License-Identifier: BSD-2-Clause
"""What the modules of the generator share: cases, and files that zstd or safetensors would never write."""
import hashlib
import json
import pathlib
import struct
import subprocess

HERE = pathlib.Path(__file__).resolve().parents[1]
DATA = HERE.parent / "data"

CLASSES = ["NORMAL", "PNEUMONIA"]
SPACE = {
    "backbone": "mobilenet_v2", "cut": "out_relu", "filter": "bilinear", "fit": "stretch",
    "height": 224, "width": 224, "normalize": "tf", "pool": "avg", "weights": "seeded:1",
}
MANIFEST = "#hilum-manifest 1\n#samples\t4\npath\tlabel\tpatient\tsubset\n" + "".join(
    f"{i}.png\t{CLASSES[i % 2]}\tp{i}\t{['train', 'train', 'val', 'test'][i]}\n" for i in range(4))

cases = []  # (file, command, status, message, why)


def case(name, data, command, status, message, why):
    """A file (None: it lies elsewhere in tests/, or another case has made it), and what is to become of it."""
    if data is not None:
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = data.encode() if isinstance(data, str) else data
        if len(data) > 8192:  # mostly zeros or blanks: ./run unpacks it
            path, data = path.with_name(path.name + ".packed"), zstd(data, "-19")
        path.write_bytes(data)
    cases.append((name, command, status, message, why))


def dump(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def zstd(data, *options):
    size = () if "--no-content-size" in options else (f"--stream-size={len(data)}",)
    return subprocess.run(["zstd", "-q", "-c", "--check", *size, *options], input=data, stdout=subprocess.PIPE,
                          check=True).stdout


def safetensors(header, data=b""):
    """header: an object, or JSON text that no library would write."""
    text = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def entry(dtype, shape, begin, end, **more):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end], **more}


# What messages call the metadata that files of 0.1.0 have under other names.
NAMES_NOW = {"space": "feature_space", "chain": "provenance"}


def meta(kind, /, **changes):
    """Metadata of a kind, under the names of 0.1.0, which keep being read; a change to None leaves a member out."""
    m = {"hilum.kind": kind, "hilum.classes": dump(CLASSES), "hilum.space": dump(SPACE), "hilum.chain": "[]"}
    m.update({"hilum." + k: v for k, v in changes.items()})
    return {k: v for k, v in m.items() if v is not None}


def tensors(metadata, *list_of):
    """(name, dtype, shape, bytes) each, in file order, as a tensor file without its frame."""
    header, at = {"__metadata__": metadata}, 0
    for name, dtype, shape, data in list_of:
        header[name] = entry(dtype, shape, at, at + len(data))
        at += len(data)
    return safetensors(header, b"".join(t[3] for t in list_of))


def stating(metadata, *list_of, digest=None):
    """The same, of which the header states the digest of the data, or another text in its place."""
    of_data = "sha256:" + hashlib.sha256(b"".join(t[3] for t in list_of)).hexdigest()
    return tensors({**metadata, "hilum.data": of_data if digest is None else digest}, *list_of)


def floats(*values):
    return struct.pack(f"<{len(values)}f", *values)


def raw_frame(data):
    """A frame whose one block is not compressed: a changed byte of the file is a changed byte of the data."""
    return b"\x28\xb5\x2f\xfd\xa4" + struct.pack("<I", len(data)) + struct.pack("<I", len(data) << 3 | 1)[:3] + data + \
        zstd(data)[-4:]  # the checksum


def frame_of_runs(start, byte, runs, window_log=None, size=None):
    """A zstd frame by hand (RFC 8878): `start` as it is, then `runs` times 128 KiB of one byte, each in 4 bytes.
    No decoder reaches its end, so the last block is not marked and there is no checksum behind it."""
    size = len(start) + runs * 131072 if size is None else size
    single = 0 if window_log else 0x20
    head = bytes([0xC0 | single | 4]) + (bytes([(window_log - 10) << 3]) if window_log else b"") + struct.pack("<Q", size)
    block = lambda kind, n, content: struct.pack("<I", n << 3 | kind << 1)[:3] + content
    return b"\x28\xb5\x2f\xfd" + head + block(0, len(start), start) + block(1, 131072, bytes([byte])) * runs
