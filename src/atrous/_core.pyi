"""The compiled core, built from ``src/native``; an install without a compiler lacks it."""

import numpy as np
from numpy.typing import NDArray

def supported_isas() -> list[str]:
    """The instruction sets this build and this processor share, the widest last."""

def upsample(
    logits: NDArray[np.float32],
    row_start: float,
    row_step: float,
    column_start: float,
    column_step: float,
    labels: NDArray[np.uint8] | NDArray[np.uint16],
    confidence: NDArray[np.float32] | None,
    threads: int,
    isa: str,
) -> None:
    """Write the winning class of every pixel, and its probability where asked, in place.

    Args:
        logits: C-contiguous ``[C, h, w]``.
        row_start: The cell coordinate of output row 0.
        row_step: Cells from one output row to the next, not negative.
        column_start: The cell coordinate of output column 0.
        column_step: Cells from one output column to the next, not negative.
        labels: C-contiguous ``[H, W]`` to fill; uint8 holds up to 256 classes.
        confidence: C-contiguous ``[H, W]`` to fill, or None.
        threads: At most so many threads share the rows.
        isa: One of ``supported_isas()``.

    Raises:
        ValueError: Sizes or numbers the kernel cannot take; the message says which.
    """
