"""What this installation can do: versions, engines, the compiled core, what is missing."""

import platform
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from atrous.engines import available_processors
from atrous.errors import AtrousError
from atrous.inference.upsample import core_info
from atrous.zoo import DEFAULT_MODEL

_BASE = ("numpy", "pillow", "onnxruntime", "click", "pyyaml")
_EXTRAS = {"onnx": ("train", "making model files")}
"""Optional package → the extra it comes with, and what it is for."""


@dataclass(frozen=True)
class Finding:
    """One line of the diagnosis: what was looked at, how it is, and what to do if not well."""

    what: str
    state: str
    hint: str = ""
    optional: bool = False


def diagnose() -> list[Finding]:
    """Look at everything that Atrous can use."""
    return [
        Finding("atrous", _installed("atrous") or "from a source tree"),
        Finding("python", f"{platform.python_version()} at {sys.executable}"),
        Finding("platform", f"{platform.system()} {platform.machine()}"),
        Finding("processors", f"{available_processors()} for this process"),
        *(_package(name) for name in _BASE),
        _core(),
        _default_model(),
        *(_extra(package, extra, use) for package, (extra, use) in _EXTRAS.items()),
    ]


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _package(name: str) -> Finding:
    if name == "onnxruntime":
        return _onnxruntime()
    found = _installed(name)
    return Finding(name, found) if found else Finding(name, "missing", f"pip install {name}")


def _onnxruntime() -> Finding:
    """ONNX Runtime goes by several distributions' names, so the module is asked."""
    try:
        import onnxruntime
    except ImportError as error:
        return Finding("onnxruntime", f"missing ({error})", "pip install onnxruntime")
    providers = [
        name.removesuffix("ExecutionProvider")
        for name in onnxruntime.get_available_providers()
        if name != "AzureExecutionProvider"  # a client of a cloud service, in every build
    ]
    return Finding("onnxruntime", f"{onnxruntime.__version__} ({', '.join(providers)})")


def _core() -> Finding:
    """The compiled upsampling kernel."""
    core = core_info()
    if core is None:
        hint = "works, but slower; install a wheel, or a C++ compiler and then reinstall atrous"
        return Finding("compiled core", "missing, numpy stands in", hint)
    return Finding(
        "compiled core", f"{core['isa']} (this processor: {', '.join(core['available'])})"
    )


def _default_model() -> Finding:
    """Whether the bundled model opens in the default engine."""
    from atrous.inference.segmenter import Segmenter

    try:
        segmenter = Segmenter()
    except AtrousError as error:
        return Finding("default model", str(error), "reinstall atrous")
    return Finding("default model", f"{DEFAULT_MODEL} opens in {segmenter.engine}")


def _extra(package: str, extra: str, use: str) -> Finding:
    found = _installed(package)
    if found:
        return Finding(package, found)
    hint = f"pip install 'atrous[{extra}]'"
    return Finding(package, f"not installed, only for {use}", hint, optional=True)
