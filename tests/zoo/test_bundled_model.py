"""The bundled model is Google's network: against the original runtime and a second implementation.

The golden logits were made by TensorFlow.js (tools/goldens/tfjs_mobilenetv2.py). Sizes and strides
the golden does not cover are checked against the network written out below with torch's functions
in float64, straight from the paper, sharing nothing with our converter but the tensors.
"""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from PIL import Image

from atrous.engines import open_engine
from atrous.inference.upsample import upsample_labels
from atrous.zoo import DEFAULT_MODEL, bundled_models, open_model

GOLDEN = Path(__file__).parents[1] / "golden"
TOLERANCE = 2e-4
"""On logits of about ±40."""

# MobileNetV2 (arXiv 1801.04381, table 2), a row each: expansion t, channels c, repeats n, stride s.
ROWS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2))
# How each output stride runs the seventeen blocks, as the fact sheets of the originals have it:
# block → (stride, rate); all others keep their own stride and rate 1.
SURGERY = {
    8: {6: (1, 1)} | dict.fromkeys(range(7, 14), (1, 2)) | dict.fromkeys(range(14, 17), (1, 4)),
    16: {13: (1, 1)} | dict.fromkeys(range(14, 17), (1, 2)),
}


@pytest.fixture(scope="module")
def tensors() -> dict[str, torch.Tensor]:
    graph = onnx.load(bundled_models()[DEFAULT_MODEL]).graph
    arrays = {t.name: numpy_helper.to_array(t).astype(np.float64) for t in graph.initializer}
    return {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}


@pytest.fixture(scope="module")
def cat() -> np.ndarray:
    return np.asarray(Image.open(GOLDEN / "cat513.png").convert("RGB"))


def logits_of(image: np.ndarray, stride: int) -> np.ndarray:
    engine = open_engine("auto", open_model(DEFAULT_MODEL), output_stride=stride, threads=1)
    return engine.run(image[None])[0]


def same_padded(x: torch.Tensor, stride: int, rate: int) -> torch.Tensor:
    """TF's SAME: total padding so that the output is ceil(size / stride), the odd pixel after."""
    pads: list[int] = []
    for size in (x.shape[3], x.shape[2]):
        total = max(0, (-(-size // stride) - 1) * stride + 2 * rate + 1 - size)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads)


def reference(
    image: np.ndarray, tensors: dict[str, torch.Tensor], output_stride: int
) -> np.ndarray:
    """The network in float64."""

    def conv(name: str, x: torch.Tensor, stride: int = 1, rate: int = 1) -> torch.Tensor:
        weight, bias = tensors[f"{name}/weight"], tensors.get(f"{name}/bias")
        if weight.shape[2] == 3:
            x = same_padded(x, stride, rate)
        groups = x.shape[1] // weight.shape[1]
        return F.conv2d(x, weight, bias, stride, 0, rate, groups)

    x = torch.from_numpy(image.astype(np.float64)).permute(2, 0, 1)[None] / 127.5 - 1
    x = F.relu6(conv("MobilenetV2/Conv", x, stride=2))
    blocks = [(t, s if first else 1) for t, _, n, s in ROWS for first in [True] + [False] * (n - 1)]
    for index, (expansion, own_stride) in enumerate([*blocks, (6, 1)]):
        scope = "MobilenetV2/expanded_conv" + (f"_{index}" if index else "")
        stride, rate = SURGERY[output_stride].get(index, (own_stride, 1))
        y = F.relu6(conv(f"{scope}/expand", x)) if expansion > 1 else x
        y = F.relu6(conv(f"{scope}/depthwise", y, stride, rate))
        if index == 16:  # its linear projection is multiplied into the two branches of the head
            x = y
            break
        y = conv(f"{scope}/project", y)
        x = x + y if own_stride == 1 and x.shape[1] == y.shape[1] else y
    pooled = F.relu(conv("image_pooling", x.mean((2, 3), keepdim=True)))
    x = F.relu(conv("concat_projection", F.relu(conv("aspp0", x))) + conv("context", pooled))
    return conv("logits", x)[0].numpy()


def test_logits_equal_the_original_runtime(cat: np.ndarray) -> None:
    golden = np.load(GOLDEN / "deeplabv3-mobilenetv2-voc.npz")
    assert golden["logits"].shape == (21, 65, 65)
    assert np.abs(logits_of(cat, 8) - golden["logits"]).max() <= TOLERANCE


def test_labels_equal_the_original_runtime(cat: np.ndarray) -> None:
    golden = np.load(GOLDEN / "deeplabv3-mobilenetv2-voc.npz")["labels"]
    labels = upsample_labels(logits_of(cat, 8), (513, 513), align_corners=True)
    assert (golden == 8).any()  # there is a cat in it
    np.testing.assert_array_equal(labels, golden)


@pytest.mark.parametrize("stride", [8, 16])
@pytest.mark.parametrize("size", [(385, 513), (200, 296), (97, 33), (1, 1)])
def test_any_size_and_stride_equal_a_second_implementation(
    cat: np.ndarray, tensors: dict[str, torch.Tensor], size: tuple[int, int], stride: int
) -> None:
    image = cat[: size[0], : size[1]]
    expected = reference(image, tensors, stride)
    actual = logits_of(image, stride)
    assert actual.shape == (21, -(-size[0] // stride), -(-size[1] // stride))
    assert np.abs(actual - expected).max() <= TOLERANCE


def test_second_implementation_equals_the_original_runtime(
    cat: np.ndarray, tensors: dict[str, torch.Tensor]
) -> None:
    golden = np.load(GOLDEN / "deeplabv3-mobilenetv2-voc.npz")["logits"]
    assert np.abs(reference(cat, tensors, 8) - golden).max() <= TOLERANCE


def test_a_batch_equals_its_pictures_one_by_one(cat: np.ndarray) -> None:
    engine = open_engine("auto", open_model(DEFAULT_MODEL), output_stride=16, threads=1)
    pair = np.stack([cat[:129, :129], cat[200:329, 200:329]])
    together = engine.run(pair)
    for index in range(2):
        np.testing.assert_allclose(
            together[index], engine.run(pair[index : index + 1])[0], atol=1e-4
        )


def test_card_says_what_the_model_is() -> None:
    card = open_model(DEFAULT_MODEL).card
    assert card.name == DEFAULT_MODEL
    assert len(card.classes) == 21
    assert card.classes[8] == "cat"
    assert card.colors[8] == (64, 0, 0)
    assert sorted(card.output_strides) == [8, 16]
    assert card.licence == "Apache-2.0"
    assert {number.output_stride for number in card.numbers} == {8, 16}
    assert all(number.command.startswith("atrous evaluate") for number in card.numbers)


def test_wheel_stays_small() -> None:
    assert sum(path.stat().st_size for path in bundled_models().values()) < 18_000_000
