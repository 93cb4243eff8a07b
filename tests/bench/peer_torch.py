# SPDX-License-Identifier: BSD-2-Clause
"""peer_torch.py MODEL IMAGES.npy OUT.npy [compiled]: features by PyTorch on all cores, eager or by torch.compile."""
import os
import sys

import numpy
import torch

import networks
from timing import Stopwatch

BATCH = 8
model, source, out, *how = sys.argv[1:]
torch.set_num_threads(len(os.sched_getaffinity(0)))
net = networks.make(model)
with torch.no_grad():
    if how:
        import torch._inductor.config
        torch._inductor.config.freezing = True
        net = torch.compile(net)
        for _ in range(2):
            net(networks.example(model, BATCH))
    watch = Stopwatch()
    images = numpy.load(source)
    features = []
    for i in range(0, len(images), BATCH):
        part = images[i:i + BATCH]
        whole = numpy.concatenate([part, images[:BATCH - len(part)]])  # one shape, which is compiled once
        features.append(net(torch.from_numpy(networks.inputs(whole))).numpy()[:len(part)])
numpy.save(out, numpy.concatenate(features))
watch.stop()
