"""``models``, ``doctor``, ``--help`` and ``--version``, and what it costs to ask for them."""

import json
import subprocess
import sys

import pytest

import atrous
from atrous.cli.segment import segment
from atrous.media.pictures import MAX_PIXELS
from atrous.zoo import DEFAULT_MODEL, bundled_models

VERBS = ["segment", "evaluate", "models", "doctor"]


def test_models(cli):
    ran = cli("models")
    assert (ran.code, ran.stderr) == (0, "")
    first = ran.stdout.splitlines()[0]
    assert DEFAULT_MODEL in first
    assert "default" in first
    for word in ("Apache-2.0", "MB", "8 and 16", "mIoU", "cat"):
        assert word in ran.stdout


def test_models_as_json(cli):
    ran = cli("models", "--json")
    entries = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [entry["name"] for entry in entries] == list(bundled_models())
    default = next(entry for entry in entries if entry["name"] == DEFAULT_MODEL)
    assert len(default["classes"]) == len(default["colors"]) == 21
    assert default["output_strides"] == [8, 16]
    assert default["bytes"] == bundled_models()[DEFAULT_MODEL].stat().st_size
    assert default["licence"] == "Apache-2.0"
    assert all({"metric", "value", "data", "command"} <= set(n) for n in default["numbers"])


def test_doctor(cli):
    ran = cli("doctor")
    assert (ran.code, ran.stderr) == (0, "")
    found = {line[2:].split("  ")[0].strip() for line in ran.stdout.splitlines()}
    assert found >= {"atrous", "python", "numpy", "onnxruntime", "compiled core", "default model"}


def test_doctor_as_json(cli):
    (line,) = cli("doctor", "--json").stdout.splitlines()
    findings = json.loads(line)
    assert all(set(finding) == {"state", "hint"} for finding in findings.values())
    assert findings["python"]["state"].startswith(sys.version.split()[0])
    assert "opens in onnxruntime" in findings["default model"]["state"]


def test_version(cli):
    ran = cli("--version")
    assert (ran.code, ran.stdout) == (0, f"atrous {atrous.__version__}\n")


@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_help_lists_the_verbs(asked, cli):
    ran = cli(asked)
    assert (ran.code, ran.stderr) == (0, "")
    for verb in VERBS:
        assert f"\n  {verb} " in ran.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_explains_itself(verb, cli):
    ran = cli(verb, "--help")
    assert ran.code == 0
    assert f" {verb} [OPTIONS]" in ran.stdout.splitlines()[0]
    assert "--json" in ran.stdout
    assert "--debug" in ran.stdout


def test_the_verbs_summaries_are_whole(cli):
    summaries = cli("--help").stdout.split("Commands:")[1].strip().splitlines()[:4]
    assert [line.split()[0] for line in summaries] == sorted(VERBS)
    assert all(line.endswith(".") and not line.endswith("..") for line in summaries)


def test_without_a_verb_the_help_is_shown(cli):
    ran = cli()
    assert (ran.code, ran.stdout) == (2, "")
    assert "segment" in ran.stderr


@pytest.mark.parametrize("asked", ["--help", "segment --help", "--version", "nonsense"])
def test_asking_for_help_loads_nothing_heavy(asked, program_env):
    code = """
import sys
from atrous.cli import main
try:
    main()
finally:
    print({"numpy", "onnxruntime", "torch", "PIL", "yaml"} & set(sys.modules), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, *asked.split()],
        env=program_env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr.splitlines()[-1] == "set()"


def test_a_reader_that_has_gone_gets_no_traceback(program, program_env):
    process = subprocess.Popen(
        [*program, "models"], env=program_env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    with process.stderr as stderr:
        assert stderr.read() == b""
    assert process.wait(timeout=60) == 1


def test_defaults_shown_are_the_librarys():
    defaults = {parameter.name: parameter.default for parameter in segment.params}
    assert defaults["max_pixels"] == MAX_PIXELS
    assert defaults["model"] == DEFAULT_MODEL


def test_doctor_without_an_engine_still_reports(cli, monkeypatch):
    monkeypatch.delitem(sys.modules, "atrous.engines.onnxruntime", raising=False)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    ran = cli("doctor")
    assert ran.code == 0
    assert "pip install onnxruntime" in ran.stdout
