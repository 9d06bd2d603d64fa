"""Atrous: the DeepLab family for semantic segmentation.

``segment(picture)`` for one picture, ``Segmenter(...)`` for many. The public names are imported
when they are first used, so that ``import atrous`` costs nothing and never imports torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atrous.errors import AtrousError
    from atrous.inference.segmentation import Segmentation
    from atrous.inference.segmenter import Segmenter, segment

__version__ = "0.1.0"

__all__ = ["AtrousError", "Segmentation", "Segmenter", "__version__", "segment"]

_HOMES = {
    "AtrousError": "atrous.errors",
    "Segmentation": "atrous.inference.segmentation",
    "Segmenter": "atrous.inference.segmenter",
    "segment": "atrous.inference.segmenter",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'atrous' has no attribute '{name}'")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
