"""Scores over a data set, with a stand-in for the model whose predictions are chosen by hand.

The stand-in reads its prediction off the picture: a pixel's grey value is the label predicted.
"""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from atrous.datasets.folder import DatasetFolder
from atrous.errors import DataError, PictureError
from atrous.evaluation.evaluate import evaluate
from atrous.media.pictures import MAX_PIXELS


class Reader:
    """Stands for a segmenter; its classes are given by name."""

    def __init__(self, *classes, max_pixels=MAX_PIXELS):
        self.card = SimpleNamespace(name="reader", classes=classes)
        self.output_stride = 16
        self.max_pixels = max_pixels

    def segment(self, picture):
        return SimpleNamespace(labels=np.asarray(picture.image)[:, :, 0])


ANIMALS = ("ground", "cat", "dog")


@pytest.fixture
def dataset(tmp_path):
    """Make a data set folder of (predicted, true) label rows."""

    def make(*pairs, classes=ANIMALS, ignore_index=255):
        entries = [f"  - {{id: {i}, name: {name}}}" for i, name in enumerate(classes)]
        head = f"name: tiny\nignore_index: {ignore_index}\nclasses:\n"
        (tmp_path / "dataset.yaml").write_text(head + "\n".join(entries))
        for folder in ("images", "labels", "splits"):
            (tmp_path / folder).mkdir()
        for number, pair in enumerate(pairs):
            for folder, rows in zip(("images", "labels"), pair, strict=True):
                image = Image.fromarray(np.atleast_2d(np.array(rows, np.uint8)))
                image.save(tmp_path / folder / f"{number}.png")
        ids = "".join(f"{number}\n" for number in range(len(pairs)))
        (tmp_path / "splits" / "val.txt").write_text(ids)
        return DatasetFolder.open(tmp_path)

    return make


def scores(dataset, model=None, **options):
    return evaluate(model or Reader(*ANIMALS), dataset, "val", **options).summary()


def test_figures_by_hand(dataset):
    data = dataset(([0, 0, 1, 1], [0, 0, 0, 1]), ([2, 1], [2, 2]))
    figures = scores(data)
    # ground: 2 of 3; cat: 1 right, 2 too many; dog: 1 of 2
    assert figures["per_class"] == pytest.approx({"ground": 2 / 3, "cat": 1 / 3, "dog": 1 / 2})
    assert figures["miou"] == pytest.approx((2 / 3 + 1 / 3 + 1 / 2) / 3)
    assert figures["pixel_accuracy"] == pytest.approx(4 / 6)
    assert figures["images"] == 2
    assert (figures["model"], figures["dataset"], figures["split"]) == ("reader", "tiny", "val")
    assert "boundary" not in figures


def test_a_class_nowhere_to_be_found_is_null(dataset):
    figures = scores(dataset(([0, 1], [0, 1])))
    assert figures["per_class"] == {"ground": 1, "cat": 1, "dog": None}
    assert figures["miou"] == 1


def test_void_is_ignored(dataset):
    assert scores(dataset(([0, 1, 2], [0, 255, 255])))["pixel_accuracy"] == 1


def test_classes_are_matched_by_name_not_by_number(dataset):
    data = dataset(([2, 0, 1], [0, 1, 2]))
    assert scores(data, Reader("cat", "dog", "ground"))["pixel_accuracy"] == 1


def test_a_class_only_the_model_knows_is_wrong(dataset):
    figures = scores(dataset(([0, 3], [0, 0])), Reader(*ANIMALS, "horse"))
    assert figures["per_class"]["ground"] == 1 / 2
    assert set(figures["per_class"]) == set(ANIMALS)


def test_a_model_that_lacks_a_class_is_refused_and_the_class_named(dataset):
    data = dataset(([0], [0]))
    with pytest.raises(DataError, match=r"does not know dog of tiny; score .* with --classes"):
        scores(data, Reader("ground", "cat"))


def test_a_model_that_lacks_a_class_is_scored_on_the_others(dataset):
    data = dataset(([0, 1, 1], [0, 1, 2]))
    figures = scores(data, Reader("ground", "cat"), classes=["ground", "cat"])
    assert figures["per_class"] == {"ground": 1, "cat": 1}


def test_scoring_some_classes(dataset):
    data = dataset(([0, 1, 2, 2, 1], [0, 1, 1, 2, 2]))
    figures = scores(data, classes=["cat"])
    assert figures["per_class"] == {"cat": 1 / 2}  # the dogs count for nothing
    assert figures["miou"] == figures["pixel_accuracy"] == 1 / 2


