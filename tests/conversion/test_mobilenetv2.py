"""The converter: atrous rates as the paper has them, and missing tensors named."""

import pytest

from atrous.conversion.mobilenetv2 import BLOCKS, stride_table, strides_and_rates, to_onnx
from atrous.errors import ModelError
from atrous.zoo import DEFAULT_MODEL, open_model


@pytest.mark.parametrize(
    ("output_stride", "strides", "rates"),
    [
        # by hand, from the convention of the originals: the stride that would pass the output
        # stride is dropped and multiplies the rates of the blocks after it
        (32, [1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1], [1] * 17),
        (16, [1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [1] * 14 + [2] * 3),
        (8, [1, 2, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [1] * 7 + [2] * 7 + [4] * 3),
    ],
)
def test_strides_become_rates(output_stride: int, strides: list[int], rates: list[int]) -> None:
    assert strides_and_rates(output_stride) == list(zip(strides, rates, strict=True))
    assert len(BLOCKS) == 17


def test_table_names_only_what_differs() -> None:
    assert stride_table(16, 16) == {}
    changed = {int(node.split("_conv_")[1].split("/")[0]) for node in stride_table(8, 16)}
    assert changed == set(range(6, 17))


def test_missing_tensor_is_named() -> None:
    with pytest.raises(ModelError, match="hold no tensor 'MobilenetV2/Conv/Conv2D/merged_input'"):
        to_onnx({}, open_model(DEFAULT_MODEL).card)
