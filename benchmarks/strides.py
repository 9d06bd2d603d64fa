"""Output stride and padding of the bundled model: accuracy against time, for its card.

    python benchmarks/strides.py --data DIR [--split val_dev]

DIR is a data set folder with VOC's 21 classes. Each combination of output stride (8, 16) and
padding (to the 513 square as Google's frozen graph does, or to the next k·stride + 1) is run over
the split on one thread, pinned to one processor; prints a Markdown table.
"""

import argparse
import dataclasses
import itertools
import os

from atrous import Segmenter
from atrous.datasets.folder import DatasetFolder
from atrous.evaluation.evaluate import evaluate

SIX = ("background", "cat", "cow", "dog", "horse", "sheep")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--split", default="val_dev")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    dataset = DatasetFolder.open(arguments.data)
    print("| output stride | padding | pixel accuracy | mIoU | mIoU of six | ms a picture |")
    print("|---|---|---|---|---|---|")
    for stride, pad in itertools.product((8, 16), ("square", "stride")):
        segmenter = Segmenter(output_stride=stride, threads=1)
        fit = dataclasses.replace(segmenter.card.fit, pad=pad)
        segmenter.card = dataclasses.replace(segmenter.card, fit=fit)
        all_classes = evaluate(segmenter, dataset, arguments.split)
        confusion = all_classes.confusion
        six = confusion.scoring([dataset.classes.index(name) for name in SIX]).miou()
        print(
            f"| {stride} | {pad} | {confusion.pixel_accuracy():.4f} | {confusion.miou():.4f} "
            f"| {six:.4f} | {1000 * all_classes.seconds / all_classes.images:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
