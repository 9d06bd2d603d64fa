"""400 million pixels from start to exit in bounded memory: what has to be held, and no more."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read there"),
]

SIDE = 20_000
PIXELS = SIDE * SIDE

# The program, which at its end tells the most memory it ever held.
PROGRAM = """
import atexit, sys
def tell():
    print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")), end="")
atexit.register(tell)
from atrous.cli import main
main()
"""


@pytest.mark.parametrize(
    ("mode", "name", "bytes_a_pixel"),
    [
        # JPEG is decoded at a quarter of its size: the labels' byte is what remains.
        ("RGB", "large.jpg", 1),
        # A palette picture takes a byte, its labels another.
        ("P", "large.png", 2),
    ],
)
def test_a_large_picture(mode, name, bytes_a_pixel, tmp_path, program_env):
    Image.new(mode, (SIDE, SIDE), 60).save(tmp_path / name)
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, "segment", name, "--threads", "1"],
        cwd=tmp_path,
        env=program_env,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    *printed, peak = ran.stdout.splitlines()
    assert f"{SIDE} × {SIDE}" in printed[0]
    slack = 700_000_000  # the program, the engine, the working copies and the overlay
    assert int(peak.split()[1]) * 1024 < bytes_a_pixel * PIXELS + slack
    header = (tmp_path / "atrous-out" / "large.labels.png").read_bytes()[16:24]
    assert header == SIDE.to_bytes(4, "big") * 2
