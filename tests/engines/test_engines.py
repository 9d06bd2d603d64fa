"""Opening engines: what does not fit its card is refused before any picture is read."""

import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from atrous.card import Card, Fit, Input
from atrous.engines import open_engine
from atrous.errors import ModelError
from atrous.modelfile import CARD_KEY, ModelFile


def model_file(
    path: Path,
    *,
    classes: int = 2,
    image: str = "image",
    logits: str = "logits",
    dtype: int = TensorProto.UINT8,
    channels: int = 3,
    card_input: Input | None = None,
) -> ModelFile:
    """A network that gives each class the picture's first channel times the class's number."""
    weight = helper.make_tensor(
        "w", TensorProto.FLOAT, [2, channels, 1, 1], [0.0, *[1.0] * (2 * channels - 1)]
    )
    nodes = [
        helper.make_node("Cast", [image], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["f"], ["t"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["t", "w"], [logits]),
    ]
    given = helper.make_tensor_value_info(image, dtype, ["N", "H", "W", channels])
    made = helper.make_tensor_value_info(logits, TensorProto.FLOAT, ["N", 2, "h", "w"])
    graph = helper.make_graph(nodes, "tiny", [given], [made], [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    card = Card(
        name="tiny",
        architecture={},
        classes=tuple("abcdef"[:classes]),
        colors=((0, 0, 0),) * classes,
        fit=Fit(size=9),
        output_stride=1,
        output_strides={1: {}},
        align_corners=True,
        licence="",
        source="",
        training_data="",
        input=card_input or Input(),
    )
    helper.set_model_props(model, {CARD_KEY: card.to_json()})
    onnx.save(model, path)
    return ModelFile(path)


def test_runs_what_fits(tmp_path: Path) -> None:
    engine = open_engine("auto", model_file(tmp_path / "m.onnx"), threads=1)
    image = np.arange(24, dtype=np.uint8).reshape(1, 2, 4, 3)
    logits = engine.run(image)
    np.testing.assert_array_equal(logits[0, 1], image[0].sum(axis=2))
    assert engine.name.startswith("onnxruntime")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"classes": 3}, "the card names 3 classes"),
        ({"image": "x"}, "its input is 'x', not 'image'"),
        ({"logits": "y"}, "its output is 'y', not 'logits'"),
        ({"dtype": TensorProto.FLOAT}, "it takes float32, the card says uint8"),
        ({"channels": 4}, "the card says 3 channels"),
        ({"card_input": Input(channels=1, bands=("grey",))}, "the card says 1 channels"),
    ],
)
def test_card_that_does_not_fit_is_refused(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    file = model_file(tmp_path / "odd.onnx", **changes)  # type: ignore[arg-type]
    with pytest.raises(
        ModelError, match=rf"odd\.onnx: its card does not fit its graph .*{message}"
    ):
        open_engine("onnxruntime", file)


def test_graph_the_engine_cannot_load_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    model_file(path)
    model = onnx.load(path)
    model.graph.node[0].op_type = "NoSuchOperator"
    onnx.save(model, path)
    with pytest.raises(ModelError, match="ONNX Runtime cannot load it"):
        open_engine("onnxruntime", ModelFile(path))


def test_unknown_engine_suggests_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="unknown engine 'onnx'; did you mean 'onnxruntime'"):
        open_engine("onnx", model_file(tmp_path / "m.onnx"))


def test_engine_that_cannot_be_imported_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "atrous.engines.onnxruntime", raising=False)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelError, match=r"cannot be imported \(.*\); pip install onnxruntime"):
        open_engine("auto", model_file(tmp_path / "m.onnx"))
