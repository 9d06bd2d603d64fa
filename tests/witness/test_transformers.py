"""A witness: transformers' MobileNetV2ForSemanticSegmentation with our weights gives our logits.

Runs in the peers' environment (benchmarks/peers/environment.py), where transformers is installed.
"""

import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("transformers", reason="the witnesses have an environment of their own")
import torch
from PIL import Image

from atrous.engines import open_engine
from atrous.zoo import DEFAULT_MODEL, bundled_models, open_model

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks" / "peers"))
from hf_mobilenetv2 import load  # noqa: E402  # pyright: ignore[reportMissingImports]


@pytest.mark.parametrize("stride", [8, 16])
@pytest.mark.parametrize("picture", ["cat", "astronaut"])
def test_logits_and_labels_are_the_same(picture: str, stride: int) -> None:
    image = np.asarray(Image.open(ROOT / "examples" / f"{picture}.jpg").convert("RGB"))
    image = image[:289, :449]  # k·16 + 1 sides, where paddings of all kinds agree
    ours = open_engine("auto", open_model(DEFAULT_MODEL), output_stride=stride).run(image[None])
    pixels = torch.from_numpy(image.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1
    with torch.inference_mode():
        theirs = load(bundled_models()[DEFAULT_MODEL], stride)(pixels).logits.numpy()
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, atol=2e-3)  # logits of ±40, factors re-made by SVD
    second, first = np.sort(theirs, axis=1)[:, -2:].swapaxes(0, 1)
    clear = first - second > 1e-2
    assert clear.mean() > 0.99
    np.testing.assert_array_equal(ours.argmax(1)[clear], theirs.argmax(1)[clear])
