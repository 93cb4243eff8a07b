# SPDX-License-Identifier: BSD-2-Clause
"""peer_torch.py MODEL IMAGES.npy OUT.npy: features by PyTorch as it comes, eager, on all cores."""
import os
import sys
import time

import numpy
import torch

model, source, out = sys.argv[1:]
torch.set_num_threads(len(os.sched_getaffinity(0)))
if model == "inceptionresnetv2":
    import timm
    net = timm.create_model("inception_resnet_v2", num_classes=0)
else:
    import torchvision
    net = {"vgg16": torchvision.models.vgg16, "mobilenetv2": torchvision.models.mobilenet_v2}[model]()
    net = torch.nn.Sequential(net.features, torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())
net.eval()
start = time.perf_counter()
images = numpy.load(source)
features = []
with torch.no_grad():
    for i in range(0, len(images), 8):
        x = torch.from_numpy(images[i:i + 8]).permute(0, 3, 1, 2).float() / 127.5 - 1
        features.append(net(x.expand(-1, 3, -1, -1).contiguous()).numpy())
numpy.save(out, numpy.concatenate(features))
print("seconds", time.perf_counter() - start)
