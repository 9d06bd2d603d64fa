"""What the tests share: a segmenter, a picture, the VOC subset, and the command in two ways."""

import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

import atrous

ROOT = Path(__file__).resolve().parent.parent
VOC = ROOT.parent / "shared" / "data" / "voc2012_subset"


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    stdout: str
    stderr: str


@pytest.fixture(scope="session")
def cat():
    """A photo of a cat, 451 × 300."""
    return ROOT / "examples" / "cat.jpg"


@pytest.fixture(scope="session")
def voc():
    """The VOC subset with its true labels."""
    if not (VOC / "dataset.yaml").is_file():
        pytest.skip(f"the data set is not here: {VOC}")
    return VOC


@pytest.fixture(scope="session")
def segmenter():
    """The default model, opened once."""
    return atrous.Segmenter(threads=1)


@pytest.fixture(scope="session")
def result(segmenter, cat):
    """The cat, segmented, with its probabilities."""
    return segmenter(cat, probabilities=True)


@pytest.fixture(scope="session")
def program():
    """The command as the start of an argument list."""
    return [sys.executable, "-c", "from atrous.cli import main; main()"]


@pytest.fixture(scope="session")
def program_env():
    """The environment in which a new process finds the very package that is tested here."""
    source = str(Path(atrous.__file__).resolve().parent.parent)
    return os.environ | {"PYTHONPATH": source, "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}


@pytest.fixture
def run_cli(tmp_path, program, program_env):
    """Run the command as a process of its own, in ``tmp_path``."""

    def run(*args, stdin=b"", env=None):
        done = subprocess.run(
            [*program, *map(str, args)],
            cwd=tmp_path,
            env=program_env | (env or {}),
            input=stdin,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def cli(tmp_path, monkeypatch, capsys):
    """Run the command's ``main`` in this process, in ``tmp_path``: quicker than a new one."""
    from atrous.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # main would set it for good

    def run(*args, stdin=b""):
        monkeypatch.setattr(sys, "argv", ["atrous", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(stdin)))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out = capsys.readouterr()
        return Ran(ended.value.code or 0, out.out, out.err)

    return run
