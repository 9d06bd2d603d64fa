"""The little of ONNX's file format that a model file needs, without the onnx package.

An ``.onnx`` file is one protocol-buffer message. Two things are done here directly on its bytes,
so that the run half needs neither ``onnx`` nor an engine for them: the card is read from the
metadata (weights are skipped, not parsed), and the strides, dilations and pads of the table that
the card holds are set for another output stride. Everything else is the engine's business.

The wire format: a field is a varint key (number * 8 + type), then a varint (type 0), 8 bytes
(type 1), a length and that many bytes (type 2) or 4 bytes (type 5).
Numbers of the fields: ``ModelProto.graph`` 7, ``.metadata_props`` 14 (key 1, value 2),
``GraphProto.node`` 1, ``NodeProto.name`` 3, ``.attribute`` 5, ``AttributeProto.name`` 1,
``.ints`` 8.
"""

from collections.abc import Iterator
from pathlib import Path

from atrous.card import Card, StrideTable
from atrous.errors import ModelError

CARD_KEY = "atrous.card"
"""The key of the card in the ONNX metadata."""

Field = tuple[int, int, int]
"""Number of a field, and where its content starts and ends (for a varint: its bytes)."""


class ModelFile:
    """A model file in memory: its bytes and its card.

    Args:
        path: an ``.onnx`` file with a card.

    Raises:
        ModelError: the file is missing, truncated, not ONNX, or its card is missing, newer than
            this release or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._data = path.read_bytes()
        except OSError as error:
            raise ModelError(f"{path}: cannot be read ({error.strerror})") from None
        try:
            metadata = _metadata(self._data)
        except (IndexError, UnicodeDecodeError):
            raise ModelError(
                f"{path}: truncated or not an ONNX file ({len(self._data):,} bytes); "
                "copy or download it again"
            ) from None
        if CARD_KEY not in metadata:
            raise ModelError(
                f"{path}: has no card ('{CARD_KEY}' in its metadata), so its classes and its "
                "preprocessing are unknown; use a model file that Atrous exported"
            )
        self.card = Card.from_json(metadata[CARD_KEY], file=str(path))

    def graph(self, output_stride: int) -> bytes:
        """The ONNX bytes for an output stride, one of the card's.

        Raises:
            ModelError: the weights do not serve this stride, or the card's table names what the
                graph does not have.
        """
        card = self.card
        if output_stride not in card.output_strides:
            served = " and ".join(str(stride) for stride in sorted(card.output_strides))
            raise ModelError(
                f"{card.name}: no output stride {output_stride}; its weights serve {served}"
            )
        if output_stride == card.output_stride:
            return self._data
        try:
            return _with_strides(self._data, card.output_strides[output_stride])
        except (LookupError, ValueError) as error:
            raise ModelError(
                f"{self.path}: its card does not fit its graph ({error}); export it again"
            ) from None


def _metadata(data: bytes) -> dict[str, str]:
    """The metadata of a model; IndexError where the bytes end before the message does."""
    found: dict[str, str] = {}
    graphs = 0
    for number, start, end in _fields(data, 0, len(data)):
        graphs += number == 7
        if number == 14:
            entry = {n: data[s:e].decode() for n, s, e in _fields(data, start, end)}
            found[entry.get(1, "")] = entry.get(2, "")
    if graphs != 1:
        raise IndexError("no graph")
    return found


def _with_strides(data: bytes, table: StrideTable) -> bytes:
    """A copy of the model with the attributes of some nodes set anew.

    Values are overwritten where they lie, so each has to take as many bytes as the old one: true
    of all strides, dilations and pads below 128.

    Raises:
        LookupError: a node or attribute of the table is not in the graph.
        ValueError: a value does not fit into its place.
    """
    patched = bytearray(data)
    missing = {(node, attribute) for node, changes in table.items() for attribute in changes}
    graph = next((s, e) for n, s, e in _fields(data, 0, len(data)) if n == 7)
    for number, start, end in _fields(data, *graph):
        if number != 1:
            continue
        node = list(_fields(data, start, end))
        name = next((data[s:e].decode() for n, s, e in node if n == 3), "")
        for _, s, e in (f for f in node if f[0] == 5 and name in table):
            attribute = list(_fields(data, s, e))
            key = next((data[s:e].decode() for n, s, e in attribute if n == 1), "")
            if key in table[name]:
                _overwrite(patched, [f for f in attribute if f[0] == 8], table[name][key])
                missing.discard((name, key))
    if missing:
        raise LookupError("no " + ", ".join(f"{a} in node '{n}'" for n, a in sorted(missing)))
    return bytes(patched)


def _overwrite(data: bytearray, ints: list[Field], values: list[int]) -> None:
    """Set a list of integers: one field each, or all packed into one."""
    places = [place for _, start, end in ints for place in range(start, end)]
    if len(places) != len(values) or not all(0 <= value < 128 for value in values):
        raise ValueError(f"{values} does not fit {len(places)} one-byte places")
    for place, value in zip(places, values, strict=True):
        data[place] = value


def _fields(data: bytes, start: int, end: int) -> Iterator[Field]:
    """The fields of a message that lies at ``data[start:end]``; IndexError if it is cut short."""
    at = start
    while at < end:
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            stop = _varint(data, at)[1]
        elif wire == 2:
            length, at = _varint(data, at)
            stop = at + length
        elif wire in (1, 5):
            stop = at + (8 if wire == 1 else 4)
        else:
            raise IndexError(f"unknown wire type {wire}")
        if stop > end or number == 0:
            raise IndexError("cut short")
        yield number, at, stop
        at = stop


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A variable-length integer and the position behind it."""
    value = 0
    for shift in range(0, 70, 7):
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise IndexError("a number without an end")
