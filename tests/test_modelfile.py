"""Reading model files: the card, the strides, and every way in which a file can be broken.

The witness is the onnx package: what it reads of our files, and files that it wrote.
"""

from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from atrous.card import FORMAT_VERSION, Card, Fit
from atrous.errors import ModelError
from atrous.modelfile import CARD_KEY, ModelFile
from atrous.zoo import DEFAULT_MODEL, bundled_models


def card(**changes: object) -> Card:
    fields: dict[str, object] = {
        "name": "tiny",
        "architecture": {},
        "classes": ("sky", "ground"),
        "colors": ((0, 0, 255), (0, 255, 0)),
        "fit": Fit(size=9),
        "output_stride": 2,
        "output_strides": {2: {}, 1: {"conv": {"strides": [1, 1], "pads": [3, 3, 3, 3]}}},
        "align_corners": True,
        "licence": "CC0-1.0",
        "source": "made up",
        "training_data": "none",
    }
    return Card(**{**fields, **changes})  # type: ignore[arg-type]


def write(path: Path, props: dict[str, str]) -> Path:
    """A small model, written by the onnx package."""
    weight = helper.make_tensor("w", TensorProto.FLOAT, [2, 3, 3, 3], [0.5] * 54)
    conv = helper.make_node(
        "Conv", ["image", "w"], ["logits"], name="conv", strides=[2, 2], pads=[1, 1, 1, 1]
    )
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, "H", "W"])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 2, "h", "w"])
    model = helper.make_model(helper.make_graph([conv], "tiny", [image], [logits], [weight]))
    helper.set_model_props(model, props)
    onnx.save(model, path)
    return path


def attributes(data: bytes, node: str) -> dict[str, list[int]]:
    """A node's integer attributes as the onnx package reads them."""
    graph = onnx.load_from_string(data).graph
    found = next(n for n in graph.node if n.name == node)
    return {a.name: list(a.ints) for a in found.attribute if a.ints}


def test_card_survives_the_round_trip(tmp_path: Path) -> None:
    written = card(notes="Grüße", numbers=(), image_pooling=(49, 49))
    file = write(tmp_path / "m.onnx", {"other": "x", CARD_KEY: written.to_json()})
    assert ModelFile(file).card == written


def test_bundled_card_is_what_onnx_reads() -> None:
    path = bundled_models()[DEFAULT_MODEL]
    props = {p.key: p.value for p in onnx.load(path).metadata_props}
    assert ModelFile(path).card == Card.from_json(props[CARD_KEY], file="x")


def test_strides_are_set_and_nothing_else(tmp_path: Path) -> None:
    path = write(tmp_path / "m.onnx", {CARD_KEY: card().to_json()})
    file = ModelFile(path)
    assert file.graph(2) == path.read_bytes()
    changed = file.graph(1)
    assert attributes(changed, "conv") == {"strides": [1, 1], "pads": [3, 3, 3, 3]}
    before, after = onnx.load_from_string(path.read_bytes()), onnx.load_from_string(changed)
    for model in (before, after):
        del model.graph.node[0].attribute[:]
    assert before == after


def test_bundled_stride_8_is_the_frozen_graphs_geometry() -> None:
    data = ModelFile(bundled_models()[DEFAULT_MODEL]).graph(8)
    rates = {6: 1} | dict.fromkeys(range(7, 14), 2) | dict.fromkeys(range(14, 17), 4)
    for block, rate in rates.items():
        geometry = attributes(data, f"MobilenetV2/expanded_conv_{block}/depthwise")
        assert geometry["strides"] == [1, 1]
        assert geometry.get("dilations", [1, 1]) == [rate, rate]


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9, 0.9999])
def test_truncated_file_is_refused(tmp_path: Path, keep: float) -> None:
    data = bundled_models()[DEFAULT_MODEL].read_bytes()
    path = tmp_path / "cut.onnx"
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(ModelError, match=r"cut\.onnx: truncated or not an ONNX file"):
        ModelFile(path)


@pytest.mark.parametrize(
    "data", [b"hello world", b"\xff" * 10_000, b"\x00" * 50, b"<html></html>", b"\x3a\x05abc"]
)
def test_other_files_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "odd.onnx"
    path.write_bytes(data)
    with pytest.raises(ModelError, match="truncated or not an ONNX file"):
        ModelFile(path)


def test_file_without_a_card_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "bare.onnx", {"author": "somebody"})
    with pytest.raises(ModelError, match=r"bare\.onnx: has no card .* use a model file"):
        ModelFile(path)


def test_newer_format_is_refused(tmp_path: Path) -> None:
    newer = card(format_version=FORMAT_VERSION + 1).to_json()
    path = write(tmp_path / "new.onnx", {CARD_KEY: newer})
    with pytest.raises(ModelError, match="format version 2, this release reads up to 1; upgrade"):
        ModelFile(path)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"format_version": "x"}', "{'a': 1}"])
def test_damaged_card_is_refused(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "bad.onnx", {CARD_KEY: text})
    with pytest.raises(ModelError, match=r"bad\.onnx: its card (is damaged|cannot be read)"):
        ModelFile(path)


def test_unserved_stride_is_refused(tmp_path: Path) -> None:
    file = ModelFile(write(tmp_path / "m.onnx", {CARD_KEY: card().to_json()}))
    with pytest.raises(ModelError, match="no output stride 4; its weights serve 1 and 2"):
        file.graph(4)


@pytest.mark.parametrize(
    "table",
    [
        {"elsewhere": {"strides": [1, 1]}},
        {"conv": {"dilations": [1, 1]}},
        {"conv": {"strides": [1, 1, 1]}},
        {"conv": {"strides": [300, 1]}},
    ],
)
def test_table_of_strides_that_does_not_fit_is_refused(
    tmp_path: Path, table: dict[str, dict[str, list[int]]]
) -> None:
    strange = card(output_strides={2: {}, 1: table}).to_json()
    file = ModelFile(write(tmp_path / "m.onnx", {CARD_KEY: strange}))
    with pytest.raises(ModelError, match=r"its card does not fit its graph .* export it again"):
        file.graph(1)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        ModelFile(tmp_path / "none.onnx")


@pytest.mark.parametrize(
    "changes",
    [
        {"classes": ("one",)},
        {"output_stride": 4},
        {"classes": (), "colors": ()},
    ],
)
def test_card_refuses_contradictions(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"classes|stride"):
        card(**changes)
