"""Trimap bands against brute force: the distance of every pixel to every border pixel."""

import numpy as np
import pytest

from atrous.evaluation.trimap import WIDTHS, border, distance_squared

IGNORE = 255


def brute_force(pixels):
    """Squared distance to the nearest true pixel; infinite where there is none."""
    places = np.argwhere(pixels)
    grid = np.indices(pixels.shape).transpose(1, 2, 0)
    if not len(places):
        return np.full(pixels.shape, np.inf)
    return ((grid[:, :, None, :] - places) ** 2).sum(axis=3).min(axis=2)


def border_by_loops(truth):
    """Pixels with a neighbour (above, below, left, right) of another label."""
    height, width = truth.shape
    edge = np.zeros(truth.shape, bool)
    for y in range(height):
        for x in range(width):
            for v, u in [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]:
                if 0 <= v < height and 0 <= u < width and truth[v, u] != truth[y, x]:
                    edge[y, x] = True
    return edge


@pytest.mark.parametrize("limit", [1, 2, 5, 40])
@pytest.mark.parametrize("density", [0.005, 0.05, 0.5])
@pytest.mark.parametrize("size", [(23, 31), (31, 23), (1, 30), (30, 1), (1, 1)])
def test_distances(size, density, limit):
    for seed in range(3):
        pixels = np.random.default_rng(seed).random(size) < density
        expected = brute_force(pixels)
        got = distance_squared(pixels, limit)
        near = expected <= limit**2
        np.testing.assert_array_equal(got[near], expected[near])
        assert (got[~near] > limit**2).all()


def test_every_band_of_one_pass():
    pixels = np.random.default_rng(0).random((60, 90)) < 0.001
    assert pixels.any()
    got, expected = distance_squared(pixels, max(WIDTHS)), brute_force(pixels)
    for width in WIDTHS:
        np.testing.assert_array_equal(got <= width**2, expected <= width**2)


def test_a_single_pixel_by_hand():
    pixels = np.zeros((5, 5), bool)
    pixels[2, 2] = True
    np.testing.assert_array_equal(distance_squared(pixels, 3)[2], [4, 1, 0, 1, 4])
    np.testing.assert_array_equal(distance_squared(pixels, 3)[0], [8, 5, 4, 5, 8])


def test_no_border_at_all_is_far_from_everything():
    assert (distance_squared(np.zeros((4, 6), bool), 40) > 40**2).all()


@pytest.mark.parametrize("seed", range(4))
def test_the_border_is_where_labels_change(seed):
    truth = np.random.default_rng(seed).integers(0, 3, (9, 11)).astype(np.uint8)
    truth[2:6, 3:8] = 1
    np.testing.assert_array_equal(border(truth, IGNORE, "label change"), border_by_loops(truth))


def test_a_border_by_hand():
    truth = np.array([[0, 0, 0, 1, 1, 1]], np.uint8)
    expected = [[False, False, True, True, False, False]]
    np.testing.assert_array_equal(border(truth, IGNORE, "label change"), expected)


def test_the_void_seam_is_the_border_where_there_is_one():
    truth = np.array([[0, 0, 255, 1, 1, 1]], np.uint8)
    expected = [[False, False, True, False, False, False]]
    np.testing.assert_array_equal(border(truth, IGNORE, "void"), expected)


def test_one_class_alone_has_no_border():
    assert not border(np.zeros((5, 5), np.uint8), IGNORE, "label change").any()
    assert not border(np.zeros((5, 5), np.uint8), IGNORE, "void").any()


def test_the_widths_are_the_papers_range():
    assert min(WIDTHS) == 1
    assert max(WIDTHS) == 40  # Chen et al. 2016, figure 10: trimap width 0 … 40
