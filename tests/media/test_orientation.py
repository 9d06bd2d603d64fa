"""EXIF orientation: a photo is read as it is looked at, in every format that can say it."""

import io

import numpy as np
import pytest
from PIL import Image

from atrous.media.pictures import read_picture

TAG = 0x0112
LETTERS = dict(zip("abcdef", range(0, 240, 40), strict=True))

# Exif 2.3, tag 0x0112: what a camera stored as abc/def is to be looked at as …
UPRIGHT = {
    1: "abc/def",
    2: "cba/fed",
    3: "fed/cba",
    4: "def/abc",
    5: "ad/be/cf",
    6: "da/eb/fc",
    7: "fc/eb/da",
    8: "cf/be/ad",
}


def grey(letters, block=1):
    """A picture of one block of grey for each letter."""
    rows = [[LETTERS[letter] for letter in row] for row in letters.split("/")]
    return np.kron(np.array(rows, np.uint8), np.ones((block, block), np.uint8))


def photo(orientation, file_format, block, **options):
    exif = Image.Exif()
    exif[TAG] = orientation
    buffer = io.BytesIO()
    image = Image.fromarray(grey("abc/def", block)).convert("RGB")
    image.save(buffer, file_format, exif=exif, **options)
    return buffer.getvalue()


def check(picture, orientation, block, tolerance=0):
    expected = grey(UPRIGHT[orientation], block)
    assert (picture.height, picture.width) == expected.shape
    got = np.asarray(picture.image).astype(int)
    assert got.shape[:2] == expected.shape
    assert np.abs(got - expected[:, :, None]).max() <= tolerance


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_jpeg(orientation):
    file = photo(orientation, "JPEG", 16, quality=95)
    check(read_picture(file), orientation, 16, tolerance=8)


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_png(orientation):
    check(read_picture(photo(orientation, "PNG", 1)), orientation, 1)


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_webp(orientation):
    check(read_picture(photo(orientation, "WEBP", 1, lossless=True)), orientation, 1)


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_tiff(orientation):
    check(read_picture(photo(orientation, "TIFF", 1)), orientation, 1)


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_pil_image(orientation):
    image = Image.open(io.BytesIO(photo(orientation, "PNG", 1)))
    check(read_picture(image), orientation, 1)


@pytest.mark.parametrize("nonsense", [0, 9, 65535])
def test_an_unknown_orientation_means_upright(nonsense):
    check(read_picture(photo(nonsense, "PNG", 1)), 1, 1)


@pytest.mark.filterwarnings("ignore:.*EXIF:UserWarning:PIL")
def test_a_damaged_exif_block_does_not_make_a_photo_unreadable():
    buffer = io.BytesIO()
    exif = b"Exif\0\0MM\0*\xff\xff\xff\xffgarbage"
    Image.fromarray(grey("abc/def")).save(buffer, "PNG", exif=exif)
    check(read_picture(buffer.getvalue()), 1, 1)
