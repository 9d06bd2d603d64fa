"""The numpy version of the upsampling kernel: the same labels by the same rule, without a compiler.

It works in bands of rows, so that it never holds ``C x H x W`` either. The coordinates are worked
out by :mod:`atrous.inference.upsample`, which is also where the rule is written down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_BAND_PIXELS = 1 << 15
"""Pixels the fallback handles at once: its few float32 planes of that size stay in cache."""


class Axis(NamedTuple):
    """Pixel ``i`` of ``pixels`` reads the grid at ``start + i * step`` cells, clamped to it."""

    start: float
    step: float
    pixels: int


class Sampling(NamedTuple):
    """Where every pixel of the output reads the grid."""

    rows: Axis
    columns: Axis


def fill(
    cells: NDArray[np.float32],
    sampling: Sampling,
    labels: NDArray[np.uint8] | NDArray[np.uint16],
    confidence: NDArray[np.float32] | None,
) -> None:
    """The fallback: the winners, and their probabilities where asked, band by band."""
    with np.errstate(invalid="ignore", over="ignore"):
        for band, planes in bands(cells, sampling):
            winner = labels[band]
            winner.fill(0)
            best = np.full(winner.shape, -np.inf, np.float32)
            for index, plane in enumerate(planes):
                better = plane > best  # strictly: the first of equals stays, a NaN never enters
                np.copyto(winner, index, where=better)
                np.copyto(best, plane, where=better)
            if confidence is None:
                continue
            total = np.zeros_like(best)
            for plane in _class_planes(cells, sampling, band):
                plane -= best
                total += np.exp(plane, out=plane)
            np.divide(1.0, total, out=confidence[band])


def bands(
    cells: NDArray[np.float32], sampling: Sampling
) -> Iterator[tuple[slice, Iterator[NDArray[np.float32]]]]:
    """Cut the output into bands of rows small enough for the cache."""
    height, width = sampling.rows.pixels, sampling.columns.pixels
    rows = max(1, _BAND_PIXELS // width)
    for start in range(0, height, rows):
        band = slice(start, min(start + rows, height))
        yield band, _class_planes(cells, sampling, band)


def _class_planes(
    cells: NDArray[np.float32], sampling: Sampling, band: slice
) -> Iterator[NDArray[np.float32]]:
    """The interpolated logits of one band, one class after the other: ``[rows, W]`` each."""
    above, below, row_weight = _neighbours(sampling.rows, cells.shape[1], band)
    left, right, column_weight = _neighbours(sampling.columns, cells.shape[2], slice(None))
    # Each source row is stretched once, however many of the band's rows it serves.
    needed, where = np.unique(np.concatenate([above, below]), return_inverse=True)
    above, below = np.split(where.reshape(-1), 2)
    row_weight = row_weight[:, np.newaxis]
    for plane in cells:
        source = plane[needed]
        stretched = _lerp(source[:, left], source[:, right], column_weight)
        yield _lerp(stretched[above], stretched[below], row_weight)


def _lerp(
    low: NDArray[np.float32], high: NDArray[np.float32], weight: NDArray[np.float32]
) -> NDArray[np.float32]:
    """``low + weight * (high - low)``, computed in the memory of ``high``."""
    high -= low
    high *= weight
    high += low
    return high


def _neighbours(
    axis: Axis, cells: int, part: slice
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """The two cells each pixel of ``part`` lies between, and the weight of the second."""
    position = np.clip(axis.start + axis.step * np.arange(axis.pixels)[part], 0, cells - 1)
    low = np.floor(position).astype(np.intp)
    weight = (position - low).astype(np.float32)
    # A weight that rounds to 1 is the next cell itself: it must come out exactly as that cell.
    whole = weight >= 1
    low[whole] += 1
    weight[whole] = 0
    return low, np.minimum(low + 1, cells - 1), weight
