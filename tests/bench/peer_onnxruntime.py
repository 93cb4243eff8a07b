# SPDX-License-Identifier: BSD-2-Clause
"""peer_onnxruntime.py MODEL IMAGES.npy OUT.npy: features by ONNX Runtime on all cores. The network is converted once,
to a file beside OUT."""
import os
import sys
from pathlib import Path

import numpy
import onnxruntime

import networks
from timing import Stopwatch

BATCH = 8
model, source, out = sys.argv[1:]
path = Path(out).parent / f"{model}.onnx"
if not path.exists():
    import torch
    torch.onnx.export(networks.make(model), (networks.example(model, BATCH),), str(path), input_names=["images"],
                      dynamo=False)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = len(os.sched_getaffinity(0))
if os.environ.get("OMP_WAIT_POLICY") == "passive":
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
watch = Stopwatch()
images = numpy.load(source)
features = []
for i in range(0, len(images), BATCH):
    part = images[i:i + BATCH]
    whole = numpy.concatenate([part, images[:BATCH - len(part)]])
    features.append(session.run(None, {"images": networks.inputs(whole)})[0][:len(part)])
numpy.save(out, numpy.concatenate(features))
watch.stop()
