"""Picture array → labels in one process: atrous and transformers in turn, the same weights.

Both resize the picture to 513 on its longest side with Pillow and upsample the logits to the
picture's size with align_corners=False. Run by benchmarks/segment.py; prints JSON.

    in_process.py PICTURE REPEATS [LONGEST_SIDE]
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from hf_mobilenetv2 import load
from PIL import Image

from atrous.engines import open_engine
from atrous.inference.upsample import upsample_labels
from atrous.zoo import DEFAULT_MODEL, bundled_models, open_model

STRIDE = 16


def main(picture: Path, repeats: int, longest: int | None = None) -> None:
    """Time both in turn, compare their labels."""
    torch.set_num_threads(1)
    image = Image.open(picture).convert("RGB")
    if longest:
        scale = longest / max(image.size)
        image = image.resize((round(image.width * scale), round(image.height * scale)))
    pixels = np.asarray(image)
    ours, theirs = atrous_labels(), transformers_labels()
    equal = float((ours(pixels) == theirs(pixels)).mean())
    theirs(pixels)  # torch is slow on its first calls
    seconds: dict[str, list[float]] = {"atrous": [], "transformers": []}
    for _ in range(repeats):
        for name, run in (("atrous", ours), ("transformers", theirs)):
            start = time.perf_counter()
            run(pixels)
            seconds[name].append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds, "equal": equal, "shape": pixels.shape}))


def resize(pixels: np.ndarray) -> np.ndarray:
    """Longest side to 513, then up to the next 16k + 1 with grey, as our card says."""
    height, width, _ = pixels.shape
    scale = 513 / max(height, width)
    height, width = round(height * scale), round(width * scale)
    canvas = np.full(
        (-(-(height - 1) // 16) * 16 + 1, -(-(width - 1) // 16) * 16 + 1, 3), 127, np.uint8
    )
    image = Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR)
    canvas[:height, :width] = np.asarray(image)
    return canvas


def atrous_labels() -> Callable[[np.ndarray], np.ndarray]:
    """Our engine and our upsampling."""
    engine = open_engine("onnxruntime", open_model(DEFAULT_MODEL), output_stride=STRIDE, threads=1)

    def run(pixels: np.ndarray) -> np.ndarray:
        logits = engine.run(resize(pixels)[None])[0]
        return upsample_labels(logits, pixels.shape[:2], align_corners=False)

    return run


def transformers_labels() -> Callable[[np.ndarray], np.ndarray]:
    """Their network with our weights, their way of upsampling."""
    model = load(bundled_models()[DEFAULT_MODEL], STRIDE)

    def run(pixels: np.ndarray) -> np.ndarray:
        image = torch.from_numpy(resize(pixels)).permute(2, 0, 1)[None].float() / 127.5 - 1
        with torch.inference_mode():
            logits = model(image).logits
            upsampled = torch.nn.functional.interpolate(
                logits, size=pixels.shape[:2], mode="bilinear", align_corners=False
            )
            return upsampled.argmax(1)[0].numpy()

    return run


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(number) for number in sys.argv[2:]))
