"""From a small grid of logits to a label for every pixel: bilinear upsampling fused with argmax.

A segmentation network ends in logits on a coarse grid, ``[C, h, w]``; the mask wants the winner of
every pixel of ``H x W``. Doing it in two steps (upsample, then argmax) writes and reads ``C*H*W``
floats only to throw them away. Here the two are one: the compiled core keeps the running winner in
registers, and the numpy fallback works in narrow bands, so neither ever holds ``C x H x W``.

Positions are those of ``torch.nn.functional.interpolate(mode="bilinear", antialias=False)``. Along
one axis of ``n`` cells and ``N`` pixels, with a window ``[first, last]`` in cells, pixel ``i``
reads

* ``first + i * (last - first) / (N - 1)`` with ``align_corners=True``: cell centres lie on whole
  numbers, the whole grid is ``[0, n - 1]``, and a single pixel (``N = 1``) reads ``first``;
* ``first + (i + 0.5) * (last - first) / N - 0.5`` with ``align_corners=False``: cell ``k`` covers
  ``[k, k + 1]`` and the whole grid is ``[0, n]``;

clamped to ``[0, n - 1]``, so that whatever lies beyond the grid repeats its border. Shrinking works
alike: every pixel is a point sample, nothing is averaged.

**Labels.** The winner is the class with the largest interpolated logit, the first one on an exact
tie. Every backend computes in float32, so two classes closer than 1e-5 of the largest magnitude
among the logits around the pixel may come out in either order; wherever they differ by more, every
backend gives the label that exact arithmetic would.

**Not-a-number and infinity.** A NaN never wins; a pixel with nothing but NaN gets class 0. A class
at -inf loses wherever it takes part. Interpolating next to +inf gives NaN or +inf, hence some valid
class, which one is not defined. Confidences and probabilities are NaN wherever a class's
interpolated logit is NaN or +inf, and may be where one is -inf.
"""

from __future__ import annotations

import math
import operator
import os
from typing import TYPE_CHECKING, Literal, TypedDict

import numpy as np

from atrous.errors import SettingError
from atrous.inference import upsample_numpy
from atrous.inference.upsample_numpy import Axis, Sampling, bands

try:
    from atrous import _core
except ImportError:  # installed without a compiler: numpy does the work, by the same rule
    _core = None

if TYPE_CHECKING:
    from numpy.typing import NDArray

Backend = Literal["numpy", "plain", "sse2", "avx2", "avx512"]

ISA_VARIABLE = "ATROUS_CORE_ISA"
"""The environment variable that holds the core to a lower instruction set: ``sse2``, say."""


class CoreInfo(TypedDict):
    """What the compiled core offers on this machine."""

    isa: str
    """The instruction set in use: ``plain``, ``sse2``, ``avx2`` or ``avx512``."""

    available: tuple[str, ...]
    """The instruction sets that could be used, the widest last."""


def core_info() -> CoreInfo | None:
    """Say which instruction set the compiled core uses; None where the core is missing.

    Raises:
        SettingError: ``ATROUS_CORE_ISA`` names an instruction set this machine or build lacks.
    """
    if _core is None:
        return None
    return CoreInfo(isa=_pick_isa(None), available=tuple(_core.supported_isas()))


