"""The bundled model on real pictures: 228 of VOC 2012 val, against an independent implementation.

The expected figures were measured with a re-implementation of the network in PyTorch, stride 8, one
scale. They check the pipeline (the weights were trained on trainval, which holds these pictures).
"""

from pathlib import Path

import pytest

from atrous import Segmenter
from atrous.datasets.folder import DatasetFolder
from atrous.evaluation.evaluate import evaluate

VOC = Path(__file__).parents[3] / "shared" / "data" / "voc2012_subset"
SIX = ("background", "cat", "cow", "dog", "horse", "sheep")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not VOC.is_dir(), reason=f"no data set at {VOC}"),
]


def test_stride_8_agrees_with_what_was_measured_elsewhere() -> None:
    result = evaluate(Segmenter(output_stride=8), DatasetFolder.open(VOC), "val_dev")
    accuracy, confusion = result.confusion.pixel_accuracy(), result.confusion
    assert result.images == 228
    assert accuracy is not None
    assert accuracy >= 0.972
    # The six classes scored alone: the rows of their true pixels, whatever was predicted on them.
    six = [result.classes.index(name) for name in SIX]
    rows = confusion.counts[six]
    iou = [
        rows[k, label] / (rows[k].sum() + rows[:, label].sum() - rows[k, label])
        for k, label in enumerate(six)
    ]
    assert sum(iou) / 6 == pytest.approx(0.926, abs=0.003)


def test_stride_16_agrees_too() -> None:
    result = evaluate(Segmenter(output_stride=16), DatasetFolder.open(VOC), "val_dev", classes=SIX)
    assert result.confusion.miou() == pytest.approx(0.9176, abs=0.003)
    assert set(result.per_class()) == set(SIX)
