"""The result of a segmentation: what it holds, what it saves, how it travels."""

import io
import pickle

import numpy as np
import pytest
from PIL import Image

from atrous.errors import OutputError
from atrous.inference.segmentation import Scores, Segmentation
from atrous.media.pictures import read_picture

LOGITS = np.random.default_rng(0).standard_normal((4, 6, 7)).astype(np.float32)


@pytest.fixture
def small():
    """Four classes on 6 × 7 pixels, one cell a pixel: everything can be worked out by hand."""
    scores = Scores(LOGITS, size=(6, 7), window=(0, 0, 5, 6), align_corners=True)
    picture = read_picture(np.full((6, 7, 3), 99, np.uint8), name="trip/tiny.jpg")
    return Segmentation(
        labels=scores.labels(),
        names=("void", "a", "b", "c"),
        colors=((0, 0, 0), (128, 0, 0), (0, 128, 0), (9, 8, 7)),
        picture=picture,
        scores=scores,
        probabilities=scores.probabilities(),
    )


def softmax(logits):
    powers = np.exp(logits.astype(np.float64))
    return powers / powers.sum(axis=0)


def test_labels_are_the_largest_logits(small):
    np.testing.assert_array_equal(small.labels, LOGITS.argmax(axis=0))


def test_probabilities_are_the_softmax_of_the_logits(small):
    np.testing.assert_allclose(small.probabilities, softmax(LOGITS), rtol=1e-5)


def test_confidence_is_the_largest_probability(small):
    np.testing.assert_allclose(small.confidence, softmax(LOGITS).max(axis=0), rtol=1e-5)


def test_areas_are_shares_of_the_pixels(small):
    labels, counts = np.unique(LOGITS.argmax(axis=0), return_counts=True)
    expected = {small.names[i]: n / 42 for i, n in zip(labels, counts, strict=True)}
    assert small.areas() == pytest.approx(expected)
    assert sum(small.areas().values()) == pytest.approx(1)
    shares = list(small.areas().values())
    assert shares == sorted(shares, reverse=True)


def test_a_real_photo(result):
    names, counts = np.unique(np.array(result.names)[result.labels], return_counts=True)
    expected = dict(zip(names.tolist(), (counts / result.labels.size).tolist(), strict=True))
    assert result.areas() == pytest.approx(expected)
    assert next(iter(result.areas())) == "cat"


def test_a_real_photos_probabilities(result):
    probabilities = result.probabilities
    assert probabilities.shape == (21, 300, 451)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=0), 1, rtol=1e-5)
    np.testing.assert_allclose(result.confidence, probabilities.max(axis=0), rtol=1e-5)


def test_a_real_photos_labels_are_the_likeliest_classes(result):
    second, first = np.sort(result.probabilities, axis=0)[-2:]
    clear = first - second > 1e-4
    assert clear.mean() > 0.99
    likeliest = result.probabilities.argmax(axis=0)
    np.testing.assert_array_equal(result.labels[clear], likeliest[clear])


def test_as_an_array(small):
    np.testing.assert_array_equal(np.asarray(small), small.labels)
    assert np.asarray(small).dtype == np.uint8
    assert np.asarray(small, dtype=np.int64).dtype == np.int64
    assert np.array(small, np.float32).dtype == np.float32
    np.testing.assert_array_equal(np.array(small) == 1, small.labels == 1)


def test_a_copy_of_the_array_is_a_copy(small):
    copied = np.array(small, copy=True)
    copied[:] = 77
    assert 77 not in small.labels


def test_no_copy_is_made_where_none_is_wanted(small):
    assert np.shares_memory(np.asarray(small), small.labels)


def test_a_notebook_shows_the_overlay(small):
    with Image.open(io.BytesIO(small._repr_png_())) as image:
        assert image.format == "PNG"
        np.testing.assert_array_equal(np.asarray(image), np.asarray(small.overlay()))


def test_an_overlay_without_its_legend_has_the_pictures_size(small):
    assert small.overlay(legend=False).size == (7, 6)
    assert small.overlay().height > 6


def test_save_to_a_folder(small, tmp_path):
    labels, overlay = small.save(tmp_path / "new" / "folder")
    assert labels == tmp_path / "new" / "folder" / "tiny.labels.png"
    assert overlay == tmp_path / "new" / "folder" / "tiny.overlay.png"
    with Image.open(labels) as image:
        np.testing.assert_array_equal(np.asarray(image), LOGITS.argmax(axis=0))
        assert image.getpalette()[:12] == [0, 0, 0, 128, 0, 0, 0, 128, 0, 9, 8, 7]
    with Image.open(overlay) as image:
        assert image.size == small.overlay().size
    assert set(labels.parent.iterdir()) == {labels, overlay}


def test_save_without_a_target(small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert [str(path) for path in small.save(overlay=False)] == ["atrous-out/tiny.labels.png"]


def test_save_with_a_stem_of_ones_own(small, tmp_path):
    files = small.save(tmp_path, stem="trip/day.1", overlay=False)
    assert files == [tmp_path / "trip" / "day.1.labels.png"]
    assert files[0].is_file()


@pytest.mark.parametrize("name", ["mask.png", "mask.PNG", "deep/er/mask.png"])
def test_save_to_a_file(small, tmp_path, name):
    assert small.save(tmp_path / name) == [tmp_path / name]
    with Image.open(tmp_path / name) as image:
        np.testing.assert_array_equal(np.asarray(image), LOGITS.argmax(axis=0))


@pytest.mark.parametrize("name", ["mask.jpg", "mask.tif"])
def test_labels_are_not_saved_in_other_formats(small, tmp_path, name):
    with pytest.raises(OutputError, match=f"{name}: labels are written as PNG; name it .png"):
        small.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_save_into_a_folder_whose_name_has_a_dot(small, tmp_path):
    (tmp_path / "results.v2").mkdir()
    assert small.save(tmp_path / "results.v2", overlay=False)[0].parent.name == "results.v2"


def test_save_into_a_folder_whose_name_ends_in_png(small, tmp_path):
    (tmp_path / "as.png").mkdir()
    assert small.save(tmp_path / "as.png", overlay=False)[0].parent.name == "as.png"


def test_save_over_a_file_that_is_no_folder(small, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="file: cannot be made an output folder"):
        small.save(tmp_path / "file")


def test_pickling(result):
    copy = pickle.loads(pickle.dumps(result))
    np.testing.assert_array_equal(copy.labels, result.labels)
    np.testing.assert_array_equal(copy.confidence, result.confidence)
    assert copy.areas() == result.areas()
    np.testing.assert_array_equal(np.asarray(copy.overlay()), np.asarray(result.overlay()))


def test_more_than_256_classes():
    logits = np.zeros((300, 2, 2), np.float32)
    logits[299, 0], logits[7, 1] = 5, 5
    scores = Scores(logits, size=(2, 2), window=(0, 0, 1, 1), align_corners=True)
    names = tuple(f"class {i}" for i in range(300))
    result = Segmentation(
        scores.labels(), names, ((1, 2, 3),) * 300, read_picture(np.zeros((2, 2), np.uint8)), scores
    )
    assert result.labels.dtype == np.uint16
    assert result.areas() == {"class 7": 0.5, "class 299": 0.5}
    assert result.overlay(legend=False).size == (2, 2)


def test_its_repr_is_short_enough_to_read(result):
    assert "Picture" not in repr(result)
    assert len(repr(result)) < 3000
