"""Every kind of picture becomes the 8-bit RGB that a person sees."""

import io

import numpy as np
import pytest
from PIL import Image

from atrous.errors import PictureError
from atrous.media.pictures import read_picture

RGB = np.random.default_rng(0).integers(0, 256, (3, 5, 3), np.uint8)
GREY = RGB[:, :, 0]


def pixels(source):
    picture = read_picture(source)
    assert picture.image.mode == "RGB"
    array = np.asarray(picture.image)
    assert (picture.height, picture.width) == array.shape[:2]
    return array


def encoded(image, file_format="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def repeated(grey):
    return np.stack([grey] * 3, axis=2)


def over_white(colour, alpha):
    """The definition of transparency: colour · alpha + white · (1 - alpha)."""
    share = alpha[:, :, None] / 255
    return colour * share + 255 * (1 - share)


@pytest.mark.parametrize("kind", ["path", "str", "bytes", "pil", "array"])
def test_every_source_gives_the_same_pixels(kind, tmp_path):
    path = tmp_path / "a.png"
    image = Image.fromarray(RGB)
    image.save(path)
    source = {
        "path": path,
        "str": str(path),
        "bytes": path.read_bytes(),
        "pil": image,
        "array": RGB,
    }[kind]
    np.testing.assert_array_equal(pixels(source), RGB)


def test_the_suffix_does_not_matter(tmp_path):
    path = tmp_path / "really-a-png.jpg"
    path.write_bytes(encoded(Image.fromarray(RGB)))
    np.testing.assert_array_equal(pixels(path), RGB)


def test_a_grey_array_is_grey():
    np.testing.assert_array_equal(pixels(GREY), repeated(GREY))


def test_an_array_with_alpha_is_laid_over_white():
    rgba = np.dstack([RGB, GREY])
    np.testing.assert_allclose(pixels(rgba), over_white(RGB, GREY), atol=1)


def test_an_array_that_is_a_view_with_odd_strides():
    wide = np.random.default_rng(1).integers(0, 256, (8, 12, 3), np.uint8)
    view = wide[::-2, 1::3]
    np.testing.assert_array_equal(pixels(view), view)


def test_grey():
    np.testing.assert_array_equal(pixels(encoded(Image.fromarray(GREY))), repeated(GREY))


def test_one_bit():
    bits = GREY > 127
    expected = repeated(np.where(bits, 255, 0))
    np.testing.assert_array_equal(pixels(encoded(Image.fromarray(bits))), expected)


def test_grey_with_alpha_is_laid_over_white():
    alpha = RGB[:, :, 1]
    file = encoded(Image.fromarray(np.dstack([GREY, alpha]), "LA"))
    np.testing.assert_allclose(pixels(file), over_white(repeated(GREY), alpha), atol=1)


def test_colour_with_alpha_is_laid_over_white():
    alpha = np.array([[0, 1, 64, 128, 255]] * 3, np.uint8)
    file = encoded(Image.fromarray(np.dstack([RGB, alpha])))
    np.testing.assert_allclose(pixels(file), over_white(RGB, alpha), atol=1)


COLOURS = np.array([(10, 20, 30), (200, 100, 50), (0, 255, 0)], np.uint8)
INDICES = np.array([[0, 1, 2], [2, 1, 0]], np.uint8)


def palette_image():
    image = Image.fromarray(INDICES, "L").copy()
    image.putpalette(COLOURS.tobytes())
    return image


@pytest.mark.parametrize("file_format", ["PNG", "GIF", "TIFF", "BMP"])
def test_palette(file_format):
    np.testing.assert_array_equal(pixels(encoded(palette_image(), file_format)), COLOURS[INDICES])


def test_palette_with_a_transparent_colour():
    expected = COLOURS[INDICES].copy()
    expected[INDICES == 1] = 255
    np.testing.assert_array_equal(pixels(encoded(palette_image(), transparency=1)), expected)


def test_palette_with_an_alpha_for_each_colour():
    alphas = np.array([0, 128, 255], np.uint8)
    file = encoded(palette_image(), transparency=alphas.tobytes())
    expected = over_white(COLOURS[INDICES], alphas[INDICES])
    np.testing.assert_allclose(pixels(file), expected, atol=1)


def test_rgb_with_a_transparent_colour():
    file = encoded(Image.fromarray(COLOURS[None]), transparency=(200, 100, 50))
    expected = np.array([[(10, 20, 30), (255, 255, 255), (0, 255, 0)]])
    np.testing.assert_array_equal(pixels(file), expected)


# C, M, Y, K and the red, green and blue that are left of the white
INKS = [
    ((0, 0, 0, 0), (255, 255, 255)),
    ((0, 0, 0, 255), (0, 0, 0)),
    ((255, 0, 0, 0), (0, 255, 255)),
    ((0, 100, 255, 0), (255, 155, 0)),
]


@pytest.mark.parametrize("file_format", ["TIFF", "JPEG"])
@pytest.mark.parametrize(("ink", "colour"), INKS)
def test_cmyk(file_format, ink, colour):
    file = encoded(Image.new("CMYK", (8, 8), ink), file_format)
    np.testing.assert_allclose(pixels(file), np.full((8, 8, 3), colour), atol=3)


def test_ycbcr():
    red = Image.new("YCbCr", (2, 2), (76, 85, 255))  # JFIF: Y = 0.299 · 255, Cr at its end
    np.testing.assert_allclose(pixels(red), np.full((2, 2, 3), (255, 0, 0)), atol=2)


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_16_bit_grey(file_format):
    values = np.array([[0, 257, 100 * 257, 32768, 65535]], np.uint16)
    got = pixels(encoded(Image.fromarray(values), file_format))
    np.testing.assert_allclose(got, repeated(values / 257), atol=1)
    assert got[0, [0, -1]].tolist() == [[0, 0, 0], [255, 255, 255]]


def test_16_bit_grey_in_the_other_byte_order():
    values = np.array([[0, 100 * 257, 65535]], ">u2")
    image = Image.frombytes("I;16B", (3, 1), values.tobytes())
    expected = [[[0] * 3, [100] * 3, [255] * 3]]
    np.testing.assert_array_equal(pixels(encoded(image, "TIFF")), expected)


def test_a_float_picture_from_0_to_1():
    values = np.array([[0, 0.2, 0.5, 1]], np.float32)
    got = pixels(encoded(Image.fromarray(values), "TIFF"))
    np.testing.assert_allclose(got, repeated(values * 255), atol=0.51)


@pytest.mark.parametrize("values", [[-1.0, 0.5], [0, 4000], [0, np.nan], [0, np.inf]])
def test_a_float_picture_of_another_range_is_refused(values):
    image = Image.fromarray(np.array([values], np.float32))
    with pytest.raises(
        PictureError, match=r"^scan.tif: (its values run|some of its values are not)"
    ):
        read_picture(encoded(image, "TIFF"), name="scan.tif")


FRAMES = [Image.new("RGB", (8, 6), colour) for colour in [(255, 0, 0), (0, 0, 255), (0, 255, 0)]]


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "PNG", "TIFF", "MPO"])
def test_of_several_frames_the_first_counts(file_format):
    file = encoded(FRAMES[0], file_format, save_all=True, append_images=FRAMES[1:])
    np.testing.assert_allclose(pixels(file), np.full((6, 8, 3), (255, 0, 0)), atol=3)


