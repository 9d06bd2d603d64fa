"""Reader for TensorFlow.js models: the weights of a graph model or a layers model, as numpy.

Such a model is a ``model.json`` with a weights manifest beside shards of raw little-endian numbers;
the tensors of a group lie one after the other, over the shards' borders.
Source: the TensorFlow.js converter's format (``weightsManifest``).
"""

import json
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from atrous.errors import ModelError

_DTYPES = {
    "float32": "<f4",
    "int32": "<i4",
    "uint8": "|u1",
    "uint16": "<u2",
    "float16": "<f2",
    "bool": "|b1",
}


def read_weights(model_json: Path) -> dict[str, NDArray[Any]]:
    """All tensors of a tfjs model by name; quantised ones come back as float32.

    Args:
        model_json: the model's ``model.json``; its shards lie beside it.

    Raises:
        ModelError: a file is missing, not a tfjs model, or shorter than its manifest says.
    """
    try:
        manifest = json.loads(model_json.read_text())["weightsManifest"]
        weights: dict[str, NDArray[Any]] = {}
        for group in manifest:
            shards = [(model_json.parent / path).read_bytes() for path in group["paths"]]
            weights.update(_split(b"".join(shards), group["weights"], model_json))
    except OSError as error:
        raise ModelError(f"{error.filename}: cannot be read ({error.strerror})") from None
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{model_json}: not a tfjs model ({error})") from None
    return weights


def _split(data: bytes, entries: list[dict[str, Any]], model_json: Path) -> dict[str, NDArray[Any]]:
    """Cut the bytes of a group into its tensors."""
    tensors: dict[str, NDArray[Any]] = {}
    at = 0
    for entry in entries:
        quantised = cast("dict[str, Any] | None", entry.get("quantization"))
        dtype = np.dtype(_DTYPES[quantised["dtype"] if quantised else entry["dtype"]])
        shape = tuple(int(side) for side in entry["shape"])
        end = at + int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        if end > len(data):
            raise ModelError(
                f"{model_json}: its shards hold {len(data):,} bytes, the manifest wants more for "
                f"'{entry['name']}'; fetch the package again"
            )
        tensor = np.frombuffer(data[at:end], dtype).reshape(shape)
        if quantised:
            tensor = tensor.astype(np.float32)
            if "scale" in quantised:
                tensor = tensor * np.float32(quantised["scale"]) + np.float32(quantised["min"])
        tensors[entry["name"]] = tensor
        at = end
    return tensors
