#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Prints the expected numbers of tests/unit/base/test_rng.c, from the specification in
tools/lib/base/rng.h alone; Python's standard library is enough."""
import hashlib
import itertools
import math

M64 = (1 << 64) - 1


def stream(seed, purpose):
    text = b"hilum\0" + str(seed).encode() + b"\0" + purpose
    key = int.from_bytes(hashlib.sha256(text).digest()[:8], "little")
    for i in itertools.count():
        z = (key + (i + 1) * 0x9E3779B97F4A7C15) & M64
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & M64
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M64
        yield z ^ (z >> 31)


def uniform(s):
    return (next(s) >> 11) * 2.0**-53


def below(s, bound):
    """Unbiased: the lowest 2^64 mod bound values are drawn again."""
    while True:
        x = next(s)
        if x >= (1 << 64) % bound:
            return x % bound


def normal(s):
    radius = math.sqrt(-2 * math.log(1 - uniform(s)))
    return radius * math.cos(2 * math.pi * uniform(s))


def shuffled(s, n):
    items = list(range(n))
    for i in range(n, 1, -1):
        j = below(s, i)
        items[i - 1], items[j] = items[j], items[i - 1]
    return items


for seed, purpose in ((0, b"test"), (M64, b"test"), (1, b"a\0b"), (1, b"")):
    print(seed, purpose, [hex(x) for x in itertools.islice(stream(seed, purpose), 5)])
s = stream(7, b"uniform")
print("uniform", [uniform(s).hex() for _ in range(3)])
s = stream(7, b"between")
print("between", [(-2 + 5 * uniform(s)).hex() for _ in range(3)])
for bound in (1, 10, 1 << 63, (1 << 63) + 1, 3 << 62, M64):
    s = stream(7, b"below")
    print("below", hex(bound), [hex(below(s, bound)) for _ in range(4)])
s = stream(7, b"normal")
print("normal", [repr(normal(s)) for _ in range(4)])
print("shuffle", shuffled(stream(7, b"shuffle"), 16))
