"""A picture that cannot be read: one line that names it, says what is wrong and how to mend it."""

import errno
import io
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from atrous.errors import PictureError
from atrous.media.pictures import MAX_PIXELS, read_picture

NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))


def encoded(file_format, image=NOISE):
    buffer = io.BytesIO()
    image.save(buffer, file_format)
    return buffer.getvalue()


def half(file_format):
    data = encoded(file_format)
    return data[: len(data) // 2]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width, height):
    """A PNG that claims a size and holds no pixels at all."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


BOMB = png_of(30_000, 30_000)

CONTENTS = {
    "half.jpg": (half("JPEG"), "truncated or damaged .* again"),
    "half.png": (half("PNG"), "truncated or damaged .* again"),
    "half.gif": (half("GIF"), "truncated or damaged .* again"),
    "half.tif": (half("TIFF"), "truncated or damaged .* again"),
    "half.webp": (half("WEBP"), "(truncated or damaged|not a picture) .*; "),
    "half.bmp": (half("BMP"), "truncated or damaged .* again"),
    "nine-bytes.png": (encoded("PNG")[:9], "(truncated or damaged|not a picture) .*; "),
    "text.jpg": (b"hello, this is text\n", "not a picture .*; convert it to JPEG or PNG"),
    "empty.png": (b"", r"empty \(0 bytes\); copy or download it again"),
    "bomb.png": (BOMB, "30000 × 30000 .* more than --max-pixels 500,000,000.*; raise the limit"),
}


def message(source, **options):
    """The error's text, whose form is the same for all."""
    with pytest.raises(PictureError) as caught:
        read_picture(source, **options)
    text = str(caught.value)
    assert "\n" not in text
    return text


@pytest.mark.parametrize("name", CONTENTS)
def test_a_file_that_cannot_be_read(name, tmp_path):
    data, expected = CONTENTS[name]
    path = tmp_path / name
    path.write_bytes(data)
    text = message(path)
    assert text.startswith(f"{path}: ")
    assert pytest.raises(PictureError, match=expected).matches(PictureError(text))


@pytest.mark.parametrize("name", CONTENTS)
def test_the_same_bytes_are_called_bytes_or_as_one_likes(name):
    data, _ = CONTENTS[name]
    assert message(data).startswith("bytes: ")
    assert message(data, name="upload 7").startswith("upload 7: ")


@pytest.mark.parametrize("ends_at", range(1, 1400, 41))
@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "GIF", "TIFF", "WEBP"])
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_a_file_cut_anywhere_raises_nothing_but_our_error(file_format, ends_at):
    message(encoded(file_format)[:ends_at])


def test_a_missing_file():
    assert message("nowhere/cat.jpg").startswith("nowhere/cat.jpg: cannot be opened (No such file")


def test_a_folder(tmp_path):
    assert message(tmp_path).startswith(f"{tmp_path}: cannot be opened (Is a directory)")


@pytest.mark.parametrize("where", [".", "nowhere.jpg"])
def test_a_path_that_cannot_be_opened_comes_with_a_fix(where, tmp_path):
    assert "; " in message(tmp_path / where)


def test_a_file_that_opens_but_cannot_be_read(tmp_path, monkeypatch):
    class Unreadable(io.BytesIO):
        def read(self, *_):
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "open", lambda *_: Unreadable())
    assert message(tmp_path / "on-a-bad-disk.jpg").startswith(f"{tmp_path}/on-a-bad-disk.jpg: ")


def test_an_image_opened_from_a_buffer_is_called_pil_image():
    assert message(Image.open(io.BytesIO(half("JPEG")))).startswith("PIL image: ")


def test_an_image_opened_from_a_path_is_called_by_it(tmp_path):
    path = tmp_path / "half.jpg"
    path.write_bytes(half("JPEG"))
    with Image.open(path) as image:
        assert message(image).startswith(f"{path}: truncated")


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.zeros((4, 4, 3), np.float32), "dtype is float32.*; convert it"),
        (np.zeros((4, 4, 3), np.uint16), "dtype is uint16.*; convert it"),
        (np.zeros((4, 4, 3), bool), "dtype is bool.*; convert it"),
        (np.zeros((3, 8, 8), np.uint8), r"shape is \(3, 8, 8\).*; transpose"),
        (np.zeros((1, 4, 4, 3), np.uint8), r"shape is \(1, 4, 4, 3\).*reshape"),
        (np.zeros((4, 4, 2), np.uint8), r"shape is \(4, 4, 2\)"),
        (np.zeros(4, np.uint8), r"shape is \(4,\)"),
        (np.zeros((0, 4, 3), np.uint8), r"shape is \(0, 4, 3\)"),
    ],
)
def test_an_array_that_is_no_picture(array, expected):
    with pytest.raises(PictureError, match=f"^array: {expected}"):
        read_picture(array)


def test_the_limit_is_checked_before_anything_is_decoded():
    assert "30000 × 30000 = 900,000,000 pixels" in message(BOMB)
    assert "truncated or damaged" in message(BOMB, max_pixels=900_000_000)


@pytest.mark.parametrize("kind", ["bytes", "pil", "array"])
def test_the_limit_is_the_most_that_is_read(kind):
    source = {"bytes": encoded("PNG"), "pil": NOISE, "array": np.asarray(NOISE)}[kind]
    assert read_picture(source, max_pixels=64 * 64).width == 64
    assert "--max-pixels 4,095" in message(source, max_pixels=64 * 64 - 1)


def test_the_default_limit_is_as_documented():
    assert MAX_PIXELS == 500_000_000


@pytest.mark.parametrize("data", [encoded("PNG"), half("PNG"), b"text", b"", BOMB])
def test_pillows_own_limit_is_left_as_it_was(data, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 123_456)
    with suppress(PictureError):
        read_picture(data)
    assert Image.MAX_IMAGE_PIXELS == 123_456


@pytest.mark.parametrize(
    "file_format",
    [
        "PNG",
        "JPEG",
        "GIF",
        "WEBP",
        "BMP",
        "TIFF",
    ],
)
def test_pillows_own_limit_does_not_get_in_the_way(file_format, monkeypatch):
    data = encoded(file_format)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    assert read_picture(data).width == 64
