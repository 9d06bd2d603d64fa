"""Which trained models there are, and how a name or a path becomes a model file.

Bundled models lie in ``bundled/`` beside this file, one ``.onnx`` each, and are named as the file.
"""

from pathlib import Path

from atrous.errors import ModelError
from atrous.labels import nearest
from atrous.modelfile import ModelFile

DEFAULT_MODEL = "deeplabv3-mobilenetv2-voc"

_BUNDLED = Path(__file__).parent / "bundled"


def bundled_models() -> dict[str, Path]:
    """The models that come with the package, by name."""
    return {path.stem: path for path in sorted(_BUNDLED.glob("*.onnx"))}


def open_model(name: str | Path) -> ModelFile:
    """The model file behind a bundled model's name or a path.

    Raises:
        ModelError: there is no such model (the nearest name is suggested), or its file is damaged.
    """
    bundled = bundled_models()
    if str(name) in bundled:
        return ModelFile(bundled[str(name)])
    path = Path(name)
    if path.is_file():
        return ModelFile(path)
    if path.suffix == ".onnx" or len(path.parts) > 1:
        raise ModelError(f"{path}: no such model file; check the path")
    raise ModelError(
        f"unknown model '{name}'{nearest(str(name), list(bundled))} "
        "('atrous models' lists all; a path to a model file works too)"
    )
