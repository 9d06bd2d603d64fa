"""Trimap bands: the pixels near an object's border, where segmentation is hard.

Chen et al. 2016 (arXiv 1606.00915, §4.3 and figure 10), after Kohli et al. 2009: the IoU is taken
over a narrow band around the borders only, for several widths.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from atrous.media.masks import Labels, label_changes

WIDTHS = (1, 2, 5, 10, 20, 40)
"""Band widths in pixels; a pixel is in the band of width n if it lies within n of the border."""

BorderKind = Literal["void", "label change"]


def border(truth: Labels, ignore_index: int, kind: BorderKind) -> NDArray[np.bool_]:
    """``(H, W)``: the border's own pixels.

    ``void`` is the unlabelled seam that VOC draws around its objects. Where a data set has none,
    the pixels on both sides of a change of label stand for it.
    """
    return truth == ignore_index if kind == "void" else label_changes(truth)


def distance_squared(pixels: NDArray[np.bool_], limit: int) -> NDArray[np.int64]:
    """Squared Euclidean distance of every pixel to the nearest true one.

    Exact up to ``limit`` pixels; whatever is farther is ``(limit + 1)²`` or more.

    Args:
        pixels: ``(H, W)``.
        limit: the largest distance of interest.
    """
    height, width = pixels.shape
    far = limit + 1
    # Down each column the distance is one-dimensional: rows since the last true pixel.
    column = np.full((height, width), far, np.int64)
    for order in (range(height), range(height - 1, -1, -1)):
        run = np.full(width, far, np.int64)
        for y in order:
            run = np.where(pixels[y], 0, np.minimum(run + 1, far))
            column[y] = np.minimum(column[y], run)
    # Then the nearest is in one of the columns at most `limit` away.
    vertical = column**2
    nearest = vertical.copy()
    for shift in range(1, min(limit, width - 1) + 1):
        cost = shift**2
        left, right = nearest[:, shift:], nearest[:, :-shift]
        np.minimum(left, vertical[:, :-shift] + cost, out=left)
        np.minimum(right, vertical[:, shift:] + cost, out=right)
    return nearest
