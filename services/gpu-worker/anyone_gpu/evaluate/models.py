"""The converted models of MODELS_DIR, by their slot in its `manifest.json`, checked before use."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anyone_gpu.evaluate.metric import Identity
from anyone_gpu.objects import sha256_hex


class Unavailable(Exception):
    """There is no such model here, or not the one its manifest names: the metric says so instead of a number."""


@dataclass(frozen=True)
class Network:
    identity: Identity
    session: Any
    """onnxruntime.InferenceSession"""

    def run(self, inputs: dict[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        names = [output.name for output in self.session.get_outputs()]
        return dict(zip(names, self.session.run(None, inputs), strict=True))


@cache
def open_network(folder: Path, name: str) -> Network:
    """Opens the model under `name` in the folder's manifest, on one thread; once in a process. Raises Unavailable."""
    path = folder / "manifest.json"
    if not path.is_file():
        raise Unavailable(f"no models were built in {folder.name}: its manifest.json is missing")
    entry = json.loads(path.read_text()).get(name)
    if entry is None or not (folder / entry["file"]).is_file():
        raise Unavailable(f"the model {name!r} is not among those built")
    data = (folder / entry["file"]).read_bytes()
    if sha256_hex(data) != entry["sha256"]:
        raise Unavailable(f"{entry['file']} has other bytes than the manifest's sha256: build the models again")
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    identity = Identity(entry["slot"], entry["model"], str(entry["version"]), entry["sha256"], entry["tier"])
    return Network(identity, ort.InferenceSession(data, options, providers=["CPUExecutionProvider"]))
