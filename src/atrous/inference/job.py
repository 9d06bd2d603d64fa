"""Many pictures into one folder of results: each by itself, stoppable, and to be gone on with."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from atrous.errors import PictureError
from atrous.inference.segmentation import result_files
from atrous.inference.segmenter import Segmenter
from atrous.media.files import make_folder
from atrous.media.pictures import read_picture
from atrous.media.sources import STDIN, Source, check_collisions, with_endings

LONGEST_NAME = 255
"""Bytes of a file's name on all common file systems."""


@dataclass(frozen=True)
class Outcome:
    """What became of one picture.

    Attributes:
        name: the picture.
        error: why it failed; None if it did not.
        width: the picture's width in pixels.
        height: the picture's height in pixels.
        areas: the share of each class found, from 0 to 1, the largest first.
        files: what was written.
        seconds: from the file on disk to the files on disk.
    """

    name: str
    error: PictureError | None = None
    width: int = 0
    height: int = 0
    areas: dict[str, float] = field(default_factory=dict[str, float])
    files: tuple[Path, ...] = ()
    seconds: float = 0.0


class Job:
    """A list of pictures and the folder for their results, checked before any work is done.

    Args:
        sources: the pictures.
        output: the folder; created if need be.
        overlay: whether overlays are written beside the labels.
        keep_endings: whether the results' names keep the pictures' endings.

    Raises:
        OutputError: the folder cannot be written to, or two pictures' results would collide.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        output: Path,
        *,
        overlay: bool = True,
        keep_endings: bool = False,
    ) -> None:
        self.sources = with_endings(sources) if keep_endings else list(sources)
        check_collisions(self.sources)
        self.output = make_folder(output)
        self._overlay = overlay

    def pending(self) -> list[Source]:
        """The pictures whose results are not all there yet."""

        def is_there(path: Path) -> bool:
            return os.path.exists(path)  # noqa: PTH110 (Path.exists raises on a name too long)

        return [s for s in self.sources if not all(map(is_there, self._files(s)))]

    def _files(self, source: Source) -> list[Path]:
        """Where a picture's results go."""
        return result_files(self.output, source.stem, overlay=self._overlay)

    def run(self, segmenter: Segmenter, sources: Sequence[Source]) -> Iterator[Outcome]:
        """Segment the pictures one after the other; a broken one does not stop the others.

        Raises:
            OutputError: results cannot be written any more (the disk is full, say).
        """
        for source in sources:
            start = time.perf_counter()
            files = self._files(source)
            if any(len(os.fsencode(file.name)) > LONGEST_NAME for file in files):
                error = PictureError(
                    f"{source.path}: its name leaves no room for .labels.png; shorten it"
                )
                yield Outcome(str(source.path), error=error)
                continue
            from_stdin = source.path == STDIN
            name = "stdin" if from_stdin else str(source.path)
            try:
                data = sys.stdin.buffer.read() if from_stdin else source.path
                picture = read_picture(data, max_pixels=segmenter.max_pixels, name=name)
            except PictureError as error:
                yield Outcome(name, error=error)
                continue
            result = segmenter.segment(picture)
            result.save_files(files)
            yield Outcome(
                name=name,
                width=picture.width,
                height=picture.height,
                areas=result.areas(),
                files=tuple(files),
                seconds=time.perf_counter() - start,
            )


@dataclass
class Summary:
    """What became of all pictures so far; it does not grow with their number.

    Attributes:
        done: how many were segmented.
        failed: how many were not.
        files: how many files were written.
        seconds: the sum of the pictures' times.
        last: the last picture segmented.
    """

    done: int = 0
    failed: int = 0
    files: int = 0
    seconds: float = 0.0
    last: Outcome | None = None
    _shares: dict[str, float] = field(default_factory=dict[str, float])

    def add(self, outcome: Outcome) -> None:
        """Count a picture."""
        if outcome.error:
            self.failed += 1
            return
        self.done += 1
        self.files += len(outcome.files)
        self.seconds += outcome.seconds
        self.last = outcome
        for name, share in outcome.areas.items():
            self._shares[name] = self._shares.get(name, 0.0) + share

    def mean_areas(self) -> dict[str, float]:
        """The share of each class in all pictures together, each counting alike."""
        ordered = sorted(self._shares.items(), key=lambda item: -item[1])
        return {name: share / self.done for name, share in ordered}
