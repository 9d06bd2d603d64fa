"""``atrous evaluate``: the figures as JSON and as a table, and what is said when data is wrong."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from atrous.labels import VOC_CLASSES

CAT = 8


@pytest.fixture
def pets(tmp_path, cat):
    """One photo whose every pixel is truly a cat: its IoU is then the share called a cat."""
    root = tmp_path / "pets"
    for name in ("images", "labels", "splits"):
        (root / name).mkdir(parents=True)
    shutil.copy(cat, root / "images" / "one.jpg")
    Image.fromarray(np.full((300, 451), CAT, np.uint8)).save(root / "labels" / "one.png")
    (root / "splits" / "val.txt").write_text("one\n")
    classes = "\n".join(f"  - {{id: {i}, name: {n}}}" for i, n in enumerate(VOC_CLASSES))
    (root / "dataset.yaml").write_text(f"name: pets\nclasses:\n{classes}\n")
    return root


def test_json(cli, pets, result):
    ran = cli("evaluate", "--data", "pets", "--json")
    assert (ran.code, ran.stderr) == (0, "")
    (line,) = ran.stdout.splitlines()
    figures = json.loads(line)
    share = result.areas()["cat"]
    assert figures["pixel_accuracy"] == pytest.approx(share)
    expected = dict.fromkeys(VOC_CLASSES) | {"cat": pytest.approx(share), "background": 0}
    assert figures["per_class"] == expected
    assert figures["miou"] == pytest.approx(share / 2)
    assert figures["images"] == 1
    assert (figures["dataset"], figures["split"]) == ("pets", "val")
    assert (figures["model"], figures["output_stride"]) == ("deeplabv3-mobilenetv2-voc", 16)
    assert figures["seconds"] > 0


def test_some_classes_only(cli, pets, result):
    ran = cli("evaluate", "--data", "pets", "--classes", "cat, dog", "--json")
    figures = json.loads(ran.stdout)
    assert figures["per_class"] == {"cat": pytest.approx(result.areas()["cat"]), "dog": None}


def test_boundary(cli, pets):
    labels = np.full((300, 451), CAT, np.uint8)
    labels[150] = 255
    Image.fromarray(labels).save(pets / "labels" / "one.png")
    figures = json.loads(cli("evaluate", "--data", "pets", "--boundary", "--json").stdout)
    assert figures["boundary"]["border"] == "void"
    assert list(figures["boundary"]["miou"]) == ["1", "2", "5", "10", "20", "40"]


def test_the_table(cli, pets, result):
    ran = cli("evaluate", "--data", "pets", "--boundary")
    assert (ran.code, ran.stderr) == (0, "")
    rows = {line.split()[0]: line for line in ran.stdout.splitlines() if line.startswith("  ")}
    share = 100 * result.areas()["cat"]
    assert f"{share:.1f} %" in rows["cat"]
    assert rows["dog"].split() == ["dog", "–"]
    assert f"mean IoU        {share / 2:.2f} %" in ran.stdout
    assert f"pixel accuracy  {share:.2f} %" in ran.stdout
    assert "1 picture" in ran.stdout or "1 picture" in ran.stdout
    assert "label change" in ran.stdout


def test_the_inference_options_are_those_of_segment(cli, pets):
    ran = cli("evaluate", "--data", "pets", "--output-stride", 8, "--threads", 1, "--json")
    assert json.loads(ran.stdout)["output_stride"] == 8


REFUSED = [
    ("--data nope", "nope/dataset.yaml: not found"),
    ("--data pets --split vall", "splits/vall.txt: no such split; did you mean 'val'?"),
    ("--data pets --classes cat,dgo", "unknown class 'dgo'; did you mean 'dog'?"),
    ("--data pets --model nope.onnx", "nope.onnx: no such model file; check the path"),
    ("--data pets --max-pixels 10", "images/one.jpg: 451 × 300 = 135,300 pixels is more than"),
]


@pytest.mark.parametrize(("typed", "expected"), REFUSED)
def test_refused_in_one_line(typed, expected, cli, pets):
    ran = cli("evaluate", *typed.split(), "--json")
    assert (ran.code, ran.stdout) == (1, "")
    assert ran.stderr.startswith("atrous: ")
    assert expected in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("file", "data", "expected"),
    [
        ("images/one.jpg", b"", "images/one.jpg: the file is empty (0 bytes)"),
        ("images/one.jpg", None, "images/one: no picture with this ID"),
        ("labels/one.png", b"text", "labels/one.png: not a readable label picture"),
        ("labels/one.png", None, "labels/one.png: no labels for this ID"),
        ("splits/val.txt", b"", "splits/val.txt: the split is empty"),
        ("dataset.yaml", b"[", "dataset.yaml: not valid YAML"),
    ],
)
def test_a_damaged_data_set(file, data, expected, cli, pets):
    if data is None:
        (pets / file).unlink()
    else:
        (pets / file).write_bytes(data)
    ran = cli("evaluate", "--data", "pets")
    assert (ran.code, ran.stdout) == (1, "")
    assert expected in ran.stderr
    assert ran.stderr.count("\n") == 1
