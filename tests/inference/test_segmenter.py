"""Pictures in, segmentations out: every kind of picture, every option, and no torch."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import atrous
from atrous.engines import available_processors
from atrous.errors import ModelError, PictureError


@pytest.fixture(scope="module")
def pixels(cat):
    with Image.open(cat) as image:
        return np.asarray(image)


def test_what_is_in_the_photo(result):
    areas = result.areas()
    assert set(areas) == {"cat", "background"}
    assert result.names[result.labels[150, 225]] == "cat"  # in the middle of its face
    assert result.labels.shape == (300, 451)
    assert result.labels.dtype == np.uint8


def test_segment_is_the_default_segmenter(cat, result):
    np.testing.assert_array_equal(atrous.segment(cat).labels, result.labels)


@pytest.mark.parametrize("kind", ["path", "str", "bytes", "pil", "array"])
def test_every_source_gives_the_same_labels(kind, segmenter, cat, pixels, result):
    source = {
        "path": cat,
        "str": str(cat),
        "bytes": cat.read_bytes(),
        "pil": Image.fromarray(pixels),
        "array": pixels,
    }[kind]
    one = segmenter(source)
    assert isinstance(one, atrous.Segmentation)
    np.testing.assert_array_equal(one.labels, result.labels)


@pytest.mark.parametrize("kind", [list, tuple, iter])
def test_many_pictures_give_a_list_in_their_order(kind, segmenter, cat, pixels):
    sources = [cat, pixels[:, ::-1], Image.new("RGB", (30, 20))]
    many = segmenter(kind(sources))
    assert isinstance(many, list)
    assert [one.labels.shape for one in many] == [(300, 451), (300, 451), (20, 30)]
    for one, source in zip(many, sources, strict=True):
        np.testing.assert_array_equal(one.labels, segmenter(source).labels)


def test_a_list_of_one_and_of_none(segmenter, cat):
    assert len(segmenter([cat])) == 1
    assert segmenter([]) == []


def test_one_broken_picture_of_a_list_is_named(segmenter, cat):
    with pytest.raises(PictureError, match=r"^nope\.jpg: "):
        segmenter([cat, "nope.jpg"])


def test_probabilities_only_when_asked_for(segmenter, cat, result):
    assert segmenter(cat).probabilities is None
    assert segmenter([cat], probabilities=True)[0].probabilities.shape == (21, 300, 451)


def test_grey_is_segmented_as_grey_rgb(segmenter, pixels):
    grey = pixels.mean(axis=2).astype(np.uint8)
    expected = segmenter(np.stack([grey] * 3, axis=2)).labels
    np.testing.assert_array_equal(segmenter(grey).labels, expected)
    np.testing.assert_array_equal(segmenter(Image.fromarray(grey)).labels, expected)


def test_opaque_rgba_is_segmented_as_rgb(segmenter, pixels, result):
    opaque = np.full((*pixels.shape[:2], 1), 255, np.uint8)
    np.testing.assert_array_equal(segmenter(np.dstack([pixels, opaque])).labels, result.labels)


@pytest.mark.parametrize(("orientation", "turns"), [(3, 2), (6, 1), (8, 3)])
def test_a_photo_on_its_side_has_the_labels_of_the_upright_one(
    orientation, turns, segmenter, pixels, result, tmp_path
):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.rot90(pixels, turns)  # what the camera wrote, before the viewer turns it back
    Image.fromarray(stored).save(tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(segmenter(tmp_path / "a.png").labels, result.labels)


@pytest.mark.parametrize("size", [(1, 1), (1, 200), (200, 1), (3, 2), (17, 513)])
def test_labels_have_the_pictures_own_size(size, segmenter):
    result = segmenter(np.full((*size, 3), 120, np.uint8), probabilities=True)
    assert result.labels.shape == size
    assert result.confidence.shape == size
    assert result.probabilities.shape == (21, *size)


def test_a_very_large_picture_keeps_its_size(segmenter, cat):
    with Image.open(cat) as image:
        large = image.resize((8192, 5448), Image.Resampling.NEAREST)
    result = segmenter(large)
    assert result.labels.shape == (5448, 8192)
    assert result.picture.image.size == (4096, 2724)
    assert result.overlay(legend=False).size == (4096, 2724)
    assert 0.7 < result.areas()["cat"] < 0.9


def test_the_number_of_threads_does_not_change_the_labels(cat, result):
    two = atrous.Segmenter(threads=2)
    assert two.threads == 2
    np.testing.assert_array_equal(two(cat).labels, result.labels)


def test_output_strides(cat, result):
    fine, coarse = atrous.Segmenter(output_stride=8), atrous.Segmenter(output_stride=16)
    assert (fine.output_stride, coarse.output_stride) == (8, 16)
    # 451 × 300 is brought to 513 × 341, that is 65 or 33 cells across, 44 or 23 down.
    assert fine(cat).scores.logits.shape == (21, 44, 65)
    assert coarse(cat).scores.logits.shape == (21, 23, 33)
    assert (fine(cat).labels == coarse(cat).labels).mean() > 0.97
    assert not np.array_equal(fine(cat).labels, coarse(cat).labels)


def test_without_a_stride_the_cards_is_taken(segmenter):
    assert segmenter.output_stride == segmenter.card.output_stride


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"output_stride": 32}, "no output stride 32; its weights serve 8 and 16"),
        ({"output_stride": -8}, "no output stride -8; its weights serve 8 and 16"),
        ({"engine": "onnx"}, "unknown engine 'onnx'; did you mean 'onnxruntime'"),
        ({"engine": "torch"}, "unknown engine 'torch'"),
        ({"model": "deeplabv3-mobilenet-voc"}, "did you mean 'deeplabv3-mobilenetv2-voc'"),
        ({"model": "nope.onnx"}, "^nope.onnx: no such model file; check the path"),
        ({"model": ""}, "unknown model ''"),
    ],
)
def test_options_that_cannot_be_served(options, message):
    with pytest.raises(ModelError, match=message):
        atrous.Segmenter(**options)


def test_stride_0_is_refused():
    with pytest.raises(ModelError, match="no output stride 0"):
        atrous.Segmenter(output_stride=0)


@pytest.mark.parametrize("threads", [0, -1])
def test_fewer_threads_than_one(threads):
    with pytest.raises(ValueError, match="threads must be 1 or more"):
        atrous.Segmenter(threads=threads)


def test_max_pixels(cat):
    with pytest.raises(PictureError, match="451 × 300 = 135,300 pixels is more than"):
        atrous.Segmenter(max_pixels=135_299)(cat)
    assert atrous.Segmenter(max_pixels=135_300)(cat).labels.size == 135_300


def loaded_after(code, env):
    """Which of the heavy modules a new process has loaded after some lines."""
    report = (
        "import sys; print(*({'numpy', 'onnxruntime', 'torch', 'PIL', 'onnx'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return set(done.stdout.split())


def test_importing_atrous_loads_nothing_heavy(program_env):
    assert loaded_after("import atrous", program_env) == set()


def test_segmenting_loads_neither_torch_nor_onnx(program_env, cat):
    code = f"import atrous; atrous.segment({str(cat)!r}).overlay()"
    assert loaded_after(code, program_env) == {"numpy", "onnxruntime", "PIL"}


def test_a_segmenter_travels_to_another_process(segmenter, cat):
    copy = pickle.loads(pickle.dumps(atrous.Segmenter(output_stride=8, threads=1)))
    assert (copy.output_stride, copy.threads) == (8, 1)
    assert copy(cat).labels.shape == segmenter(cat).labels.shape


def test_more_threads_than_processors_are_not_started():
    assert atrous.Segmenter(threads=100_000).threads == available_processors()


def test_a_list_may_be_an_iterator(segmenter, cat):
    first, second = segmenter(path for path in (cat, str(cat)))
    np.testing.assert_array_equal(first.labels, second.labels)


@pytest.mark.parametrize("nothing", [None, 7, bytearray(b"x"), {"a": 1}])
def test_what_is_no_picture_is_told_what_a_picture_is(segmenter, nothing):
    with pytest.raises(PictureError, match="a picture is a path, the bytes of a file, a PIL image"):
        segmenter(nothing)
