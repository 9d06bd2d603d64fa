"""ONNX Runtime, the default engine: small, fast to start, on every platform."""

from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from atrous.card import Card
from atrous.engines import check_fit
from atrous.errors import ModelError

_PROVIDERS = {"CUDAExecutionProvider": "CUDA", "CPUExecutionProvider": "CPU"}
"""What we run on, the best first. CUDA is there only where ``onnxruntime-gpu`` is installed."""

_DTYPES = {"tensor(uint8)": "uint8", "tensor(uint16)": "uint16", "tensor(float)": "float32"}


class OnnxRuntimeEngine:
    """A graph in an ONNX Runtime session.

    Args:
        graph: the ONNX file's bytes.
        card: what the graph is said to be; checked against it.
        file: the model file's name, for messages.
        threads: how many threads may work on one picture.
    """

    def __init__(self, graph: bytes, card: Card, *, file: str, threads: int) -> None:
        ort.set_default_logger_severity(3)  # errors only: warnings about devices help nobody here
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Idle threads of a pool would otherwise burn a core while the next picture is decoded.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        providers = [name for name in _PROVIDERS if name in ort.get_available_providers()]
        try:
            self._session = ort.InferenceSession(graph, options, providers=providers)
        except Exception as error:  # ORT's exceptions share no public base class
            reason = str(error).splitlines()[0]
            raise ModelError(f"{file}: ONNX Runtime cannot load it ({reason})") from None
        image, logits = self._session.get_inputs()[0], self._session.get_outputs()[0]
        dtype = _DTYPES.get(image.type, image.type)
        check_fit(card, file, (image.name, dtype, image.shape), (logits.name, logits.shape))
        device = _PROVIDERS.get(self._session.get_providers()[0], "CPU")
        self.name = f"onnxruntime {ort.__version__} on {device}"

    def run(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Images ``[N, H, W, C]`` → logits ``[N, classes, h, w]``."""
        return self._session.run(["logits"], {"image": images})[0]
