"""The tfjs reader, on small models written by hand in tfjs's own format."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from atrous.conversion.tfjs import read_weights
from atrous.errors import ModelError


def write(folder: Path, specs: list[dict[str, Any]], shards: list[bytes]) -> Path:
    paths = [f"group1-shard{index}" for index in range(len(shards))]
    for path, data in zip(paths, shards, strict=True):
        (folder / path).write_bytes(data)
    model = folder / "model.json"
    model.write_text(json.dumps({"weightsManifest": [{"paths": paths, "weights": specs}]}))
    return model


def test_tensors_lie_over_the_borders_of_shards(tmp_path: Path) -> None:
    first, second = np.arange(6, dtype="<f4").reshape(2, 3), np.array([7, -8], "<i4")
    data = first.tobytes() + second.tobytes()
    specs = [
        {"name": "a", "shape": [2, 3], "dtype": "float32"},
        {"name": "b", "shape": [2], "dtype": "int32"},
    ]
    weights = read_weights(write(tmp_path, specs, [data[:10], data[10:25], data[25:]]))
    np.testing.assert_array_equal(weights["a"], first)
    np.testing.assert_array_equal(weights["b"], second)


def test_scalars_and_quantised_tensors(tmp_path: Path) -> None:
    data = np.float32(1.5).tobytes() + bytes([0, 255])
    specs = [
        {"name": "scalar", "shape": [], "dtype": "float32"},
        {
            "name": "quantised",
            "shape": [2],
            "dtype": "float32",
            "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1.0},
        },
    ]
    weights = read_weights(write(tmp_path, specs, [data]))
    assert weights["scalar"].shape == ()
    assert float(weights["scalar"]) == 1.5
    np.testing.assert_array_equal(weights["quantised"], [-1.0, 126.5])


def test_half_precision_comes_back_as_float32(tmp_path: Path) -> None:
    data = np.array([0.5, -2], "<f2").tobytes()
    spec = {"name": "h", "shape": [2], "dtype": "float32", "quantization": {"dtype": "float16"}}
    weights = read_weights(write(tmp_path, [spec], [data]))
    assert weights["h"].dtype == np.float32
    np.testing.assert_array_equal(weights["h"], [0.5, -2])


def test_short_shards_are_refused(tmp_path: Path) -> None:
    specs = [{"name": "a", "shape": [4], "dtype": "float32"}]
    with pytest.raises(ModelError, match="the manifest wants more for 'a'"):
        read_weights(write(tmp_path, specs, [b"\0" * 15]))


def test_missing_shard_is_refused(tmp_path: Path) -> None:
    model = write(tmp_path, [{"name": "a", "shape": [1], "dtype": "float32"}], [b"\0" * 4])
    (tmp_path / "group1-shard0").unlink()
    with pytest.raises(ModelError, match="group1-shard0: cannot be read"):
        read_weights(model)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"weightsManifest": [{}]}'])
def test_other_json_is_refused(tmp_path: Path, text: str) -> None:
    model = tmp_path / "model.json"
    model.write_text(text)
    with pytest.raises(ModelError, match="not a tfjs model"):
        read_weights(model)
