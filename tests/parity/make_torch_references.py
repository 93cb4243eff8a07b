# SPDX-License-Identifier: BSD-2-Clause
"""Reference activations of the backbones of timm and torchvision, with seeded weights.

    python make_torch_references.py

Writes torch_SOURCE_MODEL_seeded1_SIZE.safetensors.zst into data/ beside this file; README.md
describes them. Prints how far PyTorch's own float32 result is from float64.
"""

import pathlib

import numpy as np
import timm
import torch
import torchvision

import hilum_reference as ref

DATA = pathlib.Path(__file__).parent / "data"
SEED = 1
INNER_SAMPLES, LAST_SAMPLES = 96, 512  # at most, for each image and tap
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def vgg16_taps():
    return {f"features.{i}": f"block{b}_pool" for b, i in enumerate((4, 9, 16, 23, 30), 1)}


def inverted_residuals():
    """(stage, block in it, Keras' name of its output), the first block left out."""
    number = 1
    for stage, blocks in enumerate((2, 3, 4, 3, 3, 1), 1):
        for block in range(blocks):
            yield stage, block, f"block_{number}_{'add' if block else 'project_BN'}"
            number += 1


def timm_mobilenetv2_taps():
    taps = {"bn1": "Conv1_relu", "blocks.0.0": "expanded_conv_project_BN"}
    taps.update({f"blocks.{s}.{b}": name for s, b, name in inverted_residuals()})
    return {**taps, "bn2": "out_relu"}


def torchvision_mobilenetv2_taps():
    taps = {"features.0": "Conv1_relu", "features.1": "expanded_conv_project_BN"}
    for i, (_, _, name) in enumerate(inverted_residuals(), 2):
        taps[f"features.{i}"] = name
    return {**taps, "features.18": "out_relu"}


def inceptionresnetv2_taps():
    return {
        "maxpool_5a": "max_pooling2d_1",
        "mixed_5b": "mixed_5b",
        "repeat": "block35_10_ac",
        "mixed_6a": "mixed_6a",
        "repeat_1": "block17_20_ac",
        "mixed_7a": "mixed_7a",
        "block8": "custom_scale_layer_39",
        "conv2d_7b": "conv_7b_ac",
    }


# (source, hilum's name): constructor, module -> Keras' layer, sizes
MODELS = {
    ("timm", "vgg16"): (lambda: timm.create_model("vgg16"), vgg16_taps, [224]),
    ("timm", "mobilenetv2"): (
        lambda: timm.create_model("mobilenetv2_100"),
        timm_mobilenetv2_taps,
        [224, 161],
    ),
    ("torchvision", "mobilenetv2"): (
        torchvision.models.mobilenet_v2,
        torchvision_mobilenetv2_taps,
        [160],
    ),
    ("timm", "inceptionresnetv2"): (
        lambda: timm.create_model("inception_resnet_v2"),
        inceptionresnetv2_taps,
        [299],
    ),
}


def seeded_values(name, shape):
    """One tensor of a state dict, in the layout of PyTorch. See README.md."""
    u = ref.Stream(SEED, f"weights/{name}").uniform(int(np.prod(shape)))
    if len(shape) == 4:
        inputs, area = shape[1], shape[2] * shape[3]
        v = (2.0 * u - 1.0) * np.sqrt((3.0 if inputs == 1 else 6.0) / (inputs * area))
    elif name.endswith((".bias", ".running_mean")):
        v = (2.0 * u - 1.0) * 0.1
    elif name.endswith((".weight", ".running_var")):
        v = 0.9 + 0.2 * u
    else:
        raise ValueError(f"{name}: no rule for this tensor")
    return v.reshape(shape).astype(np.float32)


TOP = ("pre_logits.", "head.", "classifier.", "classif.")


def set_seeded_weights(model):
    state = model.state_dict()
    for name, value in state.items():
        if not name.startswith(TOP) and not name.endswith(".num_batches_tracked"):
            state[name] = torch.from_numpy(seeded_values(name, tuple(value.shape)))
    model.load_state_dict(state)


def normalised(grey, mean, std):
    """uint8 [N, S, S, 1] -> float32 [N, 3, S, S], as torchvision's ToTensor and Normalize."""
    x = torch.from_numpy(grey).permute(0, 3, 1, 2).repeat(1, 3, 1, 1).float() / 255
    column = lambda v: torch.tensor(v).view(1, 3, 1, 1)
    return (x - column(mean)) / column(std)


def activations(model, taps, x):
    """Keras' name -> [N, H, W, C]."""
    found = {}

    def keep(name):
        # a copy: a later activation may work in place
        return lambda _, __, out: found.update({name: out.permute(0, 2, 3, 1).numpy().copy()})

    modules = dict(model.named_modules())
    hooks = [modules[m].register_forward_hook(keep(name)) for m, name in taps.items()]
    with torch.no_grad():
        model(x)
    for hook in hooks:
        hook.remove()
    return found


def write_reference(source, name, size):
    create, make_taps, _ = MODELS[source, name]
    model = create().eval()
    set_seeded_weights(model)
    # torchvision's weights for these two models expect ImageNet's mean and deviation as well
    config = getattr(model, "default_cfg", {"mean": IMAGENET[0], "std": IMAGENET[1]})
    x = normalised(ref.test_images(size), config["mean"], config["std"])
    taps = make_taps()
    values = activations(model, taps, x)
    exact = activations(model.double(), taps, x.double())

    stem = f"torch_{source}_{name}_seeded{SEED}_{size}"
    names = list(taps.values())
    tensors = {}
    metadata = {
        "hilum.kind": "reference",
        "model": name,
        "weights": f"{source}, seed {SEED}",
        "images": f"images_{size}.safetensors.zst",
        "taps": " ".join(names),
        "made.with": f"torch {torch.__version__}, timm {timm.__version__},"
        f" torchvision {torchvision.__version__}",
    }
    print(f"{stem}:")
    for tap in names:
        limit = LAST_SAMPLES if tap == names[-1] else INNER_SAMPLES
        ref.add_tap(tensors, metadata, tap, values[tap], exact[tap], limit)
        zero = np.mean(values[tap] == 0)
        error = metadata[f"{tap}/float32_error"]
        print(f"  {tap:28s} {values[tap].shape} zero {zero:.3f} L2 error {error}")
    pooled = values[names[-1]].mean(axis=(1, 2), dtype=np.float64)
    tensors["pooled"] = pooled.astype(np.float32)
    ref.write_tensor_file(DATA / f"{stem}.safetensors.zst", tensors, metadata)


def main():
    for (source, name), (_, _, sizes) in MODELS.items():
        for size in sizes:
            write_reference(source, name, size)


if __name__ == "__main__":
    main()
