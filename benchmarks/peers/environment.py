"""The peers' environment: made once beside the repository's own, from the requirements here."""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".venv-peers"
TORCHVISION = "torchvision==0.28.0"


def ensure() -> Path:
    """Make the environment if it is not there; give the path of its Python."""
    python = FOLDER / "bin" / "python"
    requirements = Path(__file__).with_name("requirements.txt")
    wanted = requirements.read_text() + (ROOT / "constraints.txt").read_text() + TORCHVISION
    pip = [str(python), "-m", "pip", "install", "--quiet"]
    constrained = [*pip, "-c", str(ROOT / "constraints.txt")]
    stamp = FOLDER / "complete"
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"making {FOLDER} (torch, transformers, torchvision, atrous)", file=sys.stderr)
        venv.create(FOLDER, with_pip=True, clear=True)
        run([*constrained, "-r", str(requirements)])
        run([*pip, "--no-deps", "--target", str(FOLDER / "torchvision"), TORCHVISION])
        stamp.write_text(wanted)
    # Our own code is installed anew each time: it is what is being measured.
    run([*constrained, str(ROOT)])
    return python


def run(command: list[str]) -> None:
    """Run a command; its output goes to stderr, so that stdout holds the table alone."""
    subprocess.run(command, check=True, stdout=sys.stderr)


if __name__ == "__main__":
    print(ensure())
