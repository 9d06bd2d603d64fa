"""Fitting a picture to the network: sides and windows that can be worked out on paper."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from atrous.card import Fit
from atrous.inference.fit import fit, padded, resized
from atrous.media.pictures import read_picture


@pytest.fixture(scope="module")
def card(segmenter):
    """The default model's card, its rule spelled out: 513 pixels, padded with 127."""
    rule = Fit(size=513, filter="bilinear", pad="stride", pad_value=127)
    return replace(segmenter.card, fit=rule, align_corners=True)


def picture(height, width, colour=(0, 0, 0)):
    return read_picture(Image.new("RGB", (width, height), colour))


@pytest.mark.parametrize(
    ("side", "stride", "expected"),
    [
        (513, 16, 513),  # 32 · 16 + 1
        (513, 8, 513),
        (512, 16, 513),
        (514, 16, 529),
        (385, 16, 385),
        (341, 16, 353),
        (341, 8, 345),
        (2, 16, 17),
        (1, 16, 1),
    ],
)
def test_sides_are_padded_to_one_more_than_a_multiple(side, stride, expected):
    assert padded(side, stride) == expected


@pytest.mark.parametrize("side", range(1, 100))
@pytest.mark.parametrize("stride", [8, 16])
def test_the_padded_side_is_the_least_that_fits(side, stride):
    fitting = [k * stride + 1 for k in range(100) if k * stride + 1 >= side]
    assert padded(side, stride) == fitting[0]


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [
        (300, 451, (341, 513)),  # 300 · 513 / 451 = 341.2
        (451, 300, (513, 341)),
        (513, 513, (513, 513)),
        (1026, 513, (513, 256)),  # 256.5, to the even one
        (1, 1, (513, 513)),
        (1, 100_000, (1, 513)),
        (100_000, 1, (513, 1)),
        (20_000, 20_000, (513, 513)),
    ],
)
def test_the_longest_side_becomes_513(height, width, expected):
    assert resized(height, width, 513) == expected


@pytest.mark.parametrize(
    ("size", "stride", "sides", "window"),
    [
        ((513, 513), 16, (513, 513), (32, 32)),  # 33 cells: 0 … 32
        ((513, 513), 8, (513, 513), (64, 64)),  # 65 cells: 0 … 64
        ((385, 513), 16, (385, 513), (24, 32)),
        ((300, 451), 16, (353, 513), (340 / 16, 32)),
        ((300, 451), 8, (345, 513), (340 / 8, 64)),
        ((1, 1), 16, (513, 513), (32, 32)),
        ((1, 9000), 16, (1, 513), (0, 32)),
        ((9000, 1), 8, (513, 1), (64, 0)),
    ],
)
def test_sides_and_window_with_aligned_corners(card, size, stride, sides, window):
    fitted = fit(picture(*size), card, stride)
    assert fitted.image.shape == (1, *sides, 3)
    assert fitted.image.dtype == np.uint8
    assert fitted.window == (0, 0, *window)


def test_window_without_aligned_corners(card):
    fitted = fit(picture(300, 451), replace(card, align_corners=False), 16)
    assert fitted.window == (0, 0, 341 / 16, 513 / 16)


def test_padded_to_a_square(card):
    square = replace(card, fit=replace(card.fit, pad="square"))
    fitted = fit(picture(300, 451), square, 16)
    assert fitted.image.shape == (1, 513, 513, 3)
    assert fitted.window == (0, 0, 340 / 16, 32)


def test_the_picture_lies_at_the_top_left_and_the_rest_is_padding(card):
    image = fit(picture(300, 451, (10, 20, 30)), card, 16).image[0]
    assert (image[:341] == (10, 20, 30)).all()
    assert (image[341:] == 127).all()


def test_a_picture_of_the_right_size_is_taken_pixel_by_pixel(card):
    pixels = np.random.default_rng(0).integers(0, 256, (385, 513, 3), np.uint8)
    np.testing.assert_array_equal(fit(read_picture(pixels), card, 16).image[0], pixels)


@pytest.mark.parametrize("kind", ["nearest", "bilinear", "bicubic"])
def test_the_filter_is_the_cards(card, kind):
    pixels = np.random.default_rng(0).integers(0, 256, (300, 451, 3), np.uint8)
    filters = {name: Image.Resampling[name.upper()] for name in ("nearest", "bilinear", "bicubic")}
    expected = np.asarray(Image.fromarray(pixels).resize((513, 341), filters[kind]))
    chosen = replace(card, fit=replace(card.fit, filter=kind))
    np.testing.assert_array_equal(fit(read_picture(pixels), chosen, 16).image[0, :341], expected)


def test_the_size_is_the_pictures_own_even_where_a_smaller_copy_is_kept(card):
    fitted = fit(picture(33, 9000), card, 16)
    assert fitted.image.shape == (1, 17, 513, 3)
    assert fitted.window == (0, 0, 1 / 16, 32)  # 33 · 513 / 9000 = 1.9, two rows
