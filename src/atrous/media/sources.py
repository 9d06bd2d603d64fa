"""Files, folders and patterns → the pictures they mean, all found before any work begins."""

import errno
import glob
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from atrous.errors import OutputError, PictureError
from atrous.media.files import RESULT_ENDINGS

_KINDS = "avif bmp gif jfif jp2 jpeg jpg pgm png pnm ppm tga tif tiff webp"
PICTURE_SUFFIXES = frozenset(f".{kind}" for kind in _KINDS.split())
"""What counts as a picture when a folder is read; a file named outright is always tried."""

STDIN = Path("-")
"""The input that stands for a picture on standard input."""


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
    sources, errors = find_what_there_is(inputs, recursive=recursive)
    for error in errors.values():
        raise error
    return sources


def find_what_there_is(
    inputs: Iterable[str], *, recursive: bool = False
) -> tuple[list[Source], dict[str, PictureError]]:
    """Like :func:`find_pictures`, but an input that is missing does not cost the others.

    Returns:
        The pictures, and for each input that gave none, why.
    """
    found: dict[str, Source] = {}
    errors: dict[str, PictureError] = {}
    for text in inputs:
        try:
            for source in _sources(text, recursive=recursive):
                # By the path, not what it links to: two links are two results.
                found.setdefault(os.path.abspath(source.path), source)  # noqa: PTH100
        except OSError as error:
            missing = (
                "no such file or folder" if error.errno == errno.ENAMETOOLONG else "unreadable"
            )
            fix = "check the path and its permissions"
            errors[text] = PictureError(f"{text}: {missing} ({error.strerror}); {fix}")
        except PictureError as error:
            errors[text] = error
    return list(found.values()), errors


def _sources(text: str, *, recursive: bool) -> list[Source]:
    """What one input means."""
    path = Path(text)
    if path == STDIN:
        return [Source(STDIN, Path("stdin"))]
    if path.is_dir():
        sources = _in_folder(path, recursive=recursive)
        deeper = "" if recursive else " (add --recursive to look into its subfolders)"
        missing = f"no pictures in this folder{deeper}"
    elif path.exists():
        return [Source(path, Path(path.stem))]
    elif glob.has_magic(text):
        matches = sorted(Path(name) for name in glob.glob(text, recursive=True))  # noqa: PTH207
        sources = [Source(name, Path(name.stem)) for name in matches if _is_picture(name)]
        missing = "no picture matches this pattern"
    else:
        sources, missing = [], "no such file or folder; check the spelling"
    if not sources:
        raise PictureError(f"{text}: {missing}")
    return sources


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
            fix = "write them to two folders with -o"
            if source.path.name.casefold() != taken[key].name.casefold():
                fix = f"add --keep-endings ({source.path.name}.labels.png), or {fix}"
            raise OutputError(
                f"{source.path}: its results would overwrite those of {taken[key]}; {fix}"
            )
        taken[key] = source.path


def _in_folder(folder: Path, *, recursive: bool) -> list[Source]:
    """The pictures of a folder."""
    paths = folder.rglob("*") if recursive else folder.iterdir()
    sources = [(path, path.relative_to(folder)) for path in paths]
    return [
        Source(path, inside.with_suffix(""))
        for path, inside in sorted(sources)
        if _is_picture(path) and not any(part.startswith(".") for part in inside.parts)
    ]


def _is_picture(path: Path) -> bool:
    """By its name: a picture's suffix, neither hidden nor one of our results."""
    name = path.name.lower()
    if name.startswith(".") or name.endswith(RESULT_ENDINGS):
        return False
    return path.suffix.lower() in PICTURE_SUFFIXES and path.is_file()
