"""Names and paths of models."""

import shutil
from pathlib import Path

import pytest

from atrous.errors import ModelError
from atrous.zoo import DEFAULT_MODEL, bundled_models, open_model


def test_default_is_bundled() -> None:
    assert DEFAULT_MODEL in bundled_models()


def test_a_path_is_opened(tmp_path: Path) -> None:
    copy = shutil.copy(bundled_models()[DEFAULT_MODEL], tmp_path / "mine.onnx")
    assert open_model(copy).card.name == DEFAULT_MODEL
    assert open_model(str(copy)).path == tmp_path / "mine.onnx"


def test_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(ModelError, match=f"did you mean '{DEFAULT_MODEL}'"):
        open_model("deeplab-mobilenet-voc")


def test_missing_file_says_so() -> None:
    with pytest.raises(ModelError, match=r"models/mine\.onnx: no such model file"):
        open_model("models/mine.onnx")
