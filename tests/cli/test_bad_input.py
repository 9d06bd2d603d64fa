"""Bad input: one clear line, the right exit code, nothing half-written."""

import errno
import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
from PIL import Image

from atrous.zoo import bundled_models


@pytest.fixture
def bad(tmp_path, cat):
    """Everything a person may bring that cannot be used."""
    whole = cat.read_bytes()
    (tmp_path / "cat.jpg").write_bytes(whole)
    (tmp_path / "half.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.jpg").write_text("hello")
    (tmp_path / "zero.jpg").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "same").mkdir()
    shutil.copy(cat, tmp_path / "same" / "a.jpg")
    Image.new("RGB", (4, 4)).save(tmp_path / "same" / "a.png")
    (model,) = list(bundled_models().values())[:1]
    with model.open("rb") as file:
        (tmp_path / "half.onnx").write_bytes(file.read(100_000))
    return tmp_path


def files_below(folder):
    return {str(path) for path in folder.rglob("*")}


# What is typed after `atrous segment`, and what the one line says
REFUSED = [
    ("nope.jpg", "nope.jpg: no such file or folder; check the spelling"),
    ("empty", "empty: no pictures in this folder"),
    ("*.gif", "*.gif: no picture matches this pattern"),
    ("half.jpg", "half.jpg: truncated or damaged"),
    ("text.jpg", "text.jpg: not a picture that Pillow can read; convert it to JPEG or PNG"),
    ("zero.jpg", "zero.jpg: the file is empty (0 bytes); copy or download it again"),
    ("same", "same/a.png: its results would overwrite those of same/a.jpg; add --keep-endings"),
    ("cat.jpg --max-pixels 1000", "cat.jpg: 451 × 300 = 135,300 pixels is more than --max-pixels"),
    ("cat.jpg -o zero.jpg", "zero.jpg: cannot be made an output folder"),
    ("cat.jpg -o zero.jpg/deeper", "zero.jpg/deeper: cannot be made an output folder"),
    ("cat.jpg -o /proc/nope", "/proc/nope: cannot be made an output folder"),
    ("cat.jpg -m deeplabv3-mobilenet-voc", "did you mean 'deeplabv3-mobilenetv2-voc'?"),
    ("cat.jpg -m nope.onnx", "nope.onnx: no such model file; check the path"),
    ("cat.jpg -m half.onnx", "half.onnx: truncated or not an ONNX file"),
    ("cat.jpg -m text.jpg", "text.jpg: truncated or not an ONNX file"),
    ("cat.jpg --engine onnx", "unknown engine 'onnx'; did you mean 'onnxruntime'?"),
    ("cat.jpg --output-stride 32", "no output stride 32; its weights serve 8 and 16"),
]


@pytest.mark.parametrize(("typed", "expected"), REFUSED)
def test_segment_refuses_in_one_line(typed, expected, cli, bad):
    before = files_below(bad)
    ran = cli("segment", *typed.split())
    assert ran.code == 1
    assert ran.stdout == ""
    assert ran.stderr.startswith("atrous: ")
    assert expected in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert not [name for name in files_below(bad) - before if Path(name).is_file()]


@pytest.mark.parametrize("typed", ["cat.jpg -m nope.onnx", "cat.jpg --output-stride 32"])
def test_a_refused_model_leaves_no_empty_output_folder(typed, cli, bad):
    cli("segment", *typed.split())
    assert not (bad / "atrous-out").exists()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("segment", "INPUT"),
        ("segmnt a.jpg", "Did you mean 'segment'?"),
        ("segment a.jpg --outptu x", "No such option"),
        ("segment a.jpg --threads 0", "--threads"),
        ("segment a.jpg --threads two", "--threads"),
        ("segment a.jpg --max-pixels 0", "--max-pixels"),
        ("segment a.jpg --output-stride 0", "--output-stride"),
        ("evaluate", "--data"),
        ("evaluate --split val", "Missing option '--data'"),
        ("models x", "unexpected extra argument"),
    ],
)
def test_wrong_usage_is_told_on_stderr_with_exit_code_2(typed, expected, cli):
    ran = cli(*typed.split())
    assert (ran.code, ran.stdout) == (2, "")
    assert expected in ran.stderr


def test_a_real_process_shows_no_traceback(run_cli, bad):
    ran = run_cli("segment", "half.jpg")
    assert (ran.code, ran.stdout) == (1, "")
    assert ran.stderr.startswith("atrous: half.jpg: truncated")
    assert ran.stderr.count("\n") == 1


def test_debug_shows_the_traceback(run_cli, bad):
    ran = run_cli("segment", "nope.jpg", "--debug")
    assert ran.code == 1
    assert "Traceback" in ran.stderr
    assert "nope.jpg: no such file" in ran.stderr.splitlines()[-1]


