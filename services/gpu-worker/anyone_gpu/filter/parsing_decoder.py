"""The ATR-18 parsing decoder: a small feature pyramid over a frozen MoveNet-lightning encoder and the crop's own colours.

The encoder was made to find joints: it hardly tells cloth from cloth. The mean colour of every cell joins its taps, so
that a dress (one cloth) and a top over a skirt (two) differ where whole people are seen at once.

Shape suffixes: N batch, C channels, H and W a level's height and width, Y and X the input's (256 x 128).
"""

from typing import Any

import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

CLASSES = 18
#: Encoder outputs from the coarsest to the finest, and their channels.
TAPS = {"stride_32": 160, "stride_16": 96, "stride_8": 32, "stride_4": 24, "stride_2": 16}
#: Pixels a cell of a tap is wide.
STRIDES = {tap: int(tap.removeprefix("stride_")) for tap in TAPS}
#: Channels of the crop's pixels.
COLOURS = 3
#: Channels of the decoder after it has taken in each tap.
WIDTHS = {"stride_32": 192, "stride_16": 128, "stride_8": 96, "stride_4": 64, "stride_2": 40}
#: Share of a tap's channels left out in training, or the decoder learns single drawings by heart.
DROPPED = 0.1
#: Convolutions per level: the finest costs most and gets one.
DEPTHS = {"stride_32": 3, "stride_16": 2, "stride_8": 2, "stride_4": 2, "stride_2": 1}


class Block(nn.Module):
    """3 x 3 convolution, batch normalisation, ReLU."""

    def __init__(self, inner: int, outer: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inner, outer, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(outer)

    def forward(self, x_NCHW: Tensor) -> Tensor:
        return torch.relu(self.norm(self.conv(x_NCHW)))


class ParsingDecoder(nn.Module):
    """The crop's pixels [N, 3, Y, X] (0..255) and the encoder's taps to logits [N, 18, Y, X]."""

    def __init__(self) -> None:
        super().__init__()
        self.levels = nn.ModuleDict()
        inner = 0
        for tap, channels in TAPS.items():
            blocks = [Block(inner + channels + COLOURS if i == 0 else WIDTHS[tap], WIDTHS[tap]) for i in range(DEPTHS[tap])]
            self.levels[tap] = nn.Sequential(*blocks)
            inner = WIDTHS[tap]
        # What a garment is (a dress, or a blouse over a skirt) is told by the whole person: the coarsest mean joins in.
        self.context = nn.Conv2d(WIDTHS["stride_32"], WIDTHS["stride_32"], 1)
        self.head = nn.Conv2d(inner, CLASSES, 1)

    def forward(self, rgb_NCYX: Tensor, taps: dict[str, Tensor]) -> Tensor:
        x: Tensor | None = None
        for tap, level in self.levels.items():
            colours = nn.functional.avg_pool2d(rgb_NCYX / 255, STRIDES[tap])
            seen = torch.cat([nn.functional.dropout2d(taps[tap], DROPPED, self.training), colours], dim=1)
            if x is None:
                x = level(seen)
                x = x + self.context(x.mean(dim=(2, 3), keepdim=True))
            else:
                x = level(torch.cat([_double(x), seen], dim=1))
        assert x is not None
        return _double(self.head(x))


def _double(x_NCHW: Tensor) -> Tensor:
    return nn.functional.interpolate(x_NCHW, scale_factor=2, mode="bilinear", align_corners=False)


def to_onnx(decoder: ParsingDecoder) -> bytes:
    """The decoder as ONNX (opset 13), normalisation folded in, weights stored as 16-bit floats and cast when loaded."""
    nodes: list[onnx.NodeProto] = []
    weights: list[onnx.TensorProto] = []

    def add(op: str, inputs: list[str], **attributes: Any) -> str:
        name = f"{op.lower()}_{len(nodes)}"
        nodes.append(helper.make_node(op, inputs, [name], **attributes))
        return name

    def half(name: str, value: Tensor) -> str:
        weights.append(numpy_helper.from_array(value.detach().to(torch.float16).numpy(), name))
        return add("Cast", [name], to=TensorProto.FLOAT)

    def double(x: str) -> str:
        if not any(w.name == "twice" for w in weights):
            weights.append(numpy_helper.from_array(torch.tensor([1.0, 1.0, 2.0, 2.0]).numpy(), "twice"))
        return add("Resize", [x, "", "twice"], mode="linear", coordinate_transformation_mode="half_pixel")

    weights.append(numpy_helper.from_array(torch.tensor(1 / 255).numpy(), "unit"))
    rgb = add("Mul", [add("Transpose", ["rgb"], perm=[0, 3, 1, 2]), "unit"])
    x = ""
    for tap, level in decoder.levels.items():
        assert isinstance(level, nn.Sequential)
        colours = add("AveragePool", [rgb], kernel_shape=[STRIDES[tap]] * 2, strides=[STRIDES[tap]] * 2)
        x = add("Concat", [*([double(x)] if x else []), tap, colours], axis=1)
        for i, block in enumerate(level):
            assert isinstance(block, Block)
            kernel, shift = _folded(block)
            inputs = [x, half(f"{tap}.{i}.weight", kernel), half(f"{tap}.{i}.bias", shift)]
            x = add("Relu", [add("Conv", inputs, kernel_shape=[3, 3], pads=[1, 1, 1, 1])])
        if tap == "stride_32":
            mean = add("GlobalAveragePool", [x])
            context = [mean, *(half(f"context.{name}", value) for name, value in decoder.context.named_parameters())]
            x = add("Add", [x, add("Conv", context, kernel_shape=[1, 1])])
    bias = decoder.head.bias
    assert bias is not None
    x = add("Conv", [x, half("head.weight", decoder.head.weight), half("head.bias", bias)], kernel_shape=[1, 1])
    nodes.append(helper.make_node("Identity", [double(x)], ["logits"]))
    taps = [
        helper.make_tensor_value_info(tap, TensorProto.FLOAT, ["n", channels, f"h_{tap}", f"w_{tap}"])
        for tap, channels in TAPS.items()
    ]
    pixels = helper.make_tensor_value_info("rgb", TensorProto.FLOAT, ["n", "y", "x", COLOURS])
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", CLASSES, "y", "x"])
    graph = helper.make_graph(nodes, "atr18", [pixels, *taps], [output], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _folded(block: Block) -> tuple[Tensor, Tensor]:
    norm = block.norm
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return block.conv.weight * scale[:, None, None, None], norm.bias - norm.running_mean * scale
