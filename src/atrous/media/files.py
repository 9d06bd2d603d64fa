"""Results are written whole or not at all."""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from atrous.errors import OutputError

RESULT_ENDINGS = (".labels.png", ".overlay.png")
"""Our own results: never taken for input when a folder is read."""


@contextmanager
def atomic_path(path: Path) -> Generator[Path]:
    """A temporary path beside ``path``, renamed to it when the block ends well.

    Whatever happens inside (an error, a full disk, Ctrl-C), ``path`` is either whole or as it was.

    Raises:
        OutputError: the folder cannot be written to, or the disk is full.
    """
    temporary = _temporary_beside(path)
    try:
        yield temporary
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"{path}: cannot be written ({reason}); free it or choose another"
        ) from None
    finally:
        with suppress(OSError):  # what went wrong has been said
            temporary.unlink(missing_ok=True)


def ensure_folder(folder: Path) -> None:
    """Create an output folder if it is not there.

    Raises:
        OutputError: it cannot be created.
    """
    with _folder_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)


def make_folder(folder: Path) -> Path:
    """Create an output folder and make sure that it can be written to, before any work is done.

    Raises:
        OutputError: it cannot be created or written to.
    """
    ensure_folder(folder)
    with _folder_errors(folder):
        probe = _temporary_beside(folder / "probe")
        probe.touch()
        probe.unlink()
    return folder


@contextmanager
def _folder_errors(folder: Path) -> Generator[None]:
    """What the system says of a folder, in one line."""
    try:
        yield
    except OSError as error:
        reason = "it is a file" if folder.is_file() else error.strerror
        raise OutputError(
            f"{folder}: cannot be made an output folder ({reason}); choose another with -o"
        ) from None


def _temporary_beside(path: Path) -> Path:
    """A short name of our own that nobody else uses."""
    return path.with_name(f".atrous-{os.urandom(6).hex()}.tmp")
