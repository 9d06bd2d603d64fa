"""Label pictures: PNGs whose pixel value is the label, read by index and never by colour."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from atrous.errors import DataError
from atrous.labels import Color, palette
from atrous.media.files import atomic_path
from atrous.media.pillow import pillow_unlimited

Labels = NDArray[np.uint8] | NDArray[np.uint16]


def write_labels(labels: Labels, path: Path, colors: Sequence[Color]) -> None:
    """Write labels ``(H, W)`` as a palette PNG (pixel value = label), the VOC way.

    More than 256 classes (uint16) give a 16-bit grey PNG, which has no palette.

    Raises:
        OutputError: the file cannot be written.
    """
    if labels.dtype == np.uint16:
        image = Image.fromarray(labels)
    else:
        height, width = labels.shape
        data: Any = np.ascontiguousarray(labels)
        # Pixels shared with the array, not copied: a large picture has hundreds of millions.
        image = Image.frombuffer("P", (width, height), data, "raw", "P", 0, 1)
        image.putpalette(palette(colors))
    with atomic_path(path) as temporary:
        image.save(temporary, format="PNG", compress_level=1)


def read_labels(path: Path) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """The labels ``(H, W)`` of a mode L, P or 16-bit PNG, by index.

    Raises:
        DataError: the file is missing, damaged, or a colour picture.
    """
    try:
        with pillow_unlimited():
            image = Image.open(path)
        with image:
            mode = image.mode
            if mode in {"1", "L", "P"}:
                return np.array(image, np.uint8)
            if mode.startswith("I"):
                return np.array(image, np.uint16)
    except (OSError, SyntaxError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(
            f"{path}: not a readable label picture ({reason}); write it again as PNG"
        ) from None
    raise DataError(
        f"{path}: a label picture holds one class index per pixel (mode L or P), this one holds "
        f"colours (mode {mode}); replace each colour by its class id"
    )


def label_changes(labels: Labels) -> NDArray[np.bool_]:
    """``(H, W)``: the pixels that touch one of another label, above, below or beside."""
    border = np.zeros(labels.shape, np.bool_)
    across, down = labels[:, :-1] != labels[:, 1:], labels[:-1] != labels[1:]
    border[:, :-1] |= across
    border[:, 1:] |= across
    border[:-1] |= down
    border[1:] |= down
    return border