def test_an_unknown_class_suggests_the_nearest(dataset):
    with pytest.raises(DataError, match=r"unknown class 'cats'; did you mean 'cat'\?"):
        scores(dataset(([0], [0])), classes=["cats"])


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (([0, 0], [0, 9]), r"labels/0.png: true labels \[9\] are neither classes 0…2 nor"),
        (([0, 0], [0, 0, 0]), r"labels/0.png: labels of \(1, 3\) .*\(1, 2\)"),
    ],
)
def test_labels_that_do_not_fit(pair, expected, dataset):
    with pytest.raises(DataError, match=expected):
        scores(dataset(pair))


def test_colour_labels_are_refused(dataset):
    data = dataset(([0], [0]))
    Image.new("RGB", (1, 1)).save(data.root / "labels" / "0.png")
    with pytest.raises(DataError, match=r"0\.png: .*colours"):
        scores(data)


def test_palette_labels_are_read_by_index(dataset):
    data = dataset(([0, 1, 2], [0, 0, 0]))
    labels = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "L").copy()
    labels.putpalette([5] * 768)
    labels.save(data.root / "labels" / "0.png")
    assert scores(data)["pixel_accuracy"] == 1


def test_a_broken_picture_is_named(dataset):
    data = dataset(([0], [0]))
    (data.root / "images" / "0.png").write_bytes(b"text")
    with pytest.raises(PictureError, match=r"images/0\.png: not a picture"):
        scores(data)


def test_progress_is_told_after_each_picture(dataset):
    seen = []
    scores(dataset(([0], [0]), ([1], [1])), progress=lambda *step: seen.append(step))
    assert seen == [(1, 2), (2, 2)]


def test_boundary_from_the_void_seam(dataset):
    truth = [0] * 6 + [255] + [1] * 6
    predicted = [1] * 4 + [0] * 3 + [1] * 6  # wrong only 3 … 6 pixels from the seam
    boundary = scores(dataset((predicted, truth)), boundary=True)["boundary"]
    assert boundary["border"] == "void"
    assert set(boundary["miou"]) == {"1", "2", "5", "10", "20", "40"}
    assert boundary["miou"]["1"] == boundary["miou"]["2"] == 1
    # 5 pixels off: ground 2 of 5, the rest called cat; cat 5 and 3 too many
    assert boundary["miou"]["5"] == pytest.approx((2 / 5 + 5 / 8) / 2)
    assert boundary["miou"]["40"] == pytest.approx((2 / 6 + 6 / 10) / 2)


def test_boundary_from_changes_of_label_where_there_is_no_void(dataset):
    truth = [0] * 5 + [1] * 5
    predicted = [1] * 3 + [0] * 2 + [1] * 5
    boundary = scores(dataset((predicted, truth)), boundary=True)["boundary"]
    assert boundary["border"] == "label change"
    assert boundary["miou"]["1"] == 1  # pixels 3 … 6: one beside each of the border's two
    assert boundary["miou"]["40"] == pytest.approx((2 / 5 + 5 / 8) / 2)


def test_the_limit_on_pixels_holds_here_too(dataset):
    with pytest.raises(PictureError, match="--max-pixels 1,"):
        scores(dataset(([0, 0], [0, 0])), Reader(*ANIMALS, max_pixels=1))


def test_an_ignored_class_is_not_scored(dataset):
    """ADE20K's way: 0 is what nobody labelled."""
    folder = dataset(([[1, 1, 2, 0]], [[1, 0, 2, 2]]), ignore_index=0)
    result = evaluate(Reader(*ANIMALS), folder, "val")
    assert result.per_class() == {"cat": 1.0, "dog": 0.5}
    assert result.confusion.miou() == 0.75


def test_scoring_some_classes_afterwards_is_scoring_them_from_the_start(dataset):
    rng = np.random.default_rng(0)
    folder = dataset(*(rng.integers(0, 3, (2, 5, 7)) for _ in range(3)))
    everything = evaluate(Reader(*ANIMALS), folder, "val").confusion
    two = evaluate(Reader(*ANIMALS), folder, "val", classes=["cat", "ground"]).confusion
    afterwards = everything.scoring([1, 0])
    assert afterwards.iou() == two.iou()
    assert afterwards.pixel_accuracy() == two.pixel_accuracy()
    assert two.iou() != everything.iou()
