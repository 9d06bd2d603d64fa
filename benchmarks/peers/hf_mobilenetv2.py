"""transformers' MobileNetV2ForSemanticSegmentation with the weights of our bundled model file."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from transformers import MobileNetV2Config, MobileNetV2ForSemanticSegmentation


def load(model_file: Path, output_stride: int) -> MobileNetV2ForSemanticSegmentation:
    """Build the network and fill it; batch normalisation becomes a plain offset."""
    graph = onnx.load(model_file).graph
    ours = {t.name: numpy_helper.to_array(t).astype(np.float64) for t in graph.initializer}
    classes = ours["logits/bias"].size
    config = MobileNetV2Config(output_stride=output_stride, num_labels=classes)
    model = MobileNetV2ForSemanticSegmentation(config).eval()
    trunk, head = model.mobilenet_v2, model.segmentation_head

    _fill(trunk.conv_stem.first_conv, ours, "MobilenetV2/Conv")
    _fill(trunk.conv_stem.conv_3x3, ours, "MobilenetV2/expanded_conv/depthwise")
    _fill(trunk.conv_stem.reduce_1x1, ours, "MobilenetV2/expanded_conv/project")
    for index, layer in enumerate(trunk.layer, 1):
        scope = f"MobilenetV2/expanded_conv_{index}"
        _fill(layer.expand_1x1, ours, f"{scope}/expand")
        _fill(layer.conv_3x3, ours, f"{scope}/depthwise")
        if index < len(trunk.layer):
            _fill(layer.reduce_1x1, ours, f"{scope}/project")

    # Our file holds the last projection multiplied into both branches behind it (960 → 2 × 256,
    # of rank 320); any factors whose product that is make the same network.
    both = np.concatenate([ours["image_pooling/weight"], ours["aspp0/weight"]])[:, :, 0, 0]
    left, scale, right = np.linalg.svd(both, full_matrices=False)
    root = np.sqrt(scale[:320])
    outer, inner = left[:, :320] * root, root[:, None] * right[:320]
    _set(trunk.layer[-1].reduce_1x1, inner[:, :, None, None], np.zeros(320))
    _set(head.conv_pool, outer[:256, :, None, None], ours["image_pooling/bias"])
    _set(head.conv_aspp, outer[256:, :, None, None], ours["aspp0/bias"])

    projection = [ours["context/weight"], ours["concat_projection/weight"]]
    _set(head.conv_projection, np.concatenate(projection, axis=1), ours["context/bias"])
    classifier = head.classifier.convolution
    with torch.no_grad():
        classifier.weight.copy_(torch.from_numpy(ours["logits/weight"]))
        classifier.bias.copy_(torch.from_numpy(ours["logits/bias"]))
    return model


def _fill(layer: Any, ours: dict[str, Any], name: str) -> None:
    _set(layer, ours[f"{name}/weight"], ours[f"{name}/bias"])


def _set(layer: Any, weight: Any, offset: Any) -> None:
    """A convolution and its batch normalisation, the latter reduced to adding ``offset``."""
    norm = layer.normalization
    with torch.no_grad():
        layer.convolution.weight.copy_(torch.from_numpy(weight))
        norm.weight.fill_(1)
        norm.bias.copy_(torch.from_numpy(offset))
        norm.running_mean.fill_(0)
        norm.running_var.fill_(1 - norm.eps)