def test_webp():
    file = encoded(Image.fromarray(RGB), "WEBP", lossless=True)
    np.testing.assert_array_equal(pixels(file), RGB)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "I;16", "F"])
def test_one_pixel(mode):
    assert pixels(Image.new(mode, (1, 1))).shape == (1, 1, 3)


def test_a_users_image_is_not_changed():
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.open(io.BytesIO(encoded(Image.fromarray(RGB), exif=exif)))
    picture = read_picture(image)
    assert (picture.width, picture.height) == (3, 5)
    assert (image.size, image.mode, image.getexif()[0x0112]) == ((5, 3), "RGB", 6)
    np.testing.assert_array_equal(np.asarray(image), RGB)


def test_a_large_image_of_a_user_is_not_changed():
    image = Image.open(io.BytesIO(encoded(Image.new("RGB", (9000, 20)), "JPEG")))
    read_picture(image)
    assert image.size == (9000, 20)
    assert image.resize((9000, 20)).size == (9000, 20)


def test_drawing_on_the_image_later_does_not_change_what_was_read():
    image = Image.fromarray(RGB)
    picture = read_picture(image)
    image.paste((1, 2, 3), (0, 0, 5, 3))
    np.testing.assert_array_equal(np.asarray(picture.image), RGB)


def test_writing_to_the_array_later_does_not_change_what_was_read():
    array = RGB.copy()
    picture = read_picture(array)
    array[:] = 0
    np.testing.assert_array_equal(np.asarray(picture.image), RGB)
