"""JPEG in → mask out with transformers' MobileNetV2 pipeline parts, as its documentation does it.

Random weights: only the time counts. Usage: whole_transformers.py PICTURE MASK
"""

import sys

import torch
from PIL import Image
from transformers import (
    MobileNetV2Config,
    MobileNetV2ForSemanticSegmentation,
    MobileNetV2ImageProcessor,
)

torch.set_num_threads(1)
config = MobileNetV2Config(output_stride=16, num_labels=21)
model = MobileNetV2ForSemanticSegmentation(config).eval()
picture = Image.open(sys.argv[1]).convert("RGB")
width, height = picture.size
scale = 513 / max(width, height)
processor = MobileNetV2ImageProcessor(
    size={"height": round(height * scale), "width": round(width * scale)},
    do_center_crop=False,
    image_mean=[0.5] * 3,
    image_std=[0.5] * 3,
)
inputs = processor(images=picture, return_tensors="pt")
with torch.inference_mode():
    outputs = model(**inputs)
labels = processor.post_process_semantic_segmentation(outputs, target_sizes=[(height, width)])[0]
Image.fromarray(labels.byte().numpy()).save(sys.argv[2])
