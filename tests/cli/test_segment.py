"""``atrous segment``: what is written, what is printed, and where."""

import json
import os
import shutil

import numpy as np
import pytest
from PIL import Image

LABELS, OVERLAY = "{}.labels.png", "{}.overlay.png"


@pytest.fixture
def album(tmp_path, cat):
    """A folder with two good pictures and one in a subfolder."""
    folder = tmp_path / "album"
    (folder / "trip").mkdir(parents=True)
    shutil.copy(cat, folder / "cat.jpg")
    shutil.copy(cat, folder / "trip" / "cat.jpg")
    Image.new("RGB", (30, 20), "grey").save(folder / "wall.png")
    return folder


def written(folder):
    """Every file below a folder, hidden ones too."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def both(*stems):
    return sorted(ending.format(stem) for stem in stems for ending in (LABELS, OVERLAY))


def objects(ran):
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_a_photo(cli, cat, tmp_path, result):
    ran = cli("segment", cat)
    assert (ran.code, ran.stderr) == (0, "")
    assert written(tmp_path) == [f"atrous-out/{name}" for name in both("cat")]
    with Image.open(tmp_path / "atrous-out" / "cat.labels.png") as image:
        assert (image.mode, image.size) == ("P", (451, 300))
        np.testing.assert_array_equal(np.asarray(image), result.labels)
    with Image.open(tmp_path / "atrous-out" / "cat.overlay.png") as image:
        assert image.width == 451


def test_a_person_reads_what_was_found_where_the_files_are_and_how_long_it_took(cli, cat):
    lines = cli("segment", cat).stdout.splitlines()
    assert "cat.jpg" in lines[0]
    assert "451 × 300" in lines[0]
    assert lines[1].split()[0] == "cat"
    assert lines[2].split()[0] == "background"
    assert "atrous-out/cat.labels.png" in lines[3]
    assert "atrous-out/cat.overlay.png" in lines[4]
    assert " s" in lines[5]


def test_the_table_shows_each_classs_share(cli, cat, tmp_path):
    table = cli("segment", cat).stdout
    labels = np.asarray(Image.open(tmp_path / "atrous-out" / "cat.labels.png"))
    for label, name in [(8, "cat"), (0, "background")]:
        assert f"{100 * (labels == label).mean():.1f} %" in next(
            line for line in table.splitlines() if line.split()[:1] == [name]
        )


def test_json_is_one_object_a_line_and_nothing_else(cli, album, tmp_path):
    ran = cli("segment", album, "--json", "-o", tmp_path / "out")
    assert (ran.code, ran.stderr) == (0, "")
    first, second = objects(ran)
    assert first["input"] == str(album / "cat.jpg")
    assert (first["width"], first["height"]) == (451, 300)
    assert first["files"] == [str(tmp_path / "out" / name) for name in both("cat")]
    assert (first["model"], first["output_stride"]) == ("deeplabv3-mobilenetv2-voc", 16)
    assert first["seconds"] > 0
    labels = np.asarray(Image.open(first["files"][0]))
    assert first["classes"]["cat"] == pytest.approx((labels == 8).mean())
    assert sum(first["classes"].values()) == pytest.approx(1)
    assert second["input"] == str(album / "wall.png")


def test_a_folder_an_own_output_folder_and_no_overlay(cli, album, tmp_path):
    ran = cli("segment", album, "-o", "out/deep", "--no-overlay")
    assert ran.code == 0
    assert "2 pictures" in ran.stdout
    assert written(tmp_path / "out") == ["deep/cat.labels.png", "deep/wall.labels.png"]


def test_recursive_keeps_the_place_of_each_picture(cli, album, tmp_path):
    assert cli("segment", "album", "-r").code == 0
    assert written(tmp_path / "atrous-out") == both("cat", "trip/cat", "wall")


def test_a_pattern(cli, album, tmp_path):
    assert cli("segment", "album/*.png").code == 0
    assert written(tmp_path / "atrous-out") == both("wall")


def test_results_beside_the_pictures_are_not_taken_for_pictures(cli, album):
    assert cli("segment", "album", "-o", "album").code == 0
    assert len(objects(cli("segment", "album", "-o", "album", "--json"))) == 2


def test_standard_input(cli, cat, tmp_path):
    ran = cli("segment", "-", "--json", stdin=cat.read_bytes())
    assert ran.code == 0
    assert objects(ran)[0]["width"] == 451
    assert written(tmp_path / "atrous-out") == both("stdin")


def test_standard_input_of_a_real_process(run_cli, cat, tmp_path):
    assert run_cli("segment", "-", stdin=cat.read_bytes()).code == 0
    assert written(tmp_path / "atrous-out") == both("stdin")


def test_keep_endings(cli, album, tmp_path):
    shutil.copy(album / "wall.png", album / "cat.png")
    assert cli("segment", "album", "--keep-endings").code == 0
    assert written(tmp_path / "atrous-out") == both("cat.jpg", "cat.png", "wall.png")


def test_skip_existing_does_only_what_is_not_done(cli, album, tmp_path):
    cli("segment", "album")
    (tmp_path / "atrous-out" / "wall.overlay.png").unlink()
    ran = cli("segment", "album", "--skip-existing", "--json")
    assert [entry["input"] for entry in objects(ran)] == ["album/wall.png"]
    assert written(tmp_path / "atrous-out") == both("cat", "wall")


def test_skip_existing_with_all_done(cli, album):
    cli("segment", "album")
    ran = cli("segment", "album", "--skip-existing")
    assert ran.code == 0
    assert "skipped: 2 " in ran.stdout


def test_output_stride_engine_and_threads(cli, cat):
    options = ["--output-stride", 8, "--engine", "onnxruntime", "--threads", 1]
    assert "output stride 8" in cli("segment", cat, *options).stdout
    assert "threads: 1" in cli("segment", cat, *options).stdout
    assert objects(cli("segment", cat, *options, "--json"))[0]["output_stride"] == 8


def test_some_that_fail_do_not_stop_the_others(cli, album, tmp_path):
    (album / "broken.jpg").write_bytes(b"text")
    ran = cli("segment", "album")
    assert ran.code == 3
    assert ran.stderr.splitlines() == [
        "atrous: album/broken.jpg: not a picture that Pillow can read; convert it to JPEG or PNG",
        "atrous: 1 of 3 pictures failed",
    ]
    assert written(tmp_path / "atrous-out") == both("cat", "wall")


def test_some_that_fail_in_json(cli, album):
    (album / "broken.jpg").write_bytes(b"text")
    ran = cli("segment", "album", "--json")
    assert ran.code == 3
    by_input = {entry["input"]: entry for entry in objects(ran)}
    assert set(by_input["album/broken.jpg"]) == {"input", "error"}
    assert "not a picture" in by_input["album/broken.jpg"]["error"]
    assert by_input["album/cat.jpg"]["width"] == 451


def test_all_that_fail(cli, tmp_path):
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"text")
    ran = cli("segment", "a.jpg", "b.jpg")
    assert (ran.code, ran.stdout) == (1, "")
    assert len(ran.stderr.splitlines()) == 3
    assert ran.stderr.endswith("2 of 2 pictures failed\n")


def test_a_name_that_is_no_text(run_cli, album, cat):
    """File names are bytes; not all of them can be printed."""
    shutil.copy(cat, os.fsencode(album) + b"/\xff\xfe.jpg")
    ran = run_cli("segment", "album", "--no-overlay", "--json")
    assert (ran.code, ran.stderr) == (0, "")
    assert len(objects(ran)) == 3


def test_a_terminal_that_cannot_show_every_letter(run_cli, cat):
    ran = run_cli("segment", cat, "--no-overlay", env={"PYTHONIOENCODING": "iso8859-5"})
    assert (ran.code, ran.stderr) == (0, "")
    assert "451 ? 300" in ran.stdout


def test_an_output_folder_whose_name_ends_in_png(cli, cat, tmp_path):
    assert cli("segment", cat, "-o", "result.png").code == 0
    assert written(tmp_path / "result.png") == both("cat")
