"""What a card says is checked when it is read, and what this release cannot do is refused."""

import json
from dataclasses import replace
from typing import Any

import pytest

from atrous.card import Card
from atrous.errors import ModelError
from atrous.inference.fit import check_supported
from atrous.zoo import DEFAULT_MODEL, open_model


@pytest.fixture(scope="module")
def raw() -> dict[str, Any]:
    return json.loads(open_model(DEFAULT_MODEL).card.to_json())


def changed(raw: dict[str, Any], path: str, value: object) -> str:
    """The card as JSON with one entry set anew: ``fit.pad``."""
    copy = json.loads(json.dumps(raw))
    *outer, last = path.split(".")
    place = copy
    for key in outer:
        place = place[key]
    place[last] = value
    return json.dumps(copy)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("fit.pad", "reflect"),
        ("fit.filter", "lanczos"),
        ("fit.resize", "shortest_side"),
        ("fit.size", 0),
        ("fit.pad_value", -1),
        ("fit.unknown", 1),
        ("align_corners", "no"),
        ("align_corners", 1),
        ("input.dtype", "int8"),
        ("input.channels", 4),
        ("colors", [[0, 0, 999]] * 21),
        ("colors", [[0, 0]] * 21),
        ("output_strides", {"16": {}, "8": None}),
        ("output_strides", {"16": {}, "8": {"node": [1]}}),
        ("output_strides", {"8": {}}),
        ("classes", []),
        ("numbers", [{"metric": "x"}]),
    ],
)
def test_nonsense_is_refused(raw: dict[str, Any], path: str, value: object) -> None:
    with pytest.raises(ModelError, match=r"^m\.onnx: its card is damaged .*; export it again"):
        Card.from_json(changed(raw, path, value), file="m.onnx")


@pytest.mark.parametrize("field", ["name", "classes", "fit", "output_stride", "licence"])
def test_a_missing_field_is_refused(raw: dict[str, Any], field: str) -> None:
    rest = {key: value for key, value in raw.items() if key != field}
    with pytest.raises(ModelError, match="damaged"):
        Card.from_json(json.dumps(rest), file="m.onnx")


def test_a_field_of_somebody_elses_is_passed_over(raw: dict[str, Any]) -> None:
    text = changed(raw, "somebody", {"note": 1})
    assert Card.from_json(text, file="m.onnx") == open_model(DEFAULT_MODEL).card


def test_what_this_release_cannot_do_is_refused() -> None:
    card = open_model(DEFAULT_MODEL).card
    check_supported(card, "m.onnx")
    crf = replace(card, crf={"iterations": 10})
    blue_first = replace(card, input=replace(card.input, bands=("blue", "green", "red")))
    wide = replace(card, input=replace(card.input, dtype="uint16"))
    for other, wish in ((crf, "a CRF"), (blue_first, "bands blue, green, red"), (wide, "uint16")):
        with pytest.raises(ModelError, match=rf"^m\.onnx: asks for {wish}.*; upgrade atrous"):
            check_supported(other, "m.onnx")
