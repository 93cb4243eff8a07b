# SPDX-License-Identifier: BSD-2-Clause
"""peer_head.py FEATURES.npy: an epoch of a Dense 256 head by torch.optim.Adam, batch 32."""
import os
import sys

import numpy
import torch

from timing import Stopwatch

torch.set_num_threads(len(os.sched_getaffinity(0)))
features = torch.from_numpy(numpy.load(sys.argv[1]))
labels = torch.arange(len(features)) % 2
head = torch.nn.Sequential(torch.nn.Linear(features.shape[1], 256), torch.nn.ReLU(),
                           torch.nn.Linear(256, 2))
adam = torch.optim.Adam(head.parameters(), lr=1e-3, eps=1e-7)
watch = Stopwatch()
for rows in torch.randperm(len(features)).split(32):
    adam.zero_grad()
    torch.nn.functional.cross_entropy(head(features[rows]), labels[rows]).backward()
    adam.step()
watch.stop()
