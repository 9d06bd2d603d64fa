"""DeepLabv3 on MobileNetV2 as an ONNX graph, from the weights of Google's frozen graph.

The network (Sandler et al. 2018, arXiv 1801.04381, §4 and §6.4; Chen et al. 2017, arXiv
1706.05587, §3): MobileNetV2 up to its 320-channel layer with strides turned into atrous rates,
then image pooling and a 1×1 convolution side by side, a projection, and the logits. No atrous
branches, no decoder.

The weights come with batch normalisation folded in, as TensorFlow.js packs them
(:mod:`atrous.conversion.tfjs`). This hand-made route is for the bundled model only: it needs
``onnx`` (extra ``train``) and no torch.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from atrous.card import Card, StrideTable
from atrous.errors import MissingExtraError, ModelError
from atrous.modelfile import CARD_KEY

if TYPE_CHECKING:
    import onnx

Weights = Mapping[str, NDArray[Any]]
Geometry = dict[str, list[int] | str]

OUTPUT_STRIDES = (8, 16)
"""The strides the weights are offered at: frozen at 8, trained at 16."""

# (expansion, stride, output channels) of the 17 inverted residual blocks: arXiv 1801.04381, tab. 2
BLOCKS = (
    (1, 1, 16),
    *((6, 2, 24), (6, 1, 24)),
    *((6, 2, 32), (6, 1, 32), (6, 1, 32)),
    *((6, 2, 64), (6, 1, 64), (6, 1, 64), (6, 1, 64)),
    *((6, 1, 96), (6, 1, 96), (6, 1, 96)),
    *((6, 2, 160), (6, 1, 160), (6, 1, 160)),
    (6, 1, 320),
)


def strides_and_rates(output_stride: int) -> list[tuple[int, int]]:
    """Stride and atrous rate of each block's depthwise convolution at an output stride.

    TF's rule: once the accumulated stride has reached the output stride, a block's own stride is
    dropped and multiplies the rate of the blocks after it (slim ``mobilenet.py``).
    """
    reached, rate = 2, 1  # the stem has stride 2
    plan: list[tuple[int, int]] = []
    for _, stride, _ in BLOCKS:
        if reached < output_stride:
            plan.append((stride, rate))
            reached *= stride
        else:
            plan.append((1, rate))
            rate *= stride
    return plan


def stride_table(output_stride: int, base: int) -> StrideTable:
    """What to change in the graph of output stride ``base`` to run it at another one."""
    table: StrideTable = {}
    plans = zip(strides_and_rates(output_stride), strides_and_rates(base), strict=True)
    for index, (wanted, present) in enumerate(plans):
        if wanted != present:
            changes = _geometry(*wanted, same=_is_same(index))
            table[f"{_scope(index)}/depthwise"] = {
                key: value for key, value in changes.items() if isinstance(value, list)
            }
    return table


def to_onnx(weights: Weights, card: Card) -> "onnx.ModelProto":
    """Build the model file's content: normalisation, network, card.

    Input ``image``: uint8 ``[N, H, W, 3]``, any H and W. Output ``logits``: float32
    ``[N, classes, ceil(H / stride), ceil(W / stride)]``.

    Args:
        weights: the tensors of the frozen graph by their TF names.
        card: the card to put in; its ``output_stride`` is the one the graph is built at.

    Raises:
        ModelError: a tensor is missing.
        MissingExtraError: ``onnx`` is not installed.
    """
    try:
        from onnx import TensorProto, checker, helper
    except ImportError:
        raise MissingExtraError("onnx", "train") from None

    graph = _Graph(weights)
    try:
        _network(graph, card.output_stride)
    except KeyError as error:
        raise ModelError(f"the weights hold no tensor {error}; is it another network?") from None
    graph.nodes[-1].output[0] = "logits"
    sides = ["N", "H", "W", 3]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, sides)
    sides = ["N", len(card.classes), "h", "w"]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, sides)
    model = helper.make_model(
        helper.make_graph(graph.nodes, card.name, [image], [output], graph.initializers),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
        producer_name="atrous",
    )
    helper.set_model_props(model, {CARD_KEY: card.to_json()})
    checker.check_model(model, full_check=True)  # pyright: ignore[reportUnknownMemberType]
    return model


def _network(graph: "_Graph", output_stride: int) -> None:
    """The whole network, top to bottom; the last node added gives the logits."""
    x = graph.node("Cast", "image", name="to_float", to=1)
    x = graph.node("Transpose", x, name="to_nchw", perm=[0, 3, 1, 2])
    x = graph.node("Div", x, graph.constant("half_range", 127.5), name="scale")
    x = graph.node("Sub", x, graph.constant("one", 1.0), name="center")  # [-1, 1]

    x = graph.conv("MobilenetV2/Conv", x, geometry=_geometry(2, 1, same=True))
    channels = 32
    for index, ((expansion, own, width), (stride, rate)) in enumerate(
        zip(BLOCKS, strides_and_rates(output_stride), strict=True)
    ):
        scope, inside = _scope(index), x
        if expansion > 1:
            inside = graph.conv(f"{scope}/expand", inside)
        geometry = _geometry(stride, rate, same=_is_same(index))
        inside = graph.depthwise(f"{scope}/depthwise", inside, geometry)
        if index == len(BLOCKS) - 1:
            _head(graph, inside, last_projection=f"{scope}/project")
            return
        inside = graph.conv(f"{scope}/project", inside, activation=None)
        # The shortcut goes by the block's own stride, not by what is left of it after surgery.
        shortcut = own == 1 and channels == width
        x = graph.node("Add", x, inside, name=f"{scope}/add") if shortcut else inside
        channels = width


def _head(graph: "_Graph", x: str, last_projection: str) -> None:
    """Image pooling beside aspp0, their projection, the logits; for less work, the same algebra.

    The last block's projection (960 → 320) is linear, and so are the 1×1 convolutions of both
    branches behind it (320 → 256): each pair is multiplied into one (960 → 256), a third fewer
    operations, and the mean that image pooling takes may come first.

    concat([image_pooling, aspp0]) @ projection = image_pooling @ its upper half + aspp0 @ its lower
    half: the pooled half is one vector a picture, projected once and not at every cell.
    """
    # Rows first, then columns: ONNX Runtime adds one by one, and 65 terms at a time keep three
    # digits that 4,225 lose.
    rows = graph.node("ReduceMean", x, name="image_pooling/rows", axes=[3])
    pooled = graph.node("ReduceMean", rows, name="image_pooling/pool", axes=[2])
    upper, lower = np.split(graph.kernel("concat_projection"), 2, axis=2)

    kernel, offset = graph.composed(last_projection, "image_pooling")
    context = graph.convolution("image_pooling", pooled, kernel, offset)
    context = graph.activate("image_pooling", context, "Relu")
    offset = graph.offset("concat_projection")
    context = graph.convolution("context", context, upper, offset)

    kernel, offset = graph.composed(last_projection, "aspp0")
    x = graph.convolution("aspp0", x, kernel, offset)
    x = graph.activate("aspp0", x, "Relu")
    x = graph.convolution("concat_projection", x, lower, None)
    x = graph.node("Add", x, context, name="concat_projection/add")
    x = graph.activate("concat_projection", x, "Relu")

    kernel = graph.weights["logits/semantic/weights"]
    graph.convolution("logits", x, kernel, graph.weights["logits/semantic/biases"])


class _Graph:
    """Nodes and initializers in the making; each method adds a layer and returns its output."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[Any] | float) -> str:
        from onnx import numpy_helper

        array = np.ascontiguousarray(value, dtype=np.float32).reshape(np.shape(value))
        self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def node(self, kind: str, *inputs: str, name: str, **attributes: Any) -> str:
        from onnx import helper

        output = f"{name}:0"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=name, **attributes))
        return output

    def kernel(self, scope: str) -> NDArray[Any]:
        """A convolution's kernel ``[h, w, in, out]``, its batch normalisation folded in."""
        return self.weights[f"{scope}/Conv2D/merged_input"]

    def offset(self, scope: str) -> NDArray[Any]:
        """What batch normalisation leaves to add."""
        return self.weights[f"{scope}/BatchNorm/FusedBatchNorm/Offset"]

    def composed(self, first: str, second: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Kernel and offset of two 1×1 convolutions with nothing in between, as one."""
        inner, outer = (self.kernel(scope)[0, 0].astype(np.float64) for scope in (first, second))
        offset = self.offset(first) @ outer + self.offset(second)
        return (inner @ outer)[np.newaxis, np.newaxis], offset

    def conv(
        self,
        scope: str,
        x: str,
        *,
        geometry: Geometry | None = None,
        activation: str | None = "Relu6",
    ) -> str:
        """A convolution with what was its batch normalisation."""
        x = self.convolution(scope, x, self.kernel(scope), self.offset(scope), geometry=geometry)
        return self.activate(scope, x, activation)

    def depthwise(self, scope: str, x: str, geometry: Geometry) -> str:
        """A 3×3 depthwise (atrous) convolution, its batch normalisation folded in here."""
        kernel = self.weights[f"{scope}/depthwise_weights"]  # (3, 3, C, 1)
        kernel = kernel * self.weights[f"{scope}/BatchNorm/FusedBatchNorm/Scaled"].reshape(-1, 1)
        kernel = kernel.transpose(0, 1, 3, 2)  # (3, 3, 1, C): groups of one channel
        offset, group = self.offset(scope), kernel.shape[3]
        x = self.convolution(scope, x, kernel, offset, geometry=geometry, group=group)
        return self.activate(scope, x, "Relu6")

    def convolution(
        self,
        name: str,
        x: str,
        kernel: NDArray[Any],
        bias: NDArray[Any] | None,
        *,
        geometry: Geometry | None = None,
        group: int = 1,
    ) -> str:
        """The bare convolution; ``kernel`` is ``[h, w, in / group, out]`` as in TF."""
        inputs = [x, self.constant(f"{name}/weight", kernel.transpose(3, 2, 0, 1))]
        if bias is not None:
            inputs.append(self.constant(f"{name}/bias", bias))
        return self.node("Conv", *inputs, name=name, group=group, **geometry or {})

    def activate(self, name: str, x: str, activation: str | None) -> str:
        if activation is None:
            return x
        if activation == "Relu":
            return self.node("Relu", x, name=f"{name}/relu")
        if not any(tensor.name == "six" for tensor in self.initializers):
            self.constant("zero", 0.0)
            self.constant("six", 6.0)
        return self.node("Clip", x, "zero", "six", name=f"{name}/relu6")


def _is_same(index: int) -> bool:
    """Whether a block keeps its stride at some output stride, and so needs TF's SAME padding.

    On even sizes SAME pads a strided convolution by one pixel after, none before, so its padding
    is left to the engine (``auto_pad``); ONNX Runtime refuses that beside a dilation, and there
    it is not needed: without a stride SAME is symmetric.
    """
    return strides_and_rates(max(OUTPUT_STRIDES))[index][0] > 1


def _geometry(stride: int, rate: int, *, same: bool) -> Geometry:
    """Attributes of a 3×3 convolution."""
    if same:
        return {"strides": [stride] * 2, "auto_pad": "SAME_UPPER"}
    return {"strides": [stride] * 2, "dilations": [rate] * 2, "pads": [rate] * 4}


def _scope(index: int) -> str:
    """TF's name of a block."""
    return f"MobilenetV2/expanded_conv_{index}" if index else "MobilenetV2/expanded_conv"
