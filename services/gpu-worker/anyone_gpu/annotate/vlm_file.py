"""The file of a labeller that is a large model: a JSON object that says which, stored and hashed like a trained labeller.

Its weights are not in it: they lie in a folder of the worker (see `weights.py`) or behind a server that the operator chose.
Of a fine-tuned one, `tuned` names the objects that hold what fine-tuning changed (see `tuned_weights.py`).

    {"format": 1, "adapter": "instructblip", "version": "instructblip-1", "folder": "instructblip-flan-t5-xl",
     "files": {"model.safetensors": "<sha256>"}, "tier": "paper", "temperature": 1.7}
    {"format": 1, "adapter": "transformers", "version": "qwen-0", "model": "Qwen3-VL-4B-Instruct", "folder": "qwen",
     "files": {...}}
    {"format": 1, "adapter": "openai", "version": "qwen-1", "model": "Qwen/Qwen3-VL-4B-Instruct", "stream": true}
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anyone_gpu.objects import ObjectRef

FORMAT = 1
ADAPTERS = ("instructblip", "transformers", "openai")
TIERS = ("paper", "modern", "embedded")


@dataclass(frozen=True)
class Tuned:
    """What fine-tuning changed: its method, and the safetensors files of the parameters that it moved."""

    method: str
    shards: tuple[ObjectRef, ...]


@dataclass(frozen=True)
class VlmFile:
    """What the file says. `temperature`: divides the scores; None until it was fitted (see `calibrate.py`)."""

    adapter: str
    version: str
    tier: str
    sha256: str
    folder: str = ""  # of the weights, under MODELS_DIR/vlm
    files: dict[str, str] = field(default_factory=dict)  # sha256 of every weight file
    model: str = ""  # its name: at the server, or as its publisher calls it
    stream: bool = False
    crops: bool = False  # questions of the head, the feet and so on see a crop of these instead of the person
    temperature: float | None = None
    tuned: Tuned | None = None


@dataclass(frozen=True)
class Surroundings:
    """What of the worker's environment such a model needs: never in a file, so that nobody but the operator sets it."""

    models: Path | None = None  # MODELS_DIR/vlm
    url: str = ""  # of an OpenAI-compatible server, with its /v1
    key: str = ""


def is_vlm_file(data: bytes) -> bool:
    """Whether a labeller's bytes are such a file: a trained labeller's begin with the length of its header."""
    return data[:1] == b"{"


def read_vlm_file(data: bytes, sha256: str) -> VlmFile:
    """Bytes whose hash was checked -> what they say. Raises ValueError that names what is wrong and how to mend it."""
    try:
        raw = json.loads(data)
    except ValueError as error:
        raise ValueError(f"the labeller's file is no JSON: {error}") from error
    if raw.get("format") != FORMAT:
        raise ValueError(f"the labeller's file is of format {raw.get('format')}, this worker reads format {FORMAT}")
    adapter = _one_of(raw, "adapter", ADAPTERS)
    tier = _one_of({"tier": "paper" if adapter == "instructblip" else "modern"} | raw, "tier", TIERS)
    needed = ("version", "model") if adapter == "openai" else ("version", "folder", "files")
    for name in needed:
        if not raw.get(name):
            raise ValueError(f"the file of an {adapter} labeller needs {name!r}")
    temperature = raw.get("temperature")
    if temperature is not None and not 0.01 <= float(temperature) <= 100:
        raise ValueError(f"a temperature lies between 0.01 and 100, not at {temperature}")
    return VlmFile(
        adapter=adapter,
        version=str(raw["version"]),
        tier=tier,
        sha256=sha256,
        folder=str(raw.get("folder", "")),
        files={str(name): str(digest) for name, digest in raw.get("files", {}).items()},
        model=str(raw.get("model", "")),
        stream=bool(raw.get("stream", False)),
        crops=bool(raw.get("crops", False)),
        temperature=None if temperature is None else float(temperature),
        tuned=_tuned(raw.get("tuned")),
    )


def _tuned(raw: Any) -> Tuned | None:
    if raw is None:
        return None
    try:
        return Tuned(str(raw["method"]), tuple(ObjectRef(str(one["key"]), str(one["sha256"])) for one in raw["shards"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"'tuned' is a method and shards of a key and a sha256 each, not {raw!r}") from error


def _one_of(raw: dict[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    if raw.get(name) not in allowed:
        raise ValueError(f"the labeller's {name} is one of {', '.join(allowed)}, not {raw.get(name)!r}")
    return str(raw[name])
