"""The data set folder: what it may hold, and what is said when something is missing."""

import pytest

from atrous.datasets.folder import DatasetFolder
from atrous.errors import DataError

YAML = """\
name: tiny
ignore_index: 250
classes:
  - {id: 0, name: ground, color: [1, 2, 3]}
  - {id: 1, name: cat}
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with two samples, of which the split ``val`` names both."""
    files = ["images/a.jpg", "labels/a.png", "images/b.tif", "labels/b.png"]
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "splits").mkdir()
    (tmp_path / "splits" / "val.txt").write_text("b\na\n")
    (tmp_path / "dataset.yaml").write_text(YAML)
    return tmp_path


def test_the_description(folder):
    data = DatasetFolder.open(folder)
    assert (data.name, data.classes, data.ignore_index) == ("tiny", ("ground", "cat"), 250)
    assert data.colors == ((1, 2, 3), (128, 0, 0))  # VOC's colour of 1 where none is given


def test_what_may_be_left_out(folder):
    (folder / "dataset.yaml").write_text("classes: [{id: 0, name: ground}]")
    data = DatasetFolder.open(str(folder))
    assert (data.name, data.ignore_index) == (folder.name, 255)


def test_classes_may_stand_in_any_order(folder):
    (folder / "dataset.yaml").write_text("classes: [{id: 1, name: b}, {id: 0, name: a}]")
    assert DatasetFolder.open(folder).classes == ("a", "b")


def test_samples_are_in_the_splits_order(folder):
    samples = DatasetFolder.open(folder).samples("val")
    assert [sample.id for sample in samples] == ["b", "a"]
    assert samples[0].image == folder / "images" / "b.tif"
    assert samples[0].labels == folder / "labels" / "b.png"


@pytest.mark.parametrize("text", ["b\r\na\r\n", "b\na", "\nb\n\na\n\n", "  b  \na\n"])
def test_line_endings_and_blank_lines_do_not_matter(text, folder):
    (folder / "splits" / "val.txt").write_bytes(text.encode())
    assert [sample.id for sample in DatasetFolder.open(folder).samples("val")] == ["b", "a"]


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"])
def test_every_kind_of_picture_is_found(suffix, folder):
    (folder / "images" / "a.jpg").rename(folder / "images" / f"a{suffix}")
    assert DatasetFolder.open(folder).samples("val")[1].image.suffix == suffix


def test_an_id_may_have_dots_and_subfolders(folder):
    for name in ("images/city/a.1.jpg", "labels/city/a.1.png"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    (folder / "splits" / "val.txt").write_text("city/a.1\n")
    assert DatasetFolder.open(folder).samples("val")[0].image.name == "a.1.jpg"


def test_splits(folder):
    (folder / "splits" / "train.txt").touch()
    assert DatasetFolder.open(folder).splits() == ["train", "val"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("classes: [", "not valid YAML"),
        ("", "classes must be a list of {id, name, color}"),
        ("- 1\n- 2", "classes must be a list"),
        ("name: x", "classes must be a list"),
        ("classes: [cat, dog]", "classes must be a list"),
        ("classes: {0: cat}", "classes must be a list"),
        ("classes: [{id: 0}]", "classes must be a list"),
        ("classes: [{id: zero, name: a}]", "classes must be a list"),
        ("classes: [{id: 0, name: a, color: '#ff0000'}]", "classes must be a list"),
        ("classes: []", "class ids must be 0, 1, 2, … without gaps"),
        ("classes: [{id: 1, name: a}]", r"without gaps, found \[1\]"),
        ("classes: [{id: 0, name: a}, {id: 0, name: b}]", r"without gaps, found \[0, 0\]"),
    ],
)
def test_a_description_that_cannot_be_used(text, expected, folder):
    (folder / "dataset.yaml").write_text(text)
    with pytest.raises(DataError, match=expected) as caught:
        DatasetFolder.open(folder)
    assert str(caught.value).startswith(f"{folder}/dataset.yaml: ")
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_description(tmp_path):
    with pytest.raises(DataError, match=r"dataset.yaml: not found; .* needs it, with name"):
        DatasetFolder.open(tmp_path)


def test_an_unknown_split_suggests_the_nearest(folder):
    data = DatasetFolder.open(folder)
    with pytest.raises(DataError, match=r"splits/vall.txt: .*did you mean 'val'\? .there is val"):
        data.samples("vall")


def test_an_empty_split(folder):
    (folder / "splits" / "val.txt").write_text("\n")
    with pytest.raises(DataError, match=r"val\.txt: the split is empty; it holds one ID a line"):
        DatasetFolder.open(folder).samples("val")


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        ("images/a.jpg", r"images/a: no picture with this ID \(.*val.txt names it\)"),
        ("labels/a.png", r"labels/a.png: no labels for this ID \(.*val.txt names it\)"),
    ],
)
def test_a_missing_file_is_named_with_the_split_that_names_it(gone, expected, folder):
    (folder / gone).unlink()
    with pytest.raises(DataError, match=expected):
        DatasetFolder.open(folder).samples("val")


def test_an_id_may_hold_a_blank(folder):
    (folder / "images" / "a.jpg").rename(folder / "images" / "my cat.jpg")
    (folder / "labels" / "a.png").rename(folder / "labels" / "my cat.png")
    (folder / "splits" / "val.txt").write_text("my cat\n")
    assert DatasetFolder.open(folder).samples("val")[0].id == "my cat"


def test_a_cameras_capital_suffix_is_found(folder):
    (folder / "images" / "a.jpg").rename(folder / "images" / "a.JPG")
    assert DatasetFolder.open(folder).samples("val")[1].image.name == "a.JPG"


@pytest.mark.parametrize("name", ["dataset.yaml", "splits/val.txt"])
def test_text_that_is_not_utf_8(name, folder):
    (folder / name).write_bytes("Hüte".encode("latin-1"))
    with pytest.raises(DataError, match=name):
        DatasetFolder.open(folder).samples("val")


def test_two_classes_of_one_name_are_refused(folder):
    (folder / "dataset.yaml").write_text("classes: [{id: 0, name: a}, {id: 1, name: a}]")
    with pytest.raises(DataError, match="two classes"):
        DatasetFolder.open(folder)


def test_a_marked_text_file_is_read_without_its_mark(folder):
    """Windows editors put a byte order mark first."""
    (folder / "dataset.yaml").write_bytes(b"\xef\xbb\xbf" + YAML.encode())
    assert DatasetFolder.open(folder).name == "tiny"


def test_a_marked_split_is_read_without_its_mark(folder):
    (folder / "splits" / "val.txt").write_bytes(b"\xef\xbb\xbfb\na\n")
    assert [sample.id for sample in DatasetFolder.open(folder).samples("val")] == ["b", "a"]
