"""The overlay: a picture with its classes coloured in, and a legend that can be read."""

import numpy as np
import pytest
from PIL import Image

from atrous.media.overlay import LegendEntry, add_legend, draw_overlay

BLACK, RED, GREEN = (0, 0, 0), (200, 0, 0), (0, 100, 50)
COLORS = [BLACK, RED, GREEN]
WHITE = (255, 255, 255)

# Two classes side by side, wide enough that each has pixels that touch no border.
LABELS = np.array([[1, 1, 1, 2, 2, 2]] * 5, np.uint8)
PHOTO = np.random.default_rng(0).integers(0, 256, (5, 6, 3), np.uint8)


def drawn(labels=LABELS, photo=PHOTO, colors=COLORS, **options):
    return np.asarray(draw_overlay(Image.fromarray(photo), labels, colors, **options)).astype(int)


@pytest.mark.parametrize("alpha", [0.0, 0.25, 0.55, 1.0])
def test_inside_a_class_picture_and_colour_are_mixed(alpha):
    got = drawn(alpha=alpha)
    colours = np.array(COLORS)[LABELS]
    expected = (1 - alpha) * PHOTO + alpha * colours
    inside = [0, 1, 4, 5]  # columns that touch no other class
    np.testing.assert_allclose(got[:, inside], expected[:, inside], atol=1)


def test_borders_between_two_coloured_classes_are_white():
    np.testing.assert_array_equal(drawn()[:, 2:4], np.full((5, 2, 3), 255))


def test_a_black_class_is_left_as_the_picture_is():
    np.testing.assert_array_equal(drawn(np.zeros_like(LABELS)), PHOTO)


def test_the_black_side_of_a_border_is_left_too():
    labels = np.where(LABELS == 2, 0, 1).astype(np.uint8)
    np.testing.assert_array_equal(drawn(labels)[:, 3:], PHOTO[:, 3:])


def test_labels_of_a_larger_picture_on_its_smaller_copy():
    labels = np.kron(LABELS, np.ones((7, 7), np.uint8))
    np.testing.assert_array_equal(drawn(labels), drawn())


def test_more_than_256_classes():
    labels = np.full((5, 6), 299, np.uint16)
    colors = [BLACK] * 299 + [RED]
    expected = (PHOTO + np.array(RED)) / 2
    np.testing.assert_allclose(drawn(labels, colors=colors, alpha=0.5), expected, atol=1)


def test_the_picture_and_the_labels_are_not_changed():
    photo, labels = Image.fromarray(PHOTO), LABELS.copy()
    draw_overlay(photo, labels, COLORS)
    np.testing.assert_array_equal(np.asarray(photo), PHOTO)
    np.testing.assert_array_equal(labels, LABELS)


ENTRIES = [LegendEntry(RED, "cat 71.0 %"), LegendEntry(GREEN, "dog 29.0 %")]


def test_the_legend_stands_below_the_picture():
    photo = Image.new("RGB", (400, 100), (9, 9, 9))
    sheet = np.asarray(add_legend(photo, ENTRIES))
    assert sheet.shape[1] == 400
    assert sheet.shape[0] > 100
    np.testing.assert_array_equal(sheet[:100], np.full((100, 400, 3), 9))


def test_the_legend_shows_each_colour():
    sheet = np.asarray(add_legend(Image.new("RGB", (400, 100), (9, 9, 9)), ENTRIES))[100:]
    for entry in ENTRIES:
        assert (sheet == entry.color).all(axis=2).sum() >= 64
    assert (sheet == WHITE).all(axis=2).any()


def test_a_long_legend_takes_several_rows():
    photo = Image.new("RGB", (400, 10))
    one, many = add_legend(photo, ENTRIES), add_legend(photo, ENTRIES * 8)
    assert many.height > one.height
    swatch = (np.asarray(many) == RED).all(axis=2).sum()
    assert swatch == 8 * (np.asarray(one) == RED).all(axis=2).sum()


def ink(width):
    """Dark pixels of the legend below a picture of some width (the letters are as large)."""
    sheet = np.asarray(add_legend(Image.new("RGB", (width, 10)), [LegendEntry(RED, "background")]))
    return int((sheet[10:].max(axis=2) < 128).sum())


def test_the_legend_below_a_picture_wide_enough_is_whole():
    assert ink(200) == ink(400)


@pytest.mark.parametrize("width", [1, 60])
def test_the_legend_below_a_narrow_picture_is_whole(width):
    assert ink(width) == ink(400)
