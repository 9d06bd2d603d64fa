"""How many operations the bundled network takes, and the least time they need.

    python benchmarks/operations.py [--gflops 117]

Counts multiply-accumulates of all convolutions at three input sizes, and divides by the peak of one
core: by default that of Zen 4 at 3.65 GHz, 32 floating-point operations a cycle.
"""

import argparse

from atrous.conversion.mobilenetv2 import BLOCKS, strides_and_rates


def multiply_accumulates(height: int, width: int, output_stride: int) -> int:
    """Of one picture, through the graph as the converter writes it."""
    height, width = -(-height // 2), -(-width // 2)
    total, channels = 27 * 32 * height * width, 32
    plan = zip(BLOCKS, strides_and_rates(output_stride), strict=True)
    for index, ((expansion, _, out), (stride, _)) in enumerate(plan):
        hidden = channels * expansion
        if expansion > 1:
            total += channels * hidden * height * width
        height, width = -(-height // stride), -(-width // stride)
        total += 9 * hidden * height * width
        if index < len(BLOCKS) - 1:  # the last projection is multiplied into the head
            total += hidden * out * height * width
        channels = out
    return total + (960 * 256 + 256 * 256 + 256 * 21) * height * width


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gflops", type=float, default=117)
    peak = parser.parse_args().gflops
    print("| input | output stride | GMAC | ms at the peak |")
    print("|---|---|---|---|")
    for height, width, stride in ((353, 513, 16), (513, 513, 16), (513, 513, 8)):
        count = multiply_accumulates(height, width, stride) / 1e9
        print(f"| {width} × {height} | {stride} | {count:.2f} | {2000 * count / peak:.1f} |")


if __name__ == "__main__":
    main()
