# SPDX-License-Identifier: BSD-2-Clause
"""The backbones as PyTorch has them, with pooled features, and the images that they are given."""
import numpy
import torch

from images import SIZES


def make(model):
    torch.manual_seed(1)
    if model == "inceptionresnetv2":
        import timm
        return timm.create_model("inception_resnet_v2", num_classes=0).eval()
    import torchvision
    net = {"vgg16": torchvision.models.vgg16, "mobilenetv2": torchvision.models.mobilenet_v2}[model]()
    return torch.nn.Sequential(net.features, torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten()).eval()


def example(model, batch=1):
    return torch.zeros(batch, 3, SIZES[model], SIZES[model])


def inputs(images):
    """Grey images [N, H, W, 1] to a batch [N, 3, H, W]."""
    x = images.transpose(0, 3, 1, 2).astype(numpy.float32) / 127.5 - 1
    return numpy.ascontiguousarray(numpy.broadcast_to(x, (len(x), 3, *x.shape[2:])))
