"""The picture with its classes coloured in, and a legend: the result for a person to look at."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from atrous.labels import Color
from atrous.media.masks import Labels, label_changes

_INK, _PAPER = (32, 32, 32), (255, 255, 255)


@dataclass(frozen=True)
class LegendEntry:
    """A line of the legend: the class's colour, its name and what stands behind it."""

    color: Color
    text: str


def draw_overlay(
    image: Image.Image, labels: Labels, colors: Sequence[Color], *, alpha: float = 0.55
) -> Image.Image:
    """Lay the labels' colours over a picture, their borders drawn in white.

    A black class (VOC's background) is left as it is, so that the picture stays bright.

    Args:
        image: RGB, any size; the result has this size.
        labels: ``(H, W)`` of the same picture; brought to the image's size by nearest neighbour.
        colors: one per class.
        alpha: 0 shows the picture only, 1 the colours only.
    """
    labels = _fit_labels(labels, image.height, image.width)
    table = np.array([*colors, *([(0, 0, 0)] * (256 - len(colors)))], np.uint8)
    shown = Image.fromarray(table[labels])
    blended = Image.blend(image, shown, alpha)
    blended.paste(_PAPER, mask=_mask(label_changes(labels)))
    tinted = np.array([any(color) for color in table.tolist()])
    return Image.composite(blended, image, _mask(tinted[labels]))


def add_legend(image: Image.Image, entries: Sequence[LegendEntry]) -> Image.Image:
    """Add a strip below the picture, a swatch and a text for each entry; widen it if need be."""
    size = max(12, round(image.width / 40))
    font = ImageFont.load_default(size)
    gap, row = size // 2, size * 3 // 2
    widths = [row + math.ceil(font.getlength(entry.text)) + 2 * gap for entry in entries]
    sheet_width = max(image.width, gap + max(widths, default=0))
    places: list[tuple[int, int]] = []
    x, y = gap, gap
    for width in widths:
        if x + width > sheet_width and x > gap:
            x, y = gap, y + row
        places.append((x, y))
        x += width
    sheet = Image.new("RGB", (sheet_width, image.height + y + row + gap), _PAPER)
    sheet.paste(image, (0, 0))
    draw = ImageDraw.Draw(sheet)
    for entry, (left, top) in zip(entries, places, strict=True):
        top += image.height
        draw.rectangle((left, top, left + size, top + size), fill=entry.color, outline=_INK)
        draw.text((left + row, top + size // 2), entry.text, fill=_INK, font=font, anchor="lm")
    return sheet


def _fit_labels(labels: Labels, height: int, width: int) -> Labels:
    """Nearest-neighbour copy at another size."""
    if labels.shape == (height, width):
        return labels
    rows = (np.arange(height) * 2 + 1) * labels.shape[0] // (2 * height)
    columns = (np.arange(width) * 2 + 1) * labels.shape[1] // (2 * width)
    return labels[rows[:, None], columns]


def _mask(pixels: NDArray[np.bool_]) -> Image.Image:
    """What is true, as a mask for Pillow."""
    return Image.fromarray(pixels.view(np.uint8) * np.uint8(255))
