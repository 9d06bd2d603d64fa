"""The package's surface, and that what the README says is so."""

import doctest
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import atrous
from atrous.inference import segmenter

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_public_names_are_these_and_all_there() -> None:
    assert sorted(atrous.__all__) == [
        "AtrousError",
        "Segmentation",
        "Segmenter",
        "__version__",
        "segment",
    ]
    for name in atrous.__all__:
        assert getattr(atrous, name) is not None
    assert dir(atrous) == atrous.__all__


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'segmnt'"):
        _ = atrous.segmnt


def test_version_is_the_projects() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert atrous.__version__ == project["version"]


def test_base_install_stays_small() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=!~ ]", line)[0] for line in project["dependencies"]}
    assert names == {"numpy", "pillow", "onnxruntime", "click", "pyyaml"}


def test_ci_runs_the_readmes_test_command() -> None:
    commands = re.findall(r"^python3 -m venv .*pytest$", README, flags=re.MULTILINE)
    assert len(commands) == 1
    assert commands[0] in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_readmes_python_runs(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    code = code.replace('"masks"', repr(str(tmp_path / "masks")))
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    assert sorted(path.name for path in (tmp_path / "masks").iterdir()) == [
        "cat.labels.png",
        "cat.overlay.png",
    ]


def test_examples_in_docstrings_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    results = doctest.testmod(segmenter)
    assert results.attempted >= 6
    assert results.failed == 0


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_readmes_links_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
