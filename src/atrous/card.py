"""The card: what a model file says about itself.

A model file is one ``.onnx`` file with this card as JSON in its metadata (key ``atrous.card``).
The card holds all that the run half has to know and that the graph cannot say: class names and
colours, how a picture is made to fit, which output strides the weights serve, where the numbers
and the licence come from. It is read without starting an engine (:mod:`atrous.modelfile`).
"""

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, cast

from atrous.errors import ModelError
from atrous.labels import IGNORE_INDEX, Color

FORMAT_VERSION = 1
"""The format this release reads and writes. A file of a newer one is refused, never guessed at."""

StrideTable = dict[str, dict[str, list[int]]]
"""Graph node → attribute (strides, dilations, pads) → values, for one output stride."""


@dataclass(frozen=True, kw_only=True)
class Input:
    """What the graph's input ``image`` ``[N, H, W, channels]`` holds, as the sensor gave it."""

    channels: int = 3
    bands: tuple[str, ...] = ("red", "green", "blue")
    dtype: Literal["uint8", "uint16", "float32"] = "uint8"


@dataclass(frozen=True, kw_only=True)
class Fit:
    """How a picture of any size is made to fit the network.

    The picture is resized so that its longest side is ``size`` pixels, then padded on the right
    and below with ``pad_value``: to the next ``k·stride + 1`` in each direction (``pad =
    "stride"``), or to ``size`` × ``size`` (``pad = "square"``).
    """

    size: int
    resize: Literal["longest_side"] = "longest_side"
    filter: Literal["bilinear", "bicubic", "nearest"] = "bilinear"
    pad: Literal["stride", "square"] = "stride"
    pad_value: int = 0

    def __post_init__(self) -> None:
        """Check the words and numbers."""
        _check_choice("fit.resize", self.resize, ("longest_side",))
        _check_choice("fit.filter", self.filter, ("bilinear", "bicubic", "nearest"))
        _check_choice("fit.pad", self.pad, ("stride", "square"))
        if self.size < 1 or self.pad_value < 0:
            raise ValueError(f"fit.size is {self.size}, fit.pad_value {self.pad_value}")


@dataclass(frozen=True, kw_only=True)
class Number:
    """One measured figure, with the command that makes it again."""

    metric: str
    value: float
    output_stride: int
    data: str
    command: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """The card of a model file; :meth:`from_json` and :meth:`to_json` are its two doors."""

    name: str
    architecture: dict[str, Any]
    classes: tuple[str, ...]
    colors: tuple[Color, ...]
    fit: Fit
    output_stride: int
    """The stride of the graph as it lies in the file."""
    output_strides: dict[int, StrideTable]
    """All strides these weights serve: what to change in the graph for each."""
    align_corners: bool
    licence: str
    source: str
    training_data: str
    input: Input = field(default_factory=Input)
    ignore_index: int = IGNORE_INDEX
    image_pooling: Literal["global"] | tuple[int, int] | None = "global"
    crf: dict[str, Any] | None = None
    numbers: tuple[Number, ...] = ()
    notes: str = ""
    format_version: int = FORMAT_VERSION

    def __post_init__(self) -> None:
        """Check what a reader would otherwise trip over later."""
        if not self.classes or len(self.colors) != len(self.classes):
            raise ValueError(f"{len(self.classes)} classes but {len(self.colors)} colours")
        if any(not 0 <= channel <= 255 for color in self.colors for channel in color):
            raise ValueError("a colour is not made of three numbers from 0 to 255")
        _check_choice("align_corners", self.align_corners, (True, False))
        _check_choice("input.dtype", self.input.dtype, ("uint8", "uint16", "float32"))
        if self.output_stride not in self.output_strides:
            raise ValueError(f"output stride {self.output_stride} is not in the table of strides")
        if len(self.input.bands) != self.input.channels:
            raise ValueError(f"{self.input.channels} channels but {len(self.input.bands)} bands")

    def to_json(self) -> str:
        """The card as JSON, to be stored in the model file."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str, *, file: str) -> "Card":
        """Read a card.

        Args:
            text: the JSON stored in the model file.
            file: the file's name, for the messages.

        Raises:
            ModelError: the text is not a card, or one of a newer format.
        """
        try:
            loaded: object = json.loads(text)
            if not isinstance(loaded, dict):
                raise ValueError("not a JSON object")
            raw = cast("dict[str, Any]", loaded)
            version = int(raw.get("format_version", 0))
        except (ValueError, TypeError) as error:
            raise ModelError(
                f"{file}: its card cannot be read ({error}); export it again"
            ) from None
        if version > FORMAT_VERSION:
            raise ModelError(
                f"{file}: its card has format version {version}, this release reads up to "
                f"{FORMAT_VERSION}; upgrade with pip install -U atrous"
            )
        try:
            return cls(**_typed(raw))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ModelError(f"{file}: its card is damaged ({error}); export it again") from None


def _check_choice(field_name: str, value: object, choices: tuple[object, ...]) -> None:
    """One of a few values, and of their type (1 is not True)."""
    if not any(value is choice or (value == choice and type(value) is str) for choice in choices):
        raise ValueError(f"{field_name} is {value!r}, not one of {list(choices)}")


def _typed(raw: dict[str, Any]) -> dict[str, Any]:
    """JSON's lists, strings and objects back to the types that :class:`Card` declares."""
    known = {f.name for f in fields(Card)}
    card = {key: value for key, value in raw.items() if key in known}
    card["classes"] = tuple(str(name) for name in raw["classes"])
    card["colors"] = tuple((int(r), int(g), int(b)) for r, g, b in raw["colors"])
    card["fit"] = Fit(**raw["fit"])
    card["output_strides"] = {
        int(stride): {
            str(node): {
                str(key): [int(value) for value in values] for key, values in changes.items()
            }
            for node, changes in table.items()
        }
        for stride, table in raw["output_strides"].items()
    }
    card["numbers"] = tuple(Number(**number) for number in raw.get("numbers", ()))
    if "input" in raw:
        card["input"] = Input(**(raw["input"] | {"bands": tuple(raw["input"]["bands"])}))
    if isinstance(raw.get("image_pooling"), list):
        card["image_pooling"] = tuple(raw["image_pooling"])
    return card
