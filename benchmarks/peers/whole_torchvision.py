"""JPEG in → mask out with torchvision's DeepLabv3 MobileNetV3, as its documentation does it.

Random weights: only the time counts. Usage: whole_torchvision.py PICTURE MASK TORCHVISION_FOLDER
"""

import sys

import torch

sys.path.append(sys.argv[3])
# On a CPU torch these two operators are not there, and torchvision does not import without.
library = torch.library.Library("torchvision", "DEF")
library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

from PIL import Image  # noqa: E402
from torchvision.models.segmentation import deeplabv3_mobilenet_v3_large  # noqa: E402
from torchvision.transforms.functional import (  # noqa: E402
    normalize,
    resize,
    to_tensor,
)

torch.set_num_threads(1)
model = deeplabv3_mobilenet_v3_large(weights=None, weights_backbone=None, num_classes=21).eval()
picture = Image.open(sys.argv[1]).convert("RGB")
width, height = picture.size
scale = 513 / max(width, height)
image = resize(picture, [round(height * scale), round(width * scale)])
image = normalize(to_tensor(image), [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
with torch.inference_mode():
    logits = model(image[None])["out"]
    size = (height, width)
    labels = torch.nn.functional.interpolate(logits, size, mode="bilinear").argmax(1)[0]
Image.fromarray(labels.byte().numpy()).save(sys.argv[2])
