"""The confusion matrix and what follows from it: pixel accuracy and intersection over union.

Everything is counted over the whole data set first and divided once, as PASCAL VOC does
(Everingham et al. 2010, §4.3): IoU = TP / (TP + FP + FN) per class.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from atrous.media.masks import Labels


class ConfusionMatrix:
    """Counts of (true class, predicted class) over all scored pixels.

    Args:
        classes: how many classes there are. A prediction may also be ``classes`` itself: a class
            that the data does not know.
        ignore_index: the true label of pixels that count for nothing.
        scored: only pixels whose true class is among these count; None means all. A prediction
            of any other class on such a pixel is wrong.

    Attributes:
        counts: ``(classes, classes + 1)`` int64, rows by true class.
    """

    def __init__(
        self, classes: int, *, ignore_index: int = 255, scored: Sequence[int] | None = None
    ) -> None:
        self.counts: NDArray[np.int64] = np.zeros((classes, classes + 1), np.int64)
        self.scored = list(range(classes)) if scored is None else sorted(scored)
        self._ignore_index = ignore_index
        self._is_scored = np.zeros(1 << 16, np.bool_)
        self._is_scored[self.scored] = True
        self._is_scored[ignore_index] = False

    def is_scored(self, truth: Labels) -> NDArray[np.bool_]:
        """``(H, W)``: which pixels count, by their true labels.

        Raises:
            ValueError: a label is neither a class nor the ignore index.
        """
        classes = len(self.counts)
        strange = np.unique(truth[(truth >= classes) & (truth != self._ignore_index)])
        if strange.size:
            raise ValueError(
                f"true labels {strange.tolist()} are neither classes 0…{classes - 1} nor the "
                f"ignore index {self._ignore_index}"
            )
        return self._is_scored[truth]

    def add(
        self, truth: Labels, predicted: Labels, counted: NDArray[np.bool_] | None = None
    ) -> None:
        """Count a picture.

        Args:
            truth: ``(H, W)``, true labels.
            predicted: ``(H, W)``, predicted labels.
            counted: ``(H, W)``, which pixels count; None means all that are scored.

        Raises:
            ValueError: the shapes differ, or a true label is neither a class nor ignored.
        """
        if truth.shape != predicted.shape:
            raise ValueError(
                f"labels of {truth.shape} (H, W) for a picture of {predicted.shape} (H, W)"
            )
        counted = self.is_scored(truth) if counted is None else counted
        rows, columns = self.counts.shape
        pairs = truth[counted].astype(np.int64) * columns + predicted[counted]
        self.counts += np.bincount(pairs, minlength=rows * columns).reshape(rows, columns)

    def scoring(self, classes: Sequence[int]) -> "ConfusionMatrix":
        """What the matrix would be had only these classes been scored."""
        other = ConfusionMatrix(len(self.counts), ignore_index=self._ignore_index, scored=classes)
        other.counts[other.scored] = self.counts[other.scored]
        return other

    def iou(self) -> list[float | None]:
        """IoU of each class; None where it is not scored, or in neither truth nor prediction."""
        hits = np.diagonal(self.counts)
        union = self.counts.sum(axis=0)[:-1] + self.counts.sum(axis=1) - hits
        return [
            float(hits[i] / union[i]) if i in self.scored and union[i] else None
            for i in range(len(hits))
        ]

    def miou(self) -> float | None:
        """The mean of the IoUs that there are."""
        known = [value for value in self.iou() if value is not None]
        return sum(known) / len(known) if known else None

    def pixel_accuracy(self) -> float | None:
        """The share of scored pixels whose class is right."""
        total = int(self.counts.sum())
        return float(np.trace(self.counts) / total) if total else None