def test_debug_shows_the_traceback_of_a_broken_picture_too(run_cli, bad):
    assert "Traceback" in run_cli("segment", "half.jpg", "--debug").stderr


def test_one_pixel_works(cli, tmp_path):
    Image.new("RGB", (1, 1)).save(tmp_path / "one.png")
    assert cli("segment", "one.png").code == 0
    with Image.open(tmp_path / "atrous-out" / "one.labels.png") as image:
        assert image.size == (1, 1)


def fills_up_after(count):
    """Stands for Image.save on a disk with room for so many files."""
    save = Image.Image.save

    def saving(self, target, *args, **options):
        nonlocal count
        if count == 0:
            Path(target).write_bytes(b"half a fi")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        count -= 1
        save(self, target, *args, **options)

    return saving


@pytest.mark.parametrize("room", range(4))
def test_a_full_disk(room, cli, bad, cat, monkeypatch):
    (bad / "pair").mkdir()
    for name in ("a.jpg", "b.jpg"):
        shutil.copy(cat, bad / "pair" / name)
    monkeypatch.setattr(Image.Image, "save", fills_up_after(room))
    ran = cli("segment", "pair")
    assert ran.code == 1
    assert ran.stderr.count("\n") == 1
    assert "No space left on device" in ran.stderr
    left = sorted(path.name for path in (bad / "atrous-out").iterdir())
    assert left == ["a.labels.png", "a.overlay.png", "b.labels.png"][:room]
    for name in left:
        with Image.open(bad / "atrous-out" / name) as image:
            image.load()


def test_a_very_long_name(cli, cat, tmp_path):
    long = "x" * 242
    shutil.copy(cat, tmp_path / f"{long}.jpg")
    ran = cli("segment", f"{long}.jpg", "--no-overlay")
    assert ran.code == 0


@pytest.mark.parametrize("verb", ["doctor", "segment cat.jpg"])
def test_an_instruction_set_that_is_not_there(verb, cli, bad, monkeypatch):
    monkeypatch.setenv("ATROUS_CORE_ISA", "sse9")
    ran = cli(*verb.split())
    assert "sse9" in ran.stdout + ran.stderr


def test_one_input_that_is_missing_does_not_cost_the_others(cli, bad):
    ran = cli("segment", "cat.jpg", "nope.jpg")
    assert ran.code == 3
    assert ran.stderr.splitlines() == [
        "atrous: nope.jpg: no such file or folder; check the spelling",
        "atrous: 1 of 2 pictures failed",
    ]
    assert (bad / "atrous-out" / "cat.labels.png").exists()


@pytest.mark.parametrize("options", [[], ["--skip-existing"]])
def test_one_name_that_is_too_long_does_not_cost_the_others(cli, cat, tmp_path, options):
    (tmp_path / "in").mkdir()
    shutil.copy(cat, tmp_path / "in" / "b.jpg")
    shutil.copy(cat, tmp_path / "in" / ("a" * 250 + ".jpg"))
    ran = cli("segment", "in", *options)
    assert ran.code == 3
    assert ran.stderr.splitlines()[0].endswith("leaves no room for .labels.png; shorten it")
    assert sorted(path.name for path in (tmp_path / "atrous-out").iterdir()) == [
        "b.labels.png",
        "b.overlay.png",
    ]


def test_a_file_where_a_subfolder_of_the_results_would_be(cli, cat, tmp_path):
    (tmp_path / "in" / "sub").mkdir(parents=True)
    shutil.copy(cat, tmp_path / "in" / "sub" / "a.jpg")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "sub").touch()
    ran = cli("segment", "in", "-r", "-o", "out")
    assert ran.code == 1
    assert ran.stderr == (
        "atrous: out/sub: cannot be made an output folder (it is a file); choose another with -o\n"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_behind_stdout(program, program_env):
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [*program, "models"], env=program_env, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert ran.returncode == 1
    assert b"No space left on device" in ran.stderr
    assert b"Traceback" not in ran.stderr


def test_a_pipe_is_a_file_too(cli, cat, tmp_path):
    pipe = tmp_path / "pipe.jpg"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(cat.read_bytes()))
    writer.start()
    ran = cli("segment", "pipe.jpg")
    writer.join()
    assert (ran.code, ran.stderr) == (0, "")


def test_json_is_plain_ascii_so_that_no_terminal_spoils_it(cli, cat, tmp_path):
    shutil.copy(cat, tmp_path / "café.jpg")
    ran = cli("segment", "café.jpg", "--json")
    assert ran.stdout.isascii()
    assert json.loads(ran.stdout)["input"] == "café.jpg"
