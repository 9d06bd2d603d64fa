"""Files, folders and patterns become a list of pictures before any work begins."""

import errno
from pathlib import Path

import pytest

from atrous.errors import OutputError, PictureError
from atrous.media.sources import (
    STDIN,
    Source,
    check_collisions,
    find_pictures,
    find_what_there_is,
    with_endings,
)

CONTENTS = [
    "b.jpg",
    "a.PNG",
    "c.webp",
    "notes.txt",
    "noending",
    ".hidden.jpg",
    "._b.jpg",
    "b.labels.png",
    "b.overlay.png",
    "trip/d.jpg",
    "trip/day 2/e.tif",
    "trip/d.labels.png",
]


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """A folder as people have them: pictures, other files, results, hidden files, subfolders."""
    for name in CONTENTS:
        file = tmp_path / "photos" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (tmp_path / "photos" / "folder.jpg").mkdir()
    monkeypatch.chdir(tmp_path)
    return Path("photos")


def paths(*inputs, **options):
    return [str(source.path) for source in find_pictures(inputs, **options)]


def stems(*inputs, **options):
    return [str(source.stem) for source in find_pictures(inputs, **options)]


def test_a_folder_gives_its_pictures_by_name(photos):
    assert paths("photos") == ["photos/a.PNG", "photos/b.jpg", "photos/c.webp"]
    assert stems("photos") == ["a", "b", "c"]


def test_subfolders_only_when_asked_for_and_their_place_is_kept(photos):
    assert paths("photos", recursive=True)[3:] == ["photos/trip/d.jpg", "photos/trip/day 2/e.tif"]
    assert stems("photos", recursive=True)[3:] == ["trip/d", "trip/day 2/e"]


def test_a_file_named_outright_is_taken_whatever_its_name(photos):
    named = ["photos/notes.txt", "photos/.hidden.jpg", "photos/b.labels.png"]
    assert paths(*named) == named


def test_the_order_is_the_callers(photos):
    assert paths("photos/c.webp", "photos/a.PNG") == ["photos/c.webp", "photos/a.PNG"]


def test_each_picture_counts_once(photos):
    assert len(paths("photos", "photos/b.jpg", "photos/../photos/b.jpg", "photos/*.jpg")) == 3


def test_a_link_to_a_picture_has_a_result_of_its_own(photos):
    (photos / "link.jpg").symlink_to("b.jpg")
    assert paths("photos") == ["photos/a.PNG", "photos/b.jpg", "photos/c.webp", "photos/link.jpg"]


def test_what_is_missing_does_not_cost_the_others(photos):
    sources, errors = find_what_there_is(["photos/b.jpg", "nope.jpg", "no*.png", "photos/a.PNG"])
    assert [str(source.path) for source in sources] == ["photos/b.jpg", "photos/a.PNG"]
    assert list(errors) == ["nope.jpg", "no*.png"]


def test_a_pattern_that_the_shell_left_alone(photos):
    assert paths("photos/*.[jw]*") == ["photos/b.jpg", "photos/c.webp"]
    assert paths("photos/?.jpg") == ["photos/b.jpg"]


def test_a_pattern_leaves_out_results_and_other_files(photos):
    assert paths("photos/*") == ["photos/a.PNG", "photos/b.jpg", "photos/c.webp"]


def test_a_pattern_over_subfolders(photos):
    found = ["photos/b.jpg", "photos/trip/d.jpg"]
    assert paths("photos/**/*.jpg") == found


def test_a_file_whose_name_looks_like_a_pattern(photos):
    (photos / "[1].jpg").touch()
    assert paths("photos/[1].jpg") == ["photos/[1].jpg"]


def test_standard_input():
    assert find_pictures(["-"]) == [Source(STDIN, Path("stdin"))]
    assert len(find_pictures(["-", "-"])) == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("photos/nope.jpg", r"^photos/nope.jpg: no such file or folder; check the spelling"),
        ("photos/x*.jpg", r"^photos/x\*.jpg: no picture matches this pattern"),
        ("empty", r"^empty: no pictures in this folder .*--recursive"),
    ],
)
def test_an_input_that_gives_nothing_is_an_error(given, expected, photos):
    Path("empty").mkdir()
    with pytest.raises(PictureError, match=expected):
        find_pictures(["photos", given])


def test_recursive_is_not_suggested_to_who_asked_for_it(photos):
    Path("empty").mkdir()
    with pytest.raises(PictureError) as caught:
        find_pictures(["empty"], recursive=True)
    assert "--recursive" not in str(caught.value)


def test_hidden_folders_are_left_alone(photos):
    (photos / ".thumbnails").mkdir()
    (photos / ".thumbnails" / "small.jpg").touch()
    assert len(paths("photos", recursive=True)) == 5


def test_a_folder_that_may_not_be_read(photos, monkeypatch):
    def refuse(self):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(PictureError, match=r"^photos: .*Permission denied"):
        find_pictures(["photos"])


def test_a_text_too_long_for_a_path(photos):
    with pytest.raises(PictureError, match="no such file"):
        find_pictures(["x" * 5000])


def sources(*names):
    return [Source(Path(name), Path(name).with_suffix("")) for name in names]


@pytest.mark.parametrize("names", [("a.jpg", "a.png"), ("b.jpg", "a.jpg", "A.PNG")])
def test_two_pictures_with_one_result_are_refused(names):
    with pytest.raises(OutputError, match=f"^{names[-1]}: .* of {names[-2]}; add --keep-endings"):
        check_collisions(sources(*names))


def test_pictures_with_results_of_their_own_are_not():
    check_collisions(sources("a.jpg", "b.jpg", "x/a.jpg", "y/a.jpg", "a.b.jpg"))


def test_two_folders_with_pictures_of_the_same_name(photos):
    (photos / "trip" / "b.jpg").touch()
    with pytest.raises(OutputError, match=r"^photos/trip/b.jpg: .* of photos/b.jpg"):
        check_collisions(find_pictures(["photos", "photos/trip"]))


@pytest.mark.parametrize("pair", [("x/a.jpg", "y/a.jpg"), ("A.jpg", "a.jpg")])
def test_keep_endings_is_advised_only_where_it_helps(pair):
    with pytest.raises(OutputError) as caught:
        check_collisions([Source(Path(name), Path("a")) for name in pair])
    assert "--keep-endings" not in str(caught.value)


def test_kept_endings_tell_pictures_apart():
    kept = with_endings(sources("trip/a.jpg", "trip/a.png"))
    assert [str(source.stem) for source in kept] == ["trip/a.jpg", "trip/a.png"]
    check_collisions(kept)
