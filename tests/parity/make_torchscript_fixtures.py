# SPDX-License-Identifier: BSD-2-Clause
"""Writes tests/data/torchscript/*.pt, small TorchScript modules for tests/cli/torchscript.bats.

Needs torch 1.13 (Debian's python3-torch), so that every libtorch since reads them.
"""

import pathlib

import torch

OUT = pathlib.Path(__file__).parent.parent / "data" / "torchscript"


class Maps(torch.nn.Module):
    """[N, 3, H, W] -> [N, 3, H / 2, W / 2]: the mean of 2 x 2 pixels."""

    def forward(self, x):
        return torch.nn.functional.avg_pool2d(x, 2)


class Vectors(torch.nn.Module):
    """[N, 3, H, W] -> [N, 2]: the mean of the first channel, and 1."""

    def forward(self, x):
        mean = x[:, 0].mean([1, 2])
        return torch.stack([mean, torch.ones_like(mean)], 1)


class Pair(torch.nn.Module):
    """Gives two tensors, which is one too many."""

    def forward(self, x):
        return x, x


for name, module in [("maps", Maps()), ("vectors", Vectors()), ("pair", Pair())]:
    torch.jit.script(module).save(str(OUT / f"{name}.pt"))
