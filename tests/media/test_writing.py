"""A file is written whole or not at all, whatever happens meanwhile."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from atrous.errors import OutputError
from atrous.media.files import atomic_path, make_folder
from atrous.media.masks import write_labels

LABELS = np.zeros((4, 4), np.uint8)


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


def disk_full(self, target, *args, **options):
    """Stands for Image.save on a disk that fills up half way."""
    Path(target).write_bytes(b"half a fi")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def stopped(self, target, *args, **options):
    """Stands for Image.save while Ctrl-C is pressed."""
    Path(target).write_bytes(b"half a fi")
    raise KeyboardInterrupt


def test_the_file_appears_when_the_block_ends(tmp_path):
    path = tmp_path / "a.txt"
    with atomic_path(path) as temporary:
        temporary.write_text("whole")
        assert not path.exists()
        assert temporary.parent == path.parent  # a rename works only within a file system
    assert path.read_text() == "whole"
    assert listing(tmp_path) == ["a.txt"]


def test_an_existing_file_is_replaced(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with atomic_path(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert listing(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, MemoryError])
def test_an_error_in_the_block_leaves_all_as_it_was(error, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def write():
        with atomic_path(path) as temporary:
            temporary.write_text("half a fi")
            raise error

    with pytest.raises(error):
        write()
    assert path.read_text() == "old"
    assert listing(tmp_path) == ["a.txt"]


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path, monkeypatch):
    path = tmp_path / "a.labels.png"
    monkeypatch.setattr(Image.Image, "save", disk_full)
    with pytest.raises(OutputError, match=rf"^{path}: .*No space left on device.*; free it or"):
        write_labels(LABELS, path, [(0, 0, 0)])
    assert listing(tmp_path) == []


def test_ctrl_c_while_writing_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(Image.Image, "save", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_labels(LABELS, tmp_path / "a.labels.png", [(0, 0, 0)])
    assert listing(tmp_path) == []


def test_a_failing_rename_leaves_nothing(tmp_path, monkeypatch):
    def refuse(self, target):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OutputError, match=r"a.png: cannot be written \(Permission denied\)"):
        write_labels(LABELS, tmp_path / "a.png", [(0, 0, 0)])
    assert listing(tmp_path) == []


def test_a_folder_in_the_way_of_a_file(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(OutputError, match=r"a.png: cannot be written \(Is a directory\)"):
        write_labels(LABELS, tmp_path / "a.png", [(0, 0, 0)])
    assert listing(tmp_path) == ["a.png"]


def test_a_file_in_the_way_of_the_folder(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="Not a directory"):
        write_labels(LABELS, tmp_path / "file" / "a.png", [(0, 0, 0)])


def test_a_name_as_long_as_a_name_may_be(tmp_path):
    name = "x" * 240 + ".labels.png"  # 251 of 255 bytes
    write_labels(LABELS, tmp_path / name, [(0, 0, 0)])
    assert listing(tmp_path) == [name]


def test_a_new_output_folder_is_made_with_its_parents(tmp_path):
    assert make_folder(tmp_path / "a" / "b").is_dir()
    assert listing(tmp_path / "a" / "b") == []


def test_an_output_folder_that_is_there_is_left_as_it_is(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    make_folder(tmp_path)
    assert listing(tmp_path) == ["mine.txt"]


def test_an_output_folder_that_is_a_file(tmp_path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(OutputError, match=f"^{file}: .*; choose another with -o"):
        make_folder(file)
    with pytest.raises(OutputError, match=r"\(Not a directory\); choose another with -o"):
        make_folder(file / "deeper")


def test_an_unwritable_output_folder(tmp_path, monkeypatch):
    def refuse(self, **_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(OutputError, match=rf"{tmp_path}.*Permission denied.*; .*another"):
        make_folder(tmp_path)
    assert listing(tmp_path) == []


def test_an_unwritable_output_folder_is_what_the_message_names(tmp_path, monkeypatch):
    def refuse(self, **_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(OutputError, match=f"^{tmp_path}: "):
        make_folder(tmp_path)
