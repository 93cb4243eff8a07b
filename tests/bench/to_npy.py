# SPDX-License-Identifier: BSD-2-Clause
"""to_npy.py FILE TENSOR ARRAY: a tensor of a tensor file as a NumPy array."""
import json
import struct
import subprocess
import sys

import numpy

data = subprocess.run(["zstd", "-dcq", sys.argv[1]], stdout=subprocess.PIPE, check=True).stdout
(length,) = struct.unpack("<Q", data[:8])
entry = json.loads(data[8:8 + length])[sys.argv[2]]
start, end = (8 + length + offset for offset in entry["data_offsets"])
kind = {"U8": numpy.uint8, "F32": numpy.float32}[entry["dtype"]]
numpy.save(sys.argv[3], numpy.frombuffer(data[start:end], kind).reshape(entry["shape"]))
