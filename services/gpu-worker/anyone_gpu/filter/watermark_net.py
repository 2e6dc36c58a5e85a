"""A small convolutional net that tells where a watermark lies over a picture.

Shape suffixes: N batch, C channels, Y and X the picture's pixels, H and W its cells.
"""

import numpy as np
import torch
from torch import Tensor, nn

from anyone_gpu.filter.onnx_graph import OnnxGraph

#: Pixels a cell is wide.
CELL = 8
#: Pixels of the picture that it looks at, about.
AREA = 393_216
#: Per layer: channels, stride, dilation. Seen from one cell: 255 pixels, a word and what it lies over.
LAYERS = ((24, 2, 1), (40, 2, 1), (64, 2, 1), (64, 1, 1), (64, 1, 2), (64, 1, 4), (64, 1, 8))


class WatermarkNet(nn.Module):
    """Pictures [N, Y, X, 3] (0..255) to a logit per cell [N, H, W]."""

    def __init__(self) -> None:
        super().__init__()
        inner = 3
        self.convs, self.norms = nn.ModuleList(), nn.ModuleList()
        for outer, stride, dilation in LAYERS:
            self.convs.append(nn.Conv2d(inner, outer, 3, stride, dilation, dilation, bias=False))
            self.norms.append(nn.BatchNorm2d(outer))
            inner = outer
        self.head = nn.Conv2d(inner, 1, 1)
        # Nearly every cell is free of marks.
        nn.init.constant_(self.head.bias, -2.0)  # type: ignore[arg-type]

    def forward(self, rgb_NYXC: Tensor) -> Tensor:
        x_NCHW = rgb_NYXC.permute(0, 3, 1, 2) / 127.5 - 1
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x_NCHW = torch.relu(norm(conv(x_NCHW)))
        logits: Tensor = self.head(x_NCHW)
        return logits[:, 0]

    def score(self, rgb_NYXC: Tensor) -> Tensor:
        """Of each picture, the largest mean chance over 3 × 3 cells [N]: a single cell is easily mistaken."""
        chance_NCHW = torch.sigmoid(self(rgb_NYXC))[:, None]
        return nn.functional.avg_pool2d(chance_NCHW, 3, 1).amax(dim=(1, 2, 3))


def to_onnx(net: WatermarkNet) -> bytes:
    """The score as ONNX (opset 13), normalisation folded in."""
    graph = OnnxGraph()
    unit = graph.constant("unit", np.array(1 / 127.5, dtype=np.float32))
    one = graph.constant("one", np.array(1, dtype=np.float32))
    x = graph.add("Sub", [graph.add("Mul", [graph.add("Transpose", ["rgb"], perm=[0, 3, 1, 2]), unit]), one])
    for i, ((_, stride, dilation), conv, norm) in enumerate(zip(LAYERS, net.convs, net.norms, strict=True)):
        assert isinstance(conv, nn.Conv2d)
        assert isinstance(norm, nn.BatchNorm2d)
        assert norm.running_mean is not None
        assert norm.running_var is not None
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        kernel = graph.weight(f"{i}.weight", (conv.weight * scale[:, None, None, None]).detach().numpy())
        shift = graph.weight(f"{i}.bias", (norm.bias - norm.running_mean * scale).detach().numpy())
        convolved = graph.add(
            "Conv", [x, kernel, shift], kernel_shape=[3, 3], strides=[stride] * 2, pads=[dilation] * 4, dilations=[dilation] * 2
        )
        x = graph.add("Relu", [convolved])
    assert net.head.bias is not None
    inputs = [
        x,
        graph.weight("head.weight", net.head.weight.detach().numpy()),
        graph.weight("head.bias", net.head.bias.detach().numpy()),
    ]
    chance = graph.add("Sigmoid", [graph.add("Conv", inputs, kernel_shape=[1, 1])])
    patches = graph.add("AveragePool", [chance], kernel_shape=[3, 3])
    graph.add("ReduceMax", [patches], name="score", axes=[1, 2, 3], keepdims=0)
    return graph.finish("watermark", {"rgb": ["n", "y", "x", 3]}, {"score": ["n"]})
