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
    temporary = path.with_name(f".atrous-{os.urandom(6).hex()}.tmp")
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


def make_folder(folder: Path) -> Path:
    """Create an output folder and make sure that it can be written to, before any work is done.

    Raises:
        OutputError: it cannot be created or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".atrous-{os.urandom(6).hex()}.tmp"
        probe.touch()
        probe.unlink()
    except OSError as error:
        reason = "it is a file" if folder.is_file() else error.strerror
        raise OutputError(
            f"{folder}: cannot be made an output folder ({reason}); choose another with -o"
        ) from None
    return folder