def upsample_labels(
    logits: NDArray[np.floating],
    size: tuple[int, int],
    *,
    align_corners: bool,
    window: tuple[float, float, float, float] | None = None,
    threads: int = 1,
    backend: Backend | None = None,
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Give every pixel the class whose bilinearly interpolated logit is largest.

    Args:
        logits: ``[C, h, w]``, any floating dtype; computed in float32.
        size: The output's ``(H, W)`` in pixels.
        align_corners: Which of torch's two conventions places the pixels; see the module.
        window: The part of the grid to read, ``(top, left, bottom, right)`` in fractional cells;
            None reads all of it. It may reach beyond the grid, where the border repeats.
        threads: At most so many threads share the rows; small work stays on one. The fallback
            always uses one.
        backend: ``numpy`` or an instruction set of the core; None takes the fastest there is.

    Returns:
        ``[H, W]`` class indices: uint8 up to 256 classes, uint16 above.

    Raises:
        ValueError: The logits are not a non-empty ``[C, h, w]``, a size or ``threads`` is below 1,
            the window is not finite or runs backwards, or the backend is not available.
    """
    cells, sampling = _prepare(logits, size, align_corners, window, threads)
    labels = _empty_labels(cells, sampling)
    _fill(cells, sampling, labels, None, threads, backend)
    return labels


def upsample_confidence(
    logits: NDArray[np.floating],
    size: tuple[int, int],
    *,
    align_corners: bool,
    window: tuple[float, float, float, float] | None = None,
    threads: int = 1,
    backend: Backend | None = None,
) -> tuple[NDArray[np.uint8] | NDArray[np.uint16], NDArray[np.float32]]:
    """Like `upsample_labels`, with the probability of the class each pixel got.

    The probability is the softmax over the classes of the pixel's interpolated logits.

    Args:
        logits: As for `upsample_labels`.
        size: As for `upsample_labels`.
        align_corners: As for `upsample_labels`.
        window: As for `upsample_labels`.
        threads: As for `upsample_labels`.
        backend: As for `upsample_labels`.

    Returns:
        The labels, and ``[H, W]`` float32 probabilities in ``(0, 1]``.

    Raises:
        ValueError: As for `upsample_labels`.
    """
    cells, sampling = _prepare(logits, size, align_corners, window, threads)
    labels = _empty_labels(cells, sampling)
    confidence = np.empty(labels.shape, np.float32)
    _fill(cells, sampling, labels, confidence, threads, backend)
    return labels, confidence


def upsample_probabilities(
    logits: NDArray[np.floating],
    size: tuple[int, int],
    *,
    align_corners: bool,
    window: tuple[float, float, float, float] | None = None,
) -> NDArray[np.float32]:
    """Softmax over the classes of the interpolated logits, for every pixel.

    This is the one function that returns ``C x H x W`` numbers; beside them it needs a few rows.

    Args:
        logits: As for `upsample_labels`.
        size: As for `upsample_labels`.
        align_corners: As for `upsample_labels`.
        window: As for `upsample_labels`.

    Returns:
        ``[C, H, W]`` float32; the classes of a pixel sum to 1.

    Raises:
        ValueError: As for `upsample_labels`.
    """
    cells, sampling = _prepare(logits, size, align_corners, window, 1)
    out = np.empty((len(cells), sampling.rows.pixels, sampling.columns.pixels), np.float32)
    with np.errstate(invalid="ignore", over="ignore"):
        for band, planes in bands(cells, sampling):
            probabilities = out[:, band]
            for index, plane in enumerate(planes):
                probabilities[index] = plane
            probabilities -= probabilities.max(axis=0)
            np.exp(probabilities, out=probabilities)
            probabilities /= probabilities.sum(axis=0)
    return out


def _prepare(
    logits: NDArray[np.floating],
    size: tuple[int, int],
    align_corners: bool,
    window: tuple[float, float, float, float] | None,
    threads: int,
) -> tuple[NDArray[np.float32], Sampling]:
    """Check the caller's arguments and reduce them to float32 cells and an affine map per axis."""
    if logits.ndim != 3 or 0 in logits.shape:
        raise ValueError(f"logits must be a non-empty [C, h, w] array, not {logits.shape}")
    classes, grid_height, grid_width = logits.shape
    if classes > 1 << 16:
        raise ValueError(f"labels are at most 16 bits: {classes} classes are too many")
    height, width = (operator.index(extent) for extent in size)
    if height < 1 or width < 1:
        raise ValueError(f"size must be at least 1 x 1 pixels, not {height} x {width}")
    if threads < 1:
        raise ValueError(f"threads must be at least 1, not {threads}")
    if window is None:
        border = 1 if align_corners else 0
        window = (0.0, 0.0, grid_height - border, grid_width - border)
    top, left, bottom, right = window
    sampling = Sampling(
        _affine(top, bottom, height, align_corners), _affine(left, right, width, align_corners)
    )
    return np.ascontiguousarray(logits, np.float32), sampling


def _affine(first: float, last: float, count: int, align_corners: bool) -> Axis:
    """The map of pixels ``0..count-1`` onto the window ``[first, last]`` of one axis."""
    if align_corners:
        step = (last - first) / (count - 1) if count > 1 else 0.0
        start = first
    else:
        step = (last - first) / count
        start = first + 0.5 * step - 0.5
    # A finite window can still be too wide for its map: the far end is what overflows.
    if not (math.isfinite(last - first) and math.isfinite(start + step * count)):
        raise ValueError(f"window must be finite, not {first} to {last}")
    if last < first:
        raise ValueError(f"window must not run backwards, from {first} to {last}")
    return Axis(float(start), float(step), count)


def _pick_isa(backend: Backend | None) -> str:
    """The instruction set to use, or ``numpy``."""
    available = [] if _core is None else _core.supported_isas()
    if backend is not None:
        if backend != "numpy" and backend not in available:
            raise ValueError(f"backend {backend!r} is not among {['numpy', *available]}")
        return backend
    if not available:
        return "numpy"
    wished = os.environ.get(ISA_VARIABLE)
    if not wished:
        return available[-1]
    if wished not in available:
        there = ", ".join(available)
        raise SettingError(f"{ISA_VARIABLE}={wished}: there is only {there} here; unset it")
    return wished


def _empty_labels(
    cells: NDArray[np.float32], sampling: Sampling
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    shape = (sampling.rows.pixels, sampling.columns.pixels)
    return np.empty(shape, np.uint8) if len(cells) <= 256 else np.empty(shape, np.uint16)


def _fill(
    cells: NDArray[np.float32],
    sampling: Sampling,
    labels: NDArray[np.uint8] | NDArray[np.uint16],
    confidence: NDArray[np.float32] | None,
    threads: int,
    backend: Backend | None,
) -> None:
    """Write the labels, and the confidence where asked, with the chosen backend."""
    isa = _pick_isa(backend)
    if _core is None or isa == "numpy":
        upsample_numpy.fill(cells, sampling, labels, confidence)
        return
    rows, columns = sampling
    _core.upsample(
        cells,
        rows.start,
        rows.step,
        columns.start,
        columns.step,
        labels,
        confidence,
        threads,
        isa,
    )
