"""Upsampling fused with argmax, against torch's two steps, on one core.

    taskset -c 0 env PYTHONPATH=src python benchmarks/upsample.py

Prints a Markdown table. Each figure is the median of runs that alternate between the contenders in
this one process, so that whatever else the machine does falls on all of them alike.

The limit is what the scan alone would take if nothing but its arithmetic cost time: four vector
operations (multiply-add, compare, maximum, select) per pixel and class, at ``--lanes`` floats a
cycle. 32 is right for Zen 4 (four 256-bit or two 512-bit operations a cycle). Where neighbouring
cells have one winner the core skips the scan, so smooth logits may come in below the limit. The
bytes do not matter: the mask is a byte a pixel, written once.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import torch
from machine import cpu_info, processor
from torch.nn.functional import interpolate

from atrous.inference.upsample import core_info, upsample_labels

SIZE = (513, 513)
CLASSES = 21
OPERATIONS = 4  # per pixel and class


def random_logits(cells: int) -> np.ndarray:
    """The worst case: hardly two neighbouring cells agree."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((CLASSES, cells, cells)).astype(np.float32)


def smooth_logits(cells: int) -> np.ndarray:
    """Random fields blurred by a sixteenth of the image, 5 in spread: a network's blobs."""
    frequencies = np.fft.fftfreq(cells)
    squared = frequencies[:, None] ** 2 + frequencies[None] ** 2
    blur = np.exp(-2 * (np.pi * cells / 16) ** 2 * squared)
    fields = np.fft.ifft2(np.fft.fft2(random_logits(cells)) * blur).real
    return (5 * fields / fields.std()).astype(np.float32)


def medians(contenders: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Milliseconds, the contenders taking turns."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, run in contenders.items():
            start = time.perf_counter()
            run()
            if turn > 0:  # the first is warm-up
                times[name].append(1e3 * (time.perf_counter() - start))
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--ghz", type=float, default=float(cpu_info("cpu MHz", "nan")) / 1000)
    parser.add_argument("--lanes", type=int, default=32, help="floats the CPU handles in a cycle")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    info = core_info()
    print(f"`{' '.join(['python', *sys.argv])}`, {processor()} at {arguments.ghz} GHz,")
    print(f"one thread, core: {info['isa'] if info else 'missing'}, torch {torch.__version__},")
    print(f"numpy {np.__version__}, medians of {arguments.rounds} alternating runs\n")
    print("| logits | align_corners | input | ours ms | numpy ms | torch ms | ratio | limit ms |")
    print("|---|---|---|---:|---:|---:|---:|---:|")
    operations = OPERATIONS * CLASSES * SIZE[0] * SIZE[1]
    limit = operations / arguments.lanes / arguments.ghz / 1e6
    for cells in (33, 129):
        for kind, make in (("random", random_logits), ("smooth", smooth_logits)):
            for align_corners in (True, False):
                compare(make(cells), kind, align_corners, arguments.rounds, limit)


def compare(logits: np.ndarray, kind: str, align_corners: bool, rounds: int, limit: float) -> None:
    """Print one row of the table."""
    batch = torch.from_numpy(logits)[None]

    def with_torch() -> torch.Tensor:
        return interpolate(batch, SIZE, mode="bilinear", align_corners=align_corners).argmax(1)

    def ours() -> np.ndarray:
        return upsample_labels(logits, SIZE, align_corners=align_corners)

    def with_numpy() -> np.ndarray:
        return upsample_labels(logits, SIZE, align_corners=align_corners, backend="numpy")

    differing = np.mean(ours() != with_torch()[0].numpy())
    if differing > 1e-4:
        raise SystemExit(f"{differing:.2%} of the labels differ from torch's")
    ms = medians({"ours": ours, "numpy": with_numpy, "torch": with_torch}, rounds)
    shape = "x".join(map(str, logits.shape))
    print(
        f"| {shape} | {align_corners} | {kind} | {ms['ours']:.3f} | {ms['numpy']:.1f} "
        f"| {ms['torch']:.1f} | {ms['torch'] / ms['ours']:.0f}x | {limit:.3f} |"
    )


if __name__ == "__main__":
    main()
