"""A small graph of ONNX nodes in the making: names, weights as 16-bit floats, and the finished model."""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper


class OnnxGraph:
    """Nodes are added in order; each call gives the name of its output."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def add(self, op: str, inputs: list[str], name: str | None = None, **attributes: Any) -> str:
        """Adds a node with one output."""
        output = name or f"{op.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(op, inputs, [output], **attributes))
        return output

    def weight(self, name: str, value: npt.NDArray[Any]) -> str:
        """Adds a weight, stored as 16-bit floats and cast when loaded."""
        self._weights.append(numpy_helper.from_array(np.asarray(value, dtype=np.float16), name))
        return self.add("Cast", [name], to=TensorProto.FLOAT)

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        """Adds a constant as it is."""
        self._weights.append(numpy_helper.from_array(value, name))
        return name

    def finish(self, name: str, inputs: dict[str, list[str | int]], outputs: dict[str, list[str | int]]) -> bytes:
        """The checked model (opset 13) with float inputs and outputs of these shapes."""
        values = [
            [helper.make_tensor_value_info(key, TensorProto.FLOAT, shape) for key, shape in named.items()]
            for named in (inputs, outputs)
        ]
        graph = helper.make_graph(self._nodes, name, values[0], values[1], self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())
