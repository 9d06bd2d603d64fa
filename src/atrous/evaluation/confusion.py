"""The confusion matrix and what follows from it: pixel accuracy and intersection over union.

Everything is counted over the whole data set first and divided once, as PASCAL VOC does
(Everingham et al. 2010, §4.3): IoU = TP / (TP + FP + FN) per class.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atrous.media.masks import Labels


class ConfusionMatrix:
    """Counts of (true class, predicted class) over all scored pixels.

    Args:
        classes: how many classes there are.
        ignore_index: the true label of pixels that count for nothing.
        scored: only pixels whose true class is among these count; None means all. A prediction
            of any other class on such a pixel is wrong, yet no false positive of a scored class.

    Attributes:
        counts: ``(classes, classes)`` int64, rows by true class.
    """

    def __init__(
        self, classes: int, *, ignore_index: int = 255, scored: Sequence[int] | None = None
    ) -> None:
        self.counts: NDArray[np.int64] = np.zeros((classes, classes), np.int64)
        self._ignore_index = ignore_index
        self._scored = list(range(classes)) if scored is None else sorted(scored)
        self._counts_pixel = np.zeros(1 << 16, np.bool_)
        self._counts_pixel[self._scored] = True
        self._counts_pixel[ignore_index] = False

    def add(self, truth: Labels, predicted: Labels) -> None:
        """Count a picture: two arrays of labels of the same shape.

        Raises:
            ValueError: the shapes differ, or a label is neither a class nor the ignore index.
        """
        if truth.shape != predicted.shape:
            raise ValueError(f"truth is {truth.shape}, the prediction {predicted.shape}")
        classes = len(self.counts)
        strange = np.unique(truth[(truth >= classes) & (truth != self._ignore_index)])
        if strange.size:
            raise ValueError(
                f"true labels {strange.tolist()} are neither classes 0…{classes - 1} nor the "
                f"ignore index {self._ignore_index}"
            )
        counted = self._counts_pixel[truth]
        pairs = truth[counted].astype(np.int64) * classes + predicted[counted]
        self.counts += np.bincount(pairs, minlength=classes**2).reshape(classes, classes)

    def iou(self) -> list[float | None]:
        """IoU of each class; None where it is not scored, or in neither truth nor prediction."""
        hits = np.diagonal(self.counts)
        union = self.counts.sum(axis=0) + self.counts.sum(axis=1) - hits
        return [
            float(hits[i] / union[i]) if i in self._scored and union[i] else None
            for i in range(len(hits))
        ]

    def miou(self) -> float | None:
        """The mean of the IoUs that there are."""
        return _mean(self.iou())

    def pixel_accuracy(self) -> float | None:
        """The share of scored pixels whose class is right."""
        total = int(self.counts.sum())
        return float(np.trace(self.counts) / total) if total else None


def _mean(values: Sequence[Any]) -> float | None:
    known = [value for value in values if value is not None]
    return float(sum(known) / len(known)) if known else None
