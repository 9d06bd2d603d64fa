"""Making a picture of any size fit the network, and finding it again in the logits.

DeepLab works on sides of ``k·stride + 1`` pixels, so that the corner cells of the logits lie
exactly on the corner pixels of the picture (``align_corners``). A picture is resized as the card
says, then padded on the right and below to such a side; the *window* is the part of the grid of
logits that the picture covers, in fractional cells.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from atrous.card import Card
from atrous.errors import ModelError
from atrous.media.pictures import Picture

_FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}

Window = tuple[float, float, float, float]
"""Top, left, bottom, right in cells of the logits."""


@dataclass(frozen=True)
class Fitted:
    """A picture as the network takes it.

    Attributes:
        image: ``[1, H, W, 3]`` uint8, resized and padded.
        window: where the picture lies in the grid of logits.
    """

    image: NDArray[Any]
    window: Window


def check_supported(card: Card, file: str) -> None:
    """Refuse a card that asks for what this release cannot do, rather than leave it out.

    Raises:
        ModelError: names what is asked for.
    """
    wishes = {
        "a CRF": card.crf is not None,
        f"bands {', '.join(card.input.bands)}": card.input.bands != ("red", "green", "blue"),
        f"{card.input.dtype} pictures": card.input.dtype != "uint8",
    }
    for wish, is_asked in wishes.items():
        if is_asked:
            raise ModelError(
                f"{file}: asks for {wish}, which this release cannot do; upgrade atrous"
            )


def fit(picture: Picture, card: Card, output_stride: int) -> Fitted:
    """Resize and pad a picture by its card's rule.

    Args:
        picture: any size from 1 × 1.
        card: the model's card; its ``fit`` is the rule.
        output_stride: of the network that will run.
    """
    rule = card.fit
    height, width = resized(picture.height, picture.width, rule.size)
    image = picture.image
    if (image.height, image.width) != (height, width):
        image = image.resize((width, height), _FILTERS[rule.filter])
    sides = (rule.size, rule.size)
    if rule.pad == "stride":
        sides = (padded(height, output_stride), padded(width, output_stride))
    canvas = np.full((1, *sides, card.input.channels), rule.pad_value, card.input.dtype)
    canvas[0, :height, :width] = np.asarray(image)
    return Fitted(canvas, _window(height, width, output_stride, align_corners=card.align_corners))


def resized(height: int, width: int, size: int) -> tuple[int, int]:
    """The sides after resizing the longest one to ``size``; none is below 1 pixel."""
    longest = max(height, width)
    return max(1, round(height * size / longest)), max(1, round(width * size / longest))


def padded(side: int, stride: int) -> int:
    """The next ``k·stride + 1`` that is no less than ``side``."""
    return -(-(side - 1) // stride) * stride + 1


def _window(height: int, width: int, stride: int, *, align_corners: bool) -> Window:
    """The part of the logits' grid that ``height × width`` pixels at its top left cover.

    With align_corners a cell's centre lies on every ``stride``-th pixel, the first on the first;
    without, a cell covers ``stride`` pixels.
    """
    if align_corners:
        return 0.0, 0.0, (height - 1) / stride, (width - 1) / stride
    return 0.0, 0.0, height / stride, width / stride
