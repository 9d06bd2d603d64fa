"""A picture far larger than the network needs: it keeps its size, a smaller copy is worked on."""

import io

import numpy as np
import pytest
from PIL import Image

from atrous.media.pictures import WORKING_SIDE, read_picture

LONG, SHORT = 2 * WORKING_SIDE, 32
RED, BLUE = (255, 0, 0), (0, 0, 255)


def flag(width=LONG, mode="RGB"):
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, SHORT), RED)
    image.paste(BLUE, (width // 2, 0, width, SHORT))
    return image.convert(mode)


def encoded(image, file_format, **options):
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_it_keeps_its_size_and_a_smaller_copy_is_made(file_format):
    picture = read_picture(encoded(flag(), file_format))
    assert (picture.width, picture.height) == (LONG, SHORT)
    assert picture.image.size == (LONG // 2, SHORT // 2)


@pytest.mark.parametrize("width", [LONG, 3 * WORKING_SIDE + 5, 9 * WORKING_SIDE + 1])
@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_the_copy_is_no_smaller_than_promised(file_format, width):
    picture = read_picture(encoded(flag(width), file_format))
    assert picture.width == width
    assert WORKING_SIDE <= picture.image.width < 2 * WORKING_SIDE


@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_the_copy_shows_the_same(file_format):
    copy = np.asarray(read_picture(encoded(flag(), file_format)).image)
    middle = copy.shape[1] // 2
    np.testing.assert_allclose(
        copy[:, : middle - 16], np.broadcast_to(RED, (16, middle - 16, 3)), atol=8
    )
    np.testing.assert_allclose(
        copy[:, middle + 16 :], np.broadcast_to(BLUE, (16, middle - 16, 3)), atol=8
    )


@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_a_large_photo_on_its_side_is_turned(file_format):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90° clockwise: what is left becomes the top
    picture = read_picture(encoded(flag(), file_format, exif=exif))
    assert (picture.width, picture.height) == (SHORT, LONG)
    assert picture.image.size == (SHORT // 2, LONG // 2)
    top, bottom = picture.image.getpixel((8, 99)), picture.image.getpixel((8, LONG // 2 - 99))
    np.testing.assert_allclose([top, bottom], [RED, BLUE], atol=8)


@pytest.mark.parametrize("source", ["pil", "array"])
def test_a_large_picture_from_memory(source):
    image = flag()
    picture = read_picture(image if source == "pil" else np.asarray(image))
    assert (picture.width, picture.height) == (LONG, SHORT)
    assert picture.image.size == (LONG // 2, SHORT // 2)


def test_a_little_below_the_limit_nothing_is_lost():
    image = flag(LONG - 1)
    picture = read_picture(encoded(image, "PNG"))
    np.testing.assert_array_equal(np.asarray(picture.image), np.asarray(image))


def test_a_single_row_keeps_its_row():
    picture = read_picture(Image.new("RGB", (3 * WORKING_SIDE, 1), RED))
    assert (picture.width, picture.height) == (3 * WORKING_SIDE, 1)
    assert picture.image.height == 1
    assert picture.image.getpixel((0, 0)) == RED


def test_transparency_of_a_large_picture_is_laid_over_white():
    image = flag(mode="RGBA")
    image.putalpha(0)
    picture = read_picture(encoded(image, "PNG"))
    assert picture.image.width == LONG // 2
    assert picture.image.getextrema() == ((255, 255),) * 3


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK"])
def test_a_working_copy_of_other_modes(mode):
    assert read_picture(flag(mode=mode)).image.width == LONG // 2


@pytest.mark.parametrize("mode", ["1", "P", "LA", "I;16", "F"])
def test_a_working_copy_of_the_less_usual_modes(mode):
    image = Image.new(mode, (LONG, SHORT)) if mode in {"I;16", "F", "LA"} else flag(mode=mode)
    assert read_picture(image).image.width == LONG // 2
