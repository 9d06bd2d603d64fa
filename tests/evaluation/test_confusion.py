"""The confusion matrix against a case done by hand and against loops over every pixel."""

import numpy as np
import pytest

from atrous.evaluation.confusion import ConfusionMatrix

IGNORE = 255


def labels(*rows):
    return np.array(rows, np.uint8)


def random_pair(seed, classes, size=(13, 17), strange_predictions=True):
    """True labels with some ignored; predictions may be ``classes``, a class the data lacks."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, classes + 1, size).astype(np.uint8)
    truth[truth == classes] = IGNORE
    predicted = random.integers(0, classes + strange_predictions, size).astype(np.uint8)
    return truth, predicted


def by_loops(pairs, classes, scored):
    """IoU, mean IoU and accuracy from the definitions, pixel by pixel."""
    right = total = 0
    inter, union = dict.fromkeys(range(classes), 0), dict.fromkeys(range(classes), 0)
    for truth, predicted in pairs:
        for true, found in zip(truth.ravel().tolist(), predicted.ravel().tolist(), strict=True):
            if true not in scored:
                continue
            total += 1
            right += true == found
            for label in range(classes):
                inter[label] += true == label and found == label
                union[label] += true == label or found == label
    iou = [inter[c] / union[c] if c in scored and union[c] else None for c in range(classes)]
    known = [value for value in iou if value is not None]
    return iou, sum(known) / len(known) if known else None, right / total if total else None


def test_two_by_two_by_hand():
    matrix = ConfusionMatrix(2)
    matrix.add(labels((0, 0), (1, 1)), labels((0, 1), (1, 1)))
    np.testing.assert_array_equal(matrix.counts, [[1, 1, 0], [0, 2, 0]])
    assert matrix.iou() == [1 / 2, 2 / 3]
    assert matrix.miou() == pytest.approx(7 / 12)
    assert matrix.pixel_accuracy() == 3 / 4


@pytest.mark.parametrize("scored", [None, [0], [1, 3], [0, 1, 2, 3, 4]])
@pytest.mark.parametrize("seed", range(3))
def test_against_loops(seed, scored):
    pairs = [random_pair(seed, 5), random_pair(seed + 100, 5, size=(1, 9))]
    matrix = ConfusionMatrix(5, scored=scored)
    for truth, predicted in pairs:
        matrix.add(truth, predicted)
    iou, miou, accuracy = by_loops(pairs, 5, range(5) if scored is None else scored)
    assert matrix.iou() == pytest.approx(iou)
    assert matrix.miou() == pytest.approx(miou)
    assert matrix.pixel_accuracy() == pytest.approx(accuracy)


def test_pictures_are_added_up_before_dividing():
    matrix = ConfusionMatrix(2)
    matrix.add(labels((0, 0, 0, 0)), labels((0, 0, 0, 0)))  # IoU of 0 alone: 1
    matrix.add(labels((0, 1)), labels((1, 1)))  # IoU of 0 alone: 0
    assert matrix.iou() == [4 / 5, 1 / 2]


def test_a_class_in_neither_truth_nor_prediction_has_no_iou():
    matrix = ConfusionMatrix(3)
    matrix.add(labels((0, 0)), labels((0, 1)))
    assert matrix.iou() == [1 / 2, 0, None]
    assert matrix.miou() == 1 / 4


def test_ignored_pixels_count_for_nothing():
    matrix = ConfusionMatrix(2)
    matrix.add(labels((0, 255, 255)), labels((0, 0, 1)))
    assert matrix.iou() == [1, None]
    assert matrix.pixel_accuracy() == 1


def test_another_ignore_index():
    matrix = ConfusionMatrix(2, ignore_index=9)
    matrix.add(labels((0, 9, 9)), labels((0, 0, 1)))
    assert matrix.pixel_accuracy() == 1


def test_nothing_counted_gives_no_figures():
    matrix = ConfusionMatrix(2)
    matrix.add(labels((255, 255)), labels((0, 1)))
    assert (matrix.iou(), matrix.miou(), matrix.pixel_accuracy()) == ([None, None], None, None)


def test_scoring_some_classes_ignores_pixels_of_the_others():
    matrix = ConfusionMatrix(3, scored=[0, 1])
    matrix.add(labels((0, 1, 2, 2)), labels((0, 1, 0, 1)))
    assert matrix.iou() == [1, 1, None]
    assert matrix.pixel_accuracy() == 1


def test_scoring_some_classes_a_prediction_of_another_is_wrong():
    matrix = ConfusionMatrix(3, scored=[0, 1])
    matrix.add(labels((0, 0, 1, 1)), labels((0, 2, 1, 1)))
    assert matrix.iou() == [1 / 2, 1, None]
    assert matrix.miou() == 3 / 4
    assert matrix.pixel_accuracy() == 3 / 4


def test_a_class_that_the_data_does_not_know_is_wrong():
    matrix = ConfusionMatrix(2)
    matrix.add(labels((0, 0, 1, 1)), labels((0, 2, 1, 2)))
    assert matrix.iou() == [1 / 2, 1 / 2]
    assert matrix.pixel_accuracy() == 1 / 2


def test_only_the_pixels_asked_for_are_counted():
    truth, predicted = random_pair(0, 3)
    counted = np.random.default_rng(1).random(truth.shape) < 0.3
    matrix = ConfusionMatrix(3)
    matrix.add(truth, predicted, counted & (truth != IGNORE))
    iou, miou, accuracy = by_loops([(np.where(counted, truth, IGNORE), predicted)], 3, range(3))
    assert matrix.iou() == pytest.approx(iou)
    assert matrix.miou() == pytest.approx(miou)
    assert matrix.pixel_accuracy() == pytest.approx(accuracy)


def test_which_pixels_are_scored():
    truth = labels((0, 1, 2, 255))
    assert ConfusionMatrix(3).is_scored(truth).tolist() == [[True, True, True, False]]
    assert ConfusionMatrix(3, scored=[2]).is_scored(truth).tolist() == [[False, False, True, False]]


def test_16_bit_labels():
    truth = np.array([[0, 299, 65535]], np.uint16)
    matrix = ConfusionMatrix(300, ignore_index=65535)
    matrix.add(truth, np.array([[0, 299, 5]], np.uint16))
    assert matrix.pixel_accuracy() == 1
    assert matrix.iou()[299] == 1


def test_a_strange_true_label_is_refused():
    with pytest.raises(ValueError, match=r"true labels \[2, 7\] are neither classes 0…1 nor"):
        ConfusionMatrix(2).add(labels((0, 2, 7, 255)), labels((0, 0, 0, 0)))


def test_labels_of_another_size_are_refused():
    with pytest.raises(ValueError, match=r"\(1, 2\) .* \(2, 1\)"):
        ConfusionMatrix(2).add(labels((0, 1)), labels((0,), (1,)))
