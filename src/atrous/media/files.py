"""Files are written whole or not at all; inputs are found before any work begins."""

import glob
import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from atrous.errors import OutputError, PictureError

_KINDS = "avif bmp gif jfif jp2 jpeg jpg pgm png pnm ppm tga tif tiff webp"
PICTURE_SUFFIXES = frozenset(f".{kind}" for kind in _KINDS.split())
"""What counts as a picture when a folder is read; a file named outright is always tried."""

STDIN = Path("-")
"""The input that stands for a picture on standard input."""

RESULT_ENDINGS = (".labels.png", ".overlay.png")
"""Our own results: never taken for input when a folder is read."""


@contextmanager
def atomic_path(path: Path) -> Generator[Path]:
    """A temporary path beside ``path``, renamed to it when the block ends well.

    Whatever happens inside (an error, a full disk, Ctrl-C), ``path`` is either whole or as it was.

    Raises:
        OutputError: the folder cannot be written to, or the disk is full.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"{path}: cannot be written ({reason}); free it or choose another"
        ) from None
    finally:
        temporary.unlink(missing_ok=True)


def make_folder(folder: Path) -> Path:
    """Create an output folder and make sure that it can be written to, before any work is done.

    Raises:
        OutputError: it cannot be created or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        # A file in the way reads "File exists" or "Not a directory".
        raise OutputError(
            f"{folder}: cannot be made an output folder ({error.strerror}); choose another with -o"
        ) from None
    with atomic_path(folder / ".atrous-probe") as probe:
        probe.touch()
    (folder / ".atrous-probe").unlink(missing_ok=True)
    return folder


@dataclass(frozen=True)
class Source:
    """An input and the stem of its results, relative to the output folder."""

    path: Path
    stem: Path


def find_pictures(inputs: Iterable[str], *, recursive: bool = False) -> list[Source]:
    """Files, folders and patterns → the pictures they mean, in order, each once.

    A folder gives its pictures by file name; with ``recursive`` those of its subfolders too, and
    their place is kept in the results. A pattern (``*``, ``?``, ``[…]``, ``**``) is for
    shells that do not expand it.

    Raises:
        PictureError: an input does not exist, or names a folder or pattern without pictures.
    """
    found: dict[Path, Source] = {}
    for text in inputs:
        path = Path(text)
        if path == STDIN:
            sources, missing = [Source(STDIN, Path("stdin"))], ""
        elif path.is_dir():
            sources = _in_folder(path, recursive=recursive)
            deeper = "" if recursive else " (add --recursive to look into its subfolders)"
            missing = f"{text}: no pictures in this folder{deeper}"
        elif path.exists():
            sources, missing = [Source(path, Path(path.stem))], ""
        elif glob.has_magic(text):
            matches = sorted(Path(name) for name in glob.glob(text, recursive=True))  # noqa: PTH207 (not anchored to a folder)
            sources = [Source(name, Path(name.stem)) for name in matches if _is_picture(name)]
            missing = f"{text}: no picture matches this pattern"
        else:
            sources, missing = [], f"{text}: no such file or folder; check the spelling"
        if not sources:
            raise PictureError(missing)
        for source in sources:
            found.setdefault(source.path.resolve(), source)
    return list(found.values())


def with_endings(sources: Iterable[Source]) -> list[Source]:
    """Stems that keep the file's ending (``a.jpg``), so that ``a.jpg`` and ``a.png`` differ."""
    return [Source(s.path, s.stem.with_name(s.path.name)) for s in sources]


def check_collisions(sources: Iterable[Source]) -> None:
    """Refuse two inputs whose results would be written over each other.

    Raises:
        OutputError: names the first two and what to do.
    """
    taken: dict[str, Path] = {}
    for source in sources:
        # Some file systems do not tell A from a.
        key = str(source.stem).casefold()
        if key in taken:
            raise OutputError(
                f"{source.path}: its results would overwrite those of {taken[key]}; add "
                "--keep-endings (a.jpg.labels.png), or write them to two folders with -o"
            )
        taken[key] = source.path


def _in_folder(folder: Path, *, recursive: bool) -> list[Source]:
    """The pictures of a folder."""
    paths = folder.rglob("*") if recursive else folder.iterdir()
    pictures = sorted(path for path in paths if _is_picture(path))
    return [Source(path, path.relative_to(folder).with_suffix("")) for path in pictures]


def _is_picture(path: Path) -> bool:
    """By its name: a picture's suffix, neither hidden nor one of our results."""
    name = path.name.lower()
    if name.startswith(".") or name.endswith(RESULT_ENDINGS):
        return False
    return path.suffix.lower() in PICTURE_SUFFIXES and path.is_file()
