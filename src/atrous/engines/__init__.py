"""Inference engines behind one small protocol: images in, logits out.

An engine is opened with :func:`open_engine`; each lives in a file of its own, imported only when
it is asked for.
"""

import os
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from atrous.card import Card
from atrous.errors import ModelError
from atrous.labels import nearest
from atrous.modelfile import ModelFile

ENGINES = ("onnxruntime",)
"""The engines there are; ``auto`` is the first."""


class Engine(Protocol):
    """A network ready to run."""

    name: str
    """What it runs on, for people: engine and device."""

    def run(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Images ``[N, H, W, C]`` in the card's dtype → logits ``[N, classes, h, w]``."""
        ...


def open_engine(
    name: str, model: ModelFile, *, output_stride: int | None = None, threads: int | None = None
) -> Engine:
    """Open a model file with an engine.

    Args:
        name: one of :data:`ENGINES`, or ``auto``.
        model: the model file.
        output_stride: one of the strides on the card; None takes the card's own.
        threads: how many threads it may use; None takes all processors this process may use.

    Raises:
        ModelError: the engine is unknown, the weights do not serve the stride, or the card does
            not fit the graph.
    """
    graph = model.graph(model.card.output_stride if output_stride is None else output_stride)
    threads = threads or available_processors()
    if name in {"auto", "onnxruntime"}:
        try:
            from atrous.engines.onnxruntime import OnnxRuntimeEngine
        except ImportError as error:
            reason = str(error).splitlines()[0]
            raise ModelError(
                f"ONNX Runtime cannot be imported ({reason}); pip install onnxruntime"
            ) from None

        return OnnxRuntimeEngine(graph, model.card, file=str(model.path), threads=threads)
    there = ", ".join(("auto", *ENGINES))
    raise ModelError(f"unknown engine '{name}'{nearest(name, ENGINES)} (there is {there})")


def available_processors() -> int:
    """How many processors this process may use (fewer than the machine's when it is pinned)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_fit(
    card: Card, file: str, image: tuple[str, str, Sequence[Any]], logits: tuple[str, Sequence[Any]]
) -> None:
    """Refuse a graph whose input or output is not what its card says.

    Args:
        card: the card.
        file: the model file's name, for the message.
        image: the graph's input: name, numpy dtype, shape (numbers where fixed).
        logits: the graph's first output: name and shape.

    Raises:
        ModelError: names the first difference.
    """
    name, dtype, shape = image
    output, output_shape = logits
    differences = [
        (name != "image", f"its input is '{name}', not 'image'"),
        (dtype != card.input.dtype, f"it takes {dtype}, the card says {card.input.dtype}"),
        (len(shape) != 4, f"its input has {len(shape)} dimensions, not 4 (N, H, W, C)"),
        (_other(shape, -1, card.input.channels), f"the card says {card.input.channels} channels"),
        (output != "logits", f"its output is '{output}', not 'logits'"),
        (len(output_shape) != 4, f"its output has {len(output_shape)} dimensions, not 4"),
        (_other(output_shape, 1, len(card.classes)), f"the card names {len(card.classes)} classes"),
    ]
    for differs, what in differences:
        if differs:
            raise ModelError(
                f"{file}: its card does not fit its graph ({what}, the graph has input "
                f"{list(shape)}, output {list(output_shape)}); export it again"
            )


def _other(shape: Sequence[Any], axis: int, expected: int) -> bool:
    """Whether a dimension is fixed at another number than expected."""
    return len(shape) == 4 and isinstance(shape[axis], int) and shape[axis] != expected
