"""What the machine says of its processor."""

import platform
from pathlib import Path


def cpu_info(field: str, otherwise: str = "unknown") -> str:
    """A field of Linux's ``/proc/cpuinfo``: ``model name``, ``cpu MHz``."""
    info = Path("/proc/cpuinfo")
    for line in info.read_text().splitlines() if info.exists() else []:
        if line.startswith(field):
            return line.split(":", 1)[1].strip()
    return otherwise


def processor() -> str:
    """The processor's name."""
    return cpu_info("model name", platform.processor())
