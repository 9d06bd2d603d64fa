"""Label pictures: the pixel's value is the label, for us and for everybody else's software."""

import io

import numpy as np
import pytest
from PIL import Image

from atrous.errors import DataError
from atrous.labels import palette, voc_color
from atrous.media.masks import read_labels, write_labels

# PASCAL VOC 2012's colour map as its development kit publishes it.
VOC_COLORS = [
    (0, 0, 0),
    (128, 0, 0),
    (0, 128, 0),
    (128, 128, 0),
    (0, 0, 128),
    (128, 0, 128),
    (0, 128, 128),
    (128, 128, 128),
    (64, 0, 0),
    (192, 0, 0),
    (64, 128, 0),
    (192, 128, 0),
    (64, 0, 128),
    (192, 0, 128),
    (64, 128, 128),
    (192, 128, 128),
    (0, 64, 0),
    (128, 64, 0),
    (0, 192, 0),
    (128, 192, 0),
    (0, 64, 128),
]
VOID = (224, 224, 192)

EVERY_LABEL = np.arange(256, dtype=np.uint8).reshape(8, 32)


def saved(image, tmp_path, name="labels.png", **options):
    path = tmp_path / name
    image.save(path, **options)
    return path


def written(labels, tmp_path, colors=VOC_COLORS):
    path = tmp_path / "labels.png"
    write_labels(labels, path, colors)
    return path


def test_voc_colours():
    assert [voc_color(label) for label in range(21)] == VOC_COLORS
    assert voc_color(255) == VOID


def test_a_palette_has_a_colour_for_every_label():
    table = palette([(1, 2, 3)])
    assert table[:6] == [1, 2, 3, 128, 0, 0]
    assert table[-3:] == list(VOID)
    assert len(table) == 768


def test_more_colours_than_a_palette_holds():
    assert palette([(i % 256, 0, 0) for i in range(300)])[-3:] == [255, 0, 0]


def test_plain_pillow_reads_back_every_label_and_its_colour(tmp_path):
    with Image.open(written(EVERY_LABEL, tmp_path)) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "P", (32, 8))
        np.testing.assert_array_equal(np.asarray(image), EVERY_LABEL)
        colours = np.asarray(image.convert("RGB")).reshape(-1, 3)
    np.testing.assert_array_equal(colours[:21], VOC_COLORS)
    assert tuple(colours[255]) == VOID


def test_own_colours(tmp_path):
    labels = np.array([[0, 1], [1, 0]], np.uint8)
    with Image.open(written(labels, tmp_path, [(9, 8, 7), (1, 2, 3)])) as image:
        colours = np.asarray(image.convert("RGB"))
    np.testing.assert_array_equal(colours[0], [(9, 8, 7), (1, 2, 3)])


@pytest.mark.parametrize(
    "labels",
    [
        EVERY_LABEL[::-1, ::3],
        EVERY_LABEL.T,
        np.zeros((1, 1), np.uint8),
        np.array([[0, 256, 65535], [1, 300, 40000]], np.uint16),
    ],
    ids=["strided", "transposed", "one pixel", "16 bits"],
)
def test_what_is_written_is_read_back(labels, tmp_path):
    back = read_labels(written(labels, tmp_path))
    assert back.dtype == labels.dtype
    np.testing.assert_array_equal(back, labels)


def test_16_bits_by_plain_pillow(tmp_path):
    labels = np.array([[0, 256, 65535]], np.uint16)
    with Image.open(written(labels, tmp_path)) as image:
        np.testing.assert_array_equal(np.asarray(image), labels)


def test_a_palette_is_read_by_index_whatever_its_colours(tmp_path):
    image = Image.fromarray(EVERY_LABEL, "L").copy()
    image.putpalette([7] * 768)
    np.testing.assert_array_equal(read_labels(saved(image, tmp_path)), EVERY_LABEL)


def test_few_labels_packed_into_few_bits(tmp_path):
    labels = np.array([[0, 1, 2, 3]] * 3, np.uint8)
    image = Image.fromarray(labels, "L").copy()
    image.putpalette([0, 0, 0, 9, 9, 9, 8, 8, 8, 7, 7, 7])
    np.testing.assert_array_equal(read_labels(saved(image, tmp_path, bits=2)), labels)


def test_a_transparent_index_is_a_label_like_any_other(tmp_path):
    image = Image.fromarray(EVERY_LABEL, "L").copy()
    image.putpalette(palette(VOC_COLORS))
    path = saved(image, tmp_path, transparency=0)
    np.testing.assert_array_equal(read_labels(path), EVERY_LABEL)


def test_grey_values_are_labels(tmp_path):
    path = saved(Image.fromarray(EVERY_LABEL), tmp_path)
    np.testing.assert_array_equal(read_labels(path), EVERY_LABEL)


def test_a_true_label_picture_of_voc(voc):
    path = next((voc / "labels").glob("*.png"))
    labels = read_labels(path)
    with Image.open(path) as image:
        np.testing.assert_array_equal(labels, np.asarray(image))
    assert set(np.unique(labels)) <= {*range(21), 255}


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_colour_picture_is_refused(mode, tmp_path):
    path = saved(Image.new(mode, (4, 4)), tmp_path)
    with pytest.raises(DataError, match=f"^{path}: .*colours .mode {mode}.; replace"):
        read_labels(path)


def a_png(cut=None):
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 21, (64, 64), np.uint8)
    Image.fromarray(noise).save(buffer, "PNG")
    return buffer.getvalue()[:cut]


@pytest.mark.parametrize("data", [b"", b"text", a_png(1000), a_png(20), None])
def test_a_damaged_or_missing_file(data, tmp_path):
    path = tmp_path / "labels.png"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(DataError) as caught:
        read_labels(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("cut", range(1, 1500, 37))
def test_labels_cut_anywhere_raise_nothing_but_our_error(cut, tmp_path):
    path = tmp_path / "labels.png"
    path.write_bytes(a_png(cut))
    with pytest.raises(DataError):
        read_labels(path)


def test_pillows_own_limit_does_not_get_in_the_way(tmp_path, monkeypatch):
    path = written(EVERY_LABEL, tmp_path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    np.testing.assert_array_equal(read_labels(path), EVERY_LABEL)


def test_a_one_bit_mask_holds_labels_0_and_1(tmp_path):
    bits = np.array([[False, True], [True, True]])
    path = saved(Image.fromarray(bits), tmp_path)
    np.testing.assert_array_equal(read_labels(path), [[0, 1], [1, 1]])
