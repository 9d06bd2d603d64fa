"""Segmenting one photo, side by side with what people use today: time and memory.

    python benchmarks/segment.py [--picture examples/coffee.jpg] [--repeats 7]

Makes the peers' environment on its first run (torch, transformers, torchvision). Every process is
pinned to one processor and one thread; the contestants take turns, medians and their ratios are
printed as one Markdown table.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
ENLARGED = (1600, 4000)
"""The picture is also tried enlarged to these sides: a photo of the web's, and of a phone's."""
PEERS = ROOT / "benchmarks" / "peers"
sys.path.insert(0, str(PEERS))
import environment  # noqa: E402
from machine import processor  # noqa: E402


@dataclass(frozen=True)
class Run:
    """What the operating system counted for one process."""

    cpu: float
    wall: float
    megabytes: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", type=Path, default=ROOT / "examples" / "coffee.jpg")
    parser.add_argument("--repeats", type=int, default=7)
    arguments = parser.parse_args()
    python = environment.ensure()
    pin = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {pin})  # children inherit it

    print(
        f"Command: `python benchmarks/segment.py --picture {arguments.picture.name} "
        f"--repeats {arguments.repeats}`; {processor()}, one core, one thread\n"
    )
    print("| what | contestant | CPU s | wall s | peak MB | CPU, × atrous |")
    print("|---|---|---|---|---|---|")
    whole_process(python, arguments.picture, arguments.repeats)
    equal = [
        in_process(python, arguments.picture, longest, arguments.repeats)
        for longest in (None, *ENLARGED)
    ]
    print(f"\nEqual labels in array → labels: {100 * min(equal):.4f} %")


def whole_process(python: Path, picture: Path, repeats: int) -> None:
    """(a) and (c): JPEG file in, mask files out, from start to exit of the process."""
    with tempfile.TemporaryDirectory() as folder:
        mask = str(Path(folder) / "mask.png")
        atrous = [str(python.with_name("atrous")), "segment", str(picture), "-o", folder]
        atrous += ["--output-stride", "16"]
        script = [str(python)]
        contestants = {
            "atrous segment --no-overlay (a mask, as the others)": [*atrous, "--no-overlay"],
            "atrous segment (mask and overlay)": atrous,
            "torchvision v3-MobileNetV3 script": [
                *script,
                str(PEERS / "whole_torchvision.py"),
                str(picture),
                mask,
                str(environment.FOLDER / "torchvision"),
            ],
            "transformers MobileNetV2 script": [
                *script,
                str(PEERS / "whole_transformers.py"),
                str(picture),
                mask,
            ],
        }
        runs: dict[str, list[Run]] = {name: [] for name in contestants}
        for turn in range(repeats + 1):
            for name, command in contestants.items():
                run = measured(command)
                if turn:  # the first turn warms the disk cache
                    runs[name].append(run)
    first = next(iter(runs))
    for name, measured_runs in runs.items():
        pairs = zip(measured_runs, runs[first], strict=True)
        ratio = statistics.median(run.cpu / ours.cpu for run, ours in pairs)
        cpu, wall, peak = (
            statistics.median(getattr(run, key) for run in measured_runs)
            for key in ("cpu", "wall", "megabytes")
        )
        print(f"| whole process | {name} | {cpu:.2f} | {wall:.2f} | {peak:.0f} | {ratio:.1f} |")


def in_process(python: Path, picture: Path, longest: int | None, repeats: int) -> float:
    """(b): picture array → labels, the same weights, resizing and align_corners.

    Prints both rows; returns the share of equal labels.
    """
    command = [str(python), str(PEERS / "in_process.py"), str(picture), str(5 * repeats)]
    if longest:
        command.append(str(longest))
    run = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, env=environment_of_child(), text=True
    )
    report = json.loads(run.stdout.splitlines()[-1])
    height, width, _ = report["shape"]
    seconds: dict[str, list[float]] = report["seconds"]
    for name, times in seconds.items():
        ratio = statistics.median(
            t / ours for t, ours in zip(times, seconds["atrous"], strict=True)
        )
        middle = statistics.median(times)
        what = f"array {width} × {height} → labels"
        print(f"| {what} | {name} | {middle:.3f} | {middle:.3f} | | {ratio:.1f} |", flush=True)
    return report["equal"]


def measured(command: Sequence[str]) -> Run:
    """Run a process to its end and read what it used."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment_of_child()
    )
    assert process.stderr is not None
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{error.decode()}")
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def environment_of_child() -> dict[str, str]:
    """One thread for everybody, and no look at model hubs."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return {**os.environ, **one, "HF_HUB_OFFLINE": "1"}


if __name__ == "__main__":
    main()
