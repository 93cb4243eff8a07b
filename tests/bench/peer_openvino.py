# SPDX-License-Identifier: BSD-2-Clause
"""peer_openvino.py MODEL IMAGES.npy OUT.npy f32|bf16: features by OpenVINO, throughput hint, a stream for each core,
batches of one. The network is converted once, to a file beside OUT."""
import os
import sys
from pathlib import Path

import numpy
import openvino

import networks
from timing import Stopwatch

model, source, out, dtype = sys.argv[1:]
path = Path(out).parent / f"{model}.xml"
if not path.exists():
    example = networks.example(model)
    openvino.save_model(openvino.convert_model(networks.make(model), example_input=example, input=[example.shape]),
                        path, compress_to_fp16=False)
compiled = openvino.Core().compile_model(path, "CPU", {
    "PERFORMANCE_HINT": "THROUGHPUT", "NUM_STREAMS": len(os.sched_getaffinity(0)), "INFERENCE_PRECISION_HINT": dtype})
watch = Stopwatch()
images = numpy.load(source)
features = [None] * len(images)


def keep(request, i):
    features[i] = request.get_output_tensor().data[0].copy()


queue = openvino.AsyncInferQueue(compiled)
queue.set_callback(keep)
for i in range(len(images)):
    queue.start_async([networks.inputs(images[i:i + 1])], i)
queue.wait_all()
numpy.save(out, numpy.stack(features))
watch.stop()
