"""Ctrl-C in a long job: whole files only, and the same command goes on from there."""

import json
import shutil
import signal
import subprocess

import pytest
from PIL import Image

PICTURES = 40


@pytest.fixture
def stopped(tmp_path, program, program_env, cat):
    """A job over a folder, stopped with Ctrl-C when the first result is reported."""
    (tmp_path / "album").mkdir()
    for number in range(PICTURES):
        shutil.copy(cat, tmp_path / "album" / f"{number:02d}.jpg")
    process = subprocess.Popen(
        [*program, "segment", "album", "--json", "--threads", "1"],
        cwd=tmp_path,
        env=program_env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A test run in the background ignores Ctrl-C, which its children inherit.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest, chatter = process.communicate(timeout=60)
    return process.returncode, first + rest, chatter


def pairs(folder):
    """The stems whose labels and overlay are both there."""
    labels = {path.name.removesuffix(".labels.png") for path in folder.glob("*.labels.png")}
    overlays = {path.name.removesuffix(".overlay.png") for path in folder.glob("*.overlay.png")}
    return labels & overlays


def test_a_stopped_job_leaves_whole_files_and_goes_on(stopped, tmp_path, run_cli):
    code, output, chatter = stopped
    done = len(output.splitlines())
    assert code == 130
    assert 1 <= done < PICTURES
    assert [json.loads(line)["input"] for line in output.splitlines()] == [
        f"album/{number:02d}.jpg" for number in range(done)
    ]
    assert chatter == (
        f"atrous: stopped with {done} of {PICTURES} done; the same command with --skip-existing "
        "goes on from here\n"
    )

    folder = tmp_path / "atrous-out"
    for path in folder.iterdir():
        assert path.name.endswith((".labels.png", ".overlay.png"))
        with Image.open(path) as image:
            image.load()
    finished = pairs(folder)
    assert len(finished) in {done, done + 1}  # one more if it was stopped before its report

    ran = run_cli("segment", "album", "--json", "--skip-existing")
    assert ran.code == 0
    assert len(ran.stdout.splitlines()) == PICTURES - len(finished)
    assert len(pairs(folder)) == PICTURES
    assert len(list(folder.iterdir())) == 2 * PICTURES
