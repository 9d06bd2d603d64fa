"""Scores of a segmenter on a split of a data set folder."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atrous.datasets.folder import DatasetFolder, Sample
from atrous.errors import DataError
from atrous.evaluation import trimap
from atrous.evaluation.confusion import ConfusionMatrix
from atrous.inference.segmenter import Segmenter
from atrous.labels import nearest
from atrous.media.masks import Labels, read_labels
from atrous.media.pictures import read_picture

Progress = Callable[[int, int], None]
"""Called with how many pictures are done and how many there are."""


@dataclass(frozen=True)
class Evaluation:
    """What was measured, and on what."""

    model: str
    output_stride: int
    dataset: str
    split: str
    images: int
    seconds: float
    classes: tuple[str, ...]
    confusion: ConfusionMatrix
    boundary: dict[int, ConfusionMatrix]
    border: trimap.BorderKind | None

    def summary(self) -> dict[str, Any]:
        """The figures as one JSON-ready object; null stands for a class that nowhere occurs."""
        figures: dict[str, Any] = {
            "miou": self.confusion.miou(),
            "pixel_accuracy": self.confusion.pixel_accuracy(),
            "per_class": self.per_class(),
            "images": self.images,
            "model": self.model,
            "output_stride": self.output_stride,
            "dataset": self.dataset,
            "split": self.split,
            "seconds": round(self.seconds, 3),
        }
        if self.boundary:
            figures["boundary"] = {
                "border": self.border,
                "miou": {str(width): matrix.miou() for width, matrix in self.boundary.items()},
            }
        return figures

    def per_class(self) -> dict[str, float | None]:
        """IoU of each scored class by name."""
        iou = self.confusion.iou()
        return {self.classes[i]: iou[i] for i in self.confusion.scored}


def evaluate(
    segmenter: Segmenter,
    dataset: DatasetFolder,
    split: str,
    *,
    classes: Sequence[str] | None = None,
    boundary: bool = False,
    progress: Progress | None = None,
) -> Evaluation:
    """Segment every picture of a split and compare with its true labels.

    Args:
        segmenter: the model with its inference options.
        dataset: pictures and true labels.
        split: the name of the split.
        classes: score only these (see :class:`ConfusionMatrix`); None means all.
        boundary: measure the trimap IoU too (:mod:`atrous.evaluation.trimap`).
        progress: told after each picture.

    Raises:
        DataError: the split, a class or a file is not what it should be.
        PictureError: a picture cannot be read.
    """
    scored = _positions(classes, dataset)
    to_dataset = _class_map(segmenter.card.classes, dataset, scored)
    samples = dataset.samples(split)

    def matrix() -> ConfusionMatrix:
        return ConfusionMatrix(
            len(dataset.classes), ignore_index=dataset.ignore_index, scored=scored
        )

    total = matrix()
    kind = _border_kind(samples, dataset.ignore_index) if boundary else None
    bands = {width: matrix() for width in trimap.WIDTHS} if kind else {}
    start = time.perf_counter()
    for done, sample in enumerate(samples, 1):
        truth = read_labels(sample.labels)
        picture = read_picture(sample.image, max_pixels=segmenter.max_pixels)
        predicted = to_dataset[segmenter.segment(picture).labels]
        try:
            scored_here = total.is_scored(truth)
            total.add(truth, predicted, scored_here)
        except ValueError as error:
            raise DataError(f"{sample.labels}: {error}; mend the labels") from None
        if kind:
            edge = trimap.border(truth, dataset.ignore_index, kind)
            distance = trimap.distance_squared(edge, max(trimap.WIDTHS))
            for width, band in bands.items():
                band.add(truth, predicted, scored_here & (distance <= width**2))
        if progress:
            progress(done, len(samples))
    return Evaluation(
        model=segmenter.card.name,
        output_stride=segmenter.output_stride,
        dataset=dataset.name,
        split=split,
        images=len(samples),
        seconds=time.perf_counter() - start,
        classes=dataset.classes,
        confusion=total,
        boundary=bands,
        border=kind,
    )


def _positions(names: Sequence[str] | None, dataset: DatasetFolder) -> list[int]:
    """The labels of the classes to score; an ignored class is none of them."""
    known = dataset.classes
    for name in names or ():
        if name not in known:
            raise DataError(
                f"unknown class '{name}'{nearest(name, known)} ({dataset.name} has "
                f"{', '.join(known)})"
            )
    positions = [known.index(name) for name in (known if names is None else names)]
    return [position for position in positions if position != dataset.ignore_index]


def _class_map(
    names: Sequence[str], dataset: DatasetFolder, scored: Sequence[int]
) -> NDArray[np.uint16]:
    """The model's labels → the data set's, by name; what the data does not know → one past it."""
    missing = [dataset.classes[i] for i in scored if dataset.classes[i] not in names]
    if missing:
        others = ",".join(dataset.classes[i] for i in scored if dataset.classes[i] in names)
        fix = f"score the others with --classes {others}" if others else "choose another model"
        raise DataError(f"the model does not know {', '.join(missing)} of {dataset.name}; {fix}")
    other = len(dataset.classes)
    known = {name: label for label, name in enumerate(dataset.classes)}
    return np.array([known.get(name, other) for name in names], np.uint16)


def _border_kind(samples: Sequence[Sample], ignore_index: int) -> trimap.BorderKind:
    """Void where the data marks any, else changes of label."""

    def has_void(labels: Labels) -> bool:
        return bool((labels == ignore_index).any())

    return "void" if any(has_void(read_labels(s.labels)) for s in samples) else "label change"
