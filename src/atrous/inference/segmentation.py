"""The result of segmenting a picture, with everything a person does next."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from PIL import Image

from atrous.errors import OutputError
from atrous.inference.fit import Window
from atrous.inference.upsample import (
    upsample_confidence,
    upsample_labels,
    upsample_probabilities,
)
from atrous.labels import Color
from atrous.media.files import RESULT_ENDINGS, atomic_path, ensure_folder
from atrous.media.masks import Labels, write_labels
from atrous.media.overlay import LegendEntry, add_legend, draw_overlay
from atrous.media.pictures import Picture
from atrous.media.sources import PICTURE_SUFFIXES

_BAND = 1 << 22


@dataclass(frozen=True)
class Scores:
    """The network's logits and where the picture lies in them: what every pixel is read from.

    Attributes:
        logits: ``(C, h, w)`` float32 at the network's own stride.
        size: the picture's ``(H, W)``.
        window: the part of the grid that the picture covers.
        align_corners: the grid's convention.
        threads: how many threads reading may use.
    """

    logits: NDArray[np.float32]
    size: tuple[int, int]
    window: Window
    align_corners: bool
    threads: int = 1

    def labels(self) -> Labels:
        """``(H, W)``, uint8 (uint16 above 256 classes): each pixel's likeliest class."""
        return upsample_labels(
            self.logits,
            self.size,
            align_corners=self.align_corners,
            window=self.window,
            threads=self.threads,
        )

    def confidence(self) -> NDArray[np.float32]:
        """``(H, W)``, the probability of each pixel's likeliest class."""
        return upsample_confidence(
            self.logits,
            self.size,
            align_corners=self.align_corners,
            window=self.window,
            threads=self.threads,
        )[1]

    def probabilities(self) -> NDArray[np.float32]:
        """``(C, H, W)``, the softmax of the upsampled logits."""
        return upsample_probabilities(
            self.logits, self.size, align_corners=self.align_corners, window=self.window
        )


def result_files(folder: Path, stem: Path, *, overlay: bool = True) -> list[Path]:
    """The files a picture's results are written to: labels first, then the overlay if wanted."""
    endings = RESULT_ENDINGS if overlay else RESULT_ENDINGS[:1]
    return [folder / stem.parent / f"{stem.name}{ending}" for ending in endings]


@dataclass(frozen=True, eq=False)
class Segmentation:
    """A segmented picture.

    Attributes:
        labels: ``(H, W)``, the class of each pixel of the picture, at the picture's own size;
            uint8, or uint16 above 256 classes.
        names: the classes' names; a label is a position in it.
        colors: the classes' colours, RGB.
        picture: what was segmented (of a very large picture, a smaller copy).
        scores: the logits the labels were read from.
        probabilities: ``(C, H, W)`` float32 at the picture's size, or None if not asked for.
    """

    labels: Labels
    names: tuple[str, ...]
    colors: tuple[Color, ...]
    picture: Picture = field(repr=False)
    scores: Scores = field(repr=False)
    probabilities: NDArray[np.float32] | None = field(default=None, repr=False)

    @cached_property
    def confidence(self) -> NDArray[np.float32]:
        """``(H, W)`` float32 in (0, 1]: the softmax probability of each pixel's class."""
        return self.scores.confidence()

    def areas(self) -> dict[str, float]:
        """The share of the picture that each class found in it covers, the largest first.

        The shares are from 0 to 1 and add up to 1.
        """
        return dict(self._areas)

    @cached_property
    def _areas(self) -> dict[str, float]:
        """Counted once: the legend, the report and the caller all ask."""
        counts = np.zeros(len(self.names), np.int64)
        flat = self.labels.reshape(-1)
        for start in range(0, flat.size, _BAND):  # bincount works on a copy in int64
            counts += np.bincount(flat[start : start + _BAND], minlength=len(self.names))
        order = np.argsort(-counts, kind="stable")
        return {self.names[i]: float(counts[i] / flat.size) for i in order if counts[i]}

    def overlay(self, *, alpha: float = 0.55, legend: bool = True) -> Image.Image:
        """The picture with its classes coloured in, and a legend below.

        Args:
            alpha: how strong the colours are, from 0 (none) to 1 (no picture).
            legend: whether to add the strip with the classes found and their shares.
        """
        drawn = draw_overlay(self.picture.image, self.labels, self.colors, alpha=alpha)
        return add_legend(drawn, self._legend()) if legend else drawn

    def save(
        self,
        target: str | Path = "atrous-out",
        *,
        stem: str | Path | None = None,
        overlay: bool = True,
    ) -> list[Path]:
        """Write the labels (palette PNG, pixel value = class) and the overlay.

        Args:
            target: a folder, which gets ``<stem>.labels.png`` and ``<stem>.overlay.png``, or a
                file name ending in ``.png``, which gets the labels only.
            stem: the start of the files' names; by default that of the picture's file.
            overlay: whether the overlay is written too.

        Returns:
            The files written.

        Raises:
            OutputError: the target is of another kind, or cannot be written.
        """
        target = Path(target)
        if target.suffix.lower() not in PICTURE_SUFFIXES or target.is_dir():
            stem = Path(stem or Path(self.picture.name).stem or "picture")
            return self.save_files(result_files(target, stem, overlay=overlay))
        if target.suffix.lower() == ".png":
            return self.save_files([target])
        raise OutputError(f"{target}: labels are written as PNG; name it .png, or a folder")

    def save_files(self, files: list[Path]) -> list[Path]:
        """Write the labels to the first file, the overlay to the second if there is one.

        Raises:
            OutputError: a file cannot be written.
        """
        ensure_folder(files[0].parent)
        write_labels(self.labels, files[0], self.colors)
        for path in files[1:]:
            with atomic_path(path) as temporary:
                self.overlay().save(temporary, format="PNG", compress_level=1)
        return files

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.labels, dtype=dtype, copy=copy)

    def _repr_png_(self) -> bytes:
        """What a notebook shows."""
        buffer = io.BytesIO()
        self.overlay().save(buffer, format="PNG", compress_level=1)
        return buffer.getvalue()

    def _legend(self) -> Sequence[LegendEntry]:
        by_name = dict(zip(self.names, self.colors, strict=True))
        return [
            LegendEntry(by_name[name], f"{name} {100 * share:.1f} %")
            for name, share in self._areas.items()
        ]
