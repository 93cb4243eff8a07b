# SPDX-License-Identifier: BSD-2-Clause
"""What the Keras scripts share: hilum's generator, weights and images from it, tensor files.

The generator is specified in tools/lib/base/rng.h, the seeded values and all file formats in
README.md beside this file. Nothing here is needed to run the tests.
"""

import hashlib
import json
import struct

import numpy as np
import zstandard

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)


class Stream:
    """x(0), x(1) ... of one seed and purpose, as hl_rng_make and hl_rng_u64 give them."""

    def __init__(self, seed, purpose):
        text = b"hilum\0" + str(seed).encode() + b"\0" + purpose.encode()
        self.key = np.uint64(int.from_bytes(hashlib.sha256(text).digest()[:8], "little"))
        self.used = 0

    def u64(self, n):
        """The next n numbers."""
        i = np.arange(self.used + 1, self.used + n + 1, dtype=np.uint64)
        self.used += n
        with np.errstate(over="ignore"):
            z = self.key + i * _GOLDEN
            z = (z ^ (z >> np.uint64(30))) * _MIX1
            z = (z ^ (z >> np.uint64(27))) * _MIX2
        return z ^ (z >> np.uint64(31))

    def uniform(self, n):
        """The next n numbers of [0, 1), as hl_rng_uniform gives them."""
        return (self.u64(n) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def below(self, bound):
        """As hl_rng_below."""
        skip = (2**64 - bound) % bound
        while True:
            x = int(self.u64(1)[0])
            if x >= skip:
                return x % bound

    def shuffle(self, items):
        """Fisher-Yates from the end, in place, as hl_rng_shuffle."""
        for i in range(len(items), 1, -1):
            j = self.below(i)
            items[i - 1], items[j] = items[j], items[i - 1]


def is_depthwise(layer):
    return layer.__class__.__name__ == "DepthwiseConv2D"


def weight_name(layer, variable):
    """kernel, bias ...: the same words for Keras 2 (`conv2d/kernel:0`) and Keras 3 (`kernel`)."""
    name = variable.name.split("/")[-1].split(":")[0]
    return "depthwise_kernel" if name == "kernel" and is_depthwise(layer) else name


def seeded_values(seed, layer_name, name, shape):
    """One seeded weight tensor, float32. See README.md, Seeded weights."""
    shape = tuple(int(n) for n in shape)
    u = Stream(seed, f"weights/{layer_name}/{name}").uniform(int(np.prod(shape)))
    if name == "kernel":
        v = (2.0 * u - 1.0) * np.sqrt(6.0 / np.prod(shape[:-1]))
    elif name == "depthwise_kernel":
        v = (2.0 * u - 1.0) * np.sqrt(3.0 / np.prod(shape[:2]))
    elif name in ("bias", "beta", "moving_mean"):
        v = (2.0 * u - 1.0) * 0.1
    elif name in ("gamma", "moving_variance"):
        v = 0.9 + 0.2 * u
    else:
        raise ValueError(f"{layer_name}: weight without a rule: {name}")
    return v.reshape(shape).astype(np.float32)


def set_seeded_weights(model, seed):
    for layer in model.layers:
        if layer.weights:
            layer.set_weights(
                [
                    seeded_values(seed, layer.name, weight_name(layer, w), w.shape)
                    for w in layer.weights
                ]
            )


def test_image(size, number):
    """A grey image of smooth waves and a little noise, uint8 [size, size]."""
    s = Stream(1, f"parity/image/{number}")
    fx, fy, px, py = s.uniform(4) * [3.0, 3.0, 1.0, 1.0] + [1.0, 1.0, 0.0, 0.0]
    noise = s.uniform(size * size).reshape(size, size) - 0.5
    t = np.arange(size) / size
    wave = np.outer(np.sin(2 * np.pi * (fy * t + py)), np.sin(2 * np.pi * (fx * t + px)))
    return np.clip(np.round(127.5 + 80.0 * wave + 4.0 * noise), 0, 255).astype(np.uint8)


def test_images(size, count=4):
    """uint8 [count, size, size, 1]."""
    return np.stack([test_image(size, i) for i in range(count)])[..., np.newaxis]


def sample_stride(shape, limit):
    """The smallest prime that gives at most `limit` values and divides no dimension."""
    size = int(np.prod(shape))
    p = max(2, -(-size // limit))
    while any(p % d == 0 for d in range(2, int(p**0.5) + 1)) or any(n % p == 0 for n in shape):
        p += 1
    return p


def relative_error(a, b):
    """The largest over the images of |a - b| / |b| (L2)."""
    a, b = a.reshape(len(a), -1).astype(np.float64), b.reshape(len(b), -1)
    return float(np.max(np.linalg.norm(a - b, axis=1) / np.linalg.norm(b, axis=1)))


def add_tap(tensors, metadata, tap, value, exact, limit):
    """A tap [N, H, W, C] in float32 and in float64, as README.md has it under Activations."""
    flat = value.reshape(len(value), -1)
    stride = sample_stride(value.shape[1:], limit)
    tensors[f"{tap}/sample"] = flat[:, ::stride]
    tensors[f"{tap}/norm"] = np.linalg.norm(flat.astype(np.float64), axis=1).astype(np.float32)
    metadata[f"{tap}/shape"] = " ".join(str(n) for n in value.shape[1:])
    metadata[f"{tap}/stride"] = str(stride)
    metadata[f"{tap}/float32_error"] = f"{relative_error(value, exact):.1e}"


_DTYPES = {"uint8": "U8", "float32": "F32", "int64": "I64"}


def write_tensor_file(path, tensors, metadata):
    """One zstd frame (content size, checksum) around one safetensors file; tensors in dict order."""
    header = {"__metadata__": dict(sorted(metadata.items()))}
    data = []
    offset = 0
    for name, value in tensors.items():
        raw = np.ascontiguousarray(value).tobytes()
        header[name] = {
            "dtype": _DTYPES[value.dtype.name],
            "shape": list(value.shape),
            "data_offsets": [offset, offset + len(raw)],
        }
        data.append(raw)
        offset += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    whole = struct.pack("<Q", len(text)) + text + b"".join(data)
    compressor = zstandard.ZstdCompressor(level=19, write_checksum=True, write_content_size=True)
    with open(path, "wb") as f:
        f.write(compressor.compress(whole))


def read_tensor_file(path):
    """(tensors, metadata) of a tensor file, read with the safetensors library."""
    import safetensors.numpy

    with open(path, "rb") as f:
        whole = zstandard.ZstdDecompressor().decompress(f.read())
    n = struct.unpack("<Q", whole[:8])[0]
    return safetensors.numpy.load(whole), json.loads(whole[8 : 8 + n])["__metadata__"]
