"""The words about classes that every room uses: names, colours, the ignore index, the palette.

A *label* is an integer per pixel, the id of a class. A *palette* gives each label its colour.
"""

from collections.abc import Sequence

Color = tuple[int, int, int]

IGNORE_INDEX = 255
"""The label of pixels that count for nothing: void borders in VOC, unlabelled areas elsewhere."""

VOC_CLASSES = (
    "background",
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "diningtable",
    "dog",
    "horse",
    "motorbike",
    "person",
    "pottedplant",
    "sheep",
    "sofa",
    "train",
    "tvmonitor",
)
"""PASCAL VOC 2012: background and 20 classes; the position is the label."""


def voc_color(label: int) -> Color:
    """The colour of a label in VOC's colour map, for any label from 0 to 255.

    The bits of the label are dealt out in turn to red, green and blue, each channel filled from
    its highest bit down (VOC development kit, ``VOClabelcolormap``): 1 is dark red (128, 0, 0),
    255 the cream (224, 224, 192) of void borders.
    """
    channels = [0, 0, 0]
    for bit in range(8):
        channels[bit % 3] |= (label >> bit & 1) << (7 - bit // 3)
    return channels[0], channels[1], channels[2]


def palette(colors: Sequence[Color]) -> list[int]:
    """The 768 numbers of a palette PNG: the classes' colours, then VOC's for the other labels."""
    table = [*colors[:256], *(voc_color(label) for label in range(len(colors), 256))]
    return [channel for color in table for channel in color]


def nearest(word: str, words: Sequence[str]) -> str:
    """A hint for an unknown word, ready to append: ``"; did you mean 'cat'?"``, or nothing."""
    from difflib import get_close_matches  # a few milliseconds that only a mistake should cost

    matches = get_close_matches(word, words, n=1, cutoff=0.5)
    return f"; did you mean '{matches[0]}'?" if matches else ""
