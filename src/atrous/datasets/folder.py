"""The data set folder, our own simple format.

::

    DIR/dataset.yaml              name, ignore_index, classes: [{id, name, color}]
    DIR/images/ID.{jpg,png,webp,tif}
    DIR/labels/ID.png             mode L or P: pixel value = class id
    DIR/splits/NAME.txt           one ID a line
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from atrous.errors import DataError
from atrous.labels import IGNORE_INDEX, Color, nearest, voc_color

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff")
_SUFFIXES = (*IMAGE_SUFFIXES, *(suffix.upper() for suffix in IMAGE_SUFFIXES))


@dataclass(frozen=True)
class Sample:
    """A picture and its true labels, both still on disk."""

    id: str
    image: Path
    labels: Path


@dataclass(frozen=True)
class DatasetFolder:
    """A data set in a folder; :meth:`open` reads and checks its description.

    Attributes:
        root: the folder.
        name: what it calls itself.
        classes: the classes' names; the position is the label.
        colors: the classes' colours.
        ignore_index: the label of pixels that count for nothing.
    """

    root: Path
    name: str
    classes: tuple[str, ...]
    colors: tuple[Color, ...]
    ignore_index: int

    @classmethod
    def open(cls, root: str | Path) -> "DatasetFolder":
        """Read ``dataset.yaml``.

        Raises:
            DataError: it is missing, or its classes are not numbered 0, 1, 2, …
        """
        root = Path(root)
        file = root / "dataset.yaml"
        try:
            text = _read_text(file)
        except FileNotFoundError:
            raise DataError(
                f"{file}: not found; a data set folder needs it, with name, ignore_index and "
                "classes: [{id, name, color}]"
            ) from None
        try:
            raw = cast("dict[str, Any]", yaml.safe_load(text))
            entries = sorted(raw["classes"], key=lambda entry: int(entry["id"]))
            ids = [int(entry["id"]) for entry in entries]
            names = tuple(str(entry["name"]) for entry in entries)
            colors = tuple(_color(entry) for entry in entries)
            ignore_index = int(raw.get("ignore_index", IGNORE_INDEX))
            name = str(raw.get("name", root.name))
        except yaml.YAMLError as error:
            reason = str(error).replace("\n", " ")
            raise DataError(f"{file}: not valid YAML ({reason})") from None
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{file}: classes must be a list of {{id, name, color}} (problem: {error!r})"
            ) from None
        if ids != list(range(len(ids))) or not ids:
            raise DataError(f"{file}: class ids must be 0, 1, 2, … without gaps, found {ids}")
        if len(set(names)) < len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise DataError(f"{file}: two classes are called {', '.join(twice)}; rename one")
        if not 0 <= ignore_index < 1 << 16:
            raise DataError(
                f"{file}: ignore_index is {ignore_index}, no pixel can hold that; use 255"
            )
        return cls(root, name, names, colors, ignore_index)

    def splits(self) -> list[str]:
        """The names of the splits there are."""
        return sorted(path.stem for path in (self.root / "splits").glob("*.txt"))

    def samples(self, split: str) -> list[Sample]:
        """The samples of a split, in its order.

        Raises:
            DataError: there is no such split, it is empty, or a file of it is missing.
        """
        file = self.root / "splits" / f"{split}.txt"
        if not file.is_file():
            known = self.splits()
            there = ", ".join(known) or "none"
            raise DataError(f"{file}: no such split{nearest(split, known)} (there is {there})")
        ids = [line.strip() for line in _read_text(file).splitlines() if line.strip()]
        if not ids:
            raise DataError(f"{file}: the split is empty; it holds one ID a line")
        return list(self._find(ids, file))

    def _find(self, ids: list[str], file: Path) -> Iterator[Sample]:
        """The files behind the IDs."""
        for identifier in ids:
            place = self.root / "images" / identifier
            candidates = (place.with_name(f"{place.name}{suffix}") for suffix in _SUFFIXES)
            image = next((path for path in candidates if path.is_file()), None)
            labels = self.root / "labels" / f"{identifier}.png"
            if image is None:
                raise DataError(
                    f"{place}: no picture with this ID ({file} names it); "
                    f"it may end in {', '.join(IMAGE_SUFFIXES)}"
                )
            if not labels.is_file():
                raise DataError(f"{labels}: no labels for this ID ({file} names it)")
            yield Sample(identifier, image, labels)


def _read_text(file: Path) -> str:
    """A text file in UTF-8, with or without a byte order mark."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{file}: not UTF-8 text; save it as UTF-8") from None
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DataError(
            f"{file}: cannot be read ({error.strerror}); check its permissions"
        ) from None


def _color(entry: dict[str, Any]) -> Color:
    """A class's colour; VOC's colour of its label where none is given."""
    if "color" not in entry:
        return voc_color(int(entry["id"]))
    red, green, blue = (int(channel) for channel in entry["color"])
    return red, green, blue
