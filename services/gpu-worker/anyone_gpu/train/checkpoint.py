"""Checkpoints as objects: diffusers' folder layout plus what going on needs, `manifest.json` last.

    run/<run>/attempt-<n>/step-<step>/
      unet/config.json                 unet/diffusion_pytorch_model.safetensors
      text_encoder/config.json         text_encoder/model.safetensors
      scheduler/scheduler_config.json  tokenizer/vocabulary.txt
      ema.safetensors                  fp32 averages, keys `unet.<parameter>` and `text_encoder.<parameter>`
      training.safetensors             AdamW's two moments and step per parameter, torch's generator state
      training.json                    step, loader cursor, unfinished means
      manifest.json                    recipe, seed, dataset, and every file's key, sha256 and length

A checkpoint without a manifest does not exist; one whose manifest or any file has other bytes than its sha256 says is
refused whole. Only safetensors and JSON are ever read: nothing in a checkpoint is executed.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from anyone_gpu.objects import CorruptObject, MissingObject, ObjectRef, Objects, get_checked, put_object

FORMAT = "anyone-checkpoint/1"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Provenance:
    """What made a checkpoint. Equal provenance is what makes going on from one legitimate."""

    run_id: str
    seed: int
    recipe: Mapping[str, Any]
    dataset: Mapping[str, Any]
    """{version, protocol, sha256 of the manifest}"""
    tokenizer: Mapping[str, Any]
    """{name, size}: ids of other words would be other captions."""


@dataclass(frozen=True)
class TrainingState:
    step: int
    loader: Mapping[str, Any]
    window: tuple[float, ...]
    """Losses since the last logged row."""


@dataclass(frozen=True)
class Checkpoint:
    ref: ObjectRef
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]

    @property
    def step(self) -> int:
        return int(self.manifest["step"])

    def tensors(self, path: str) -> dict[str, Tensor]:
        return safetensors.torch.load(self.files[path])

    def json(self, path: str) -> Any:
        return json.loads(self.files[path])


def commit_checkpoint(
    objects: Objects, prefix: str, attempt: int, step: int, provenance: Provenance, files: Mapping[str, bytes]
) -> ObjectRef:
    """Writes every file below `prefix`, then the manifest, whose reference is the checkpoint's name from now on."""
    written = {path: asdict(put_object(objects, f"{prefix}/{path}", data)) for path, data in sorted(files.items())}
    manifest = {"format": FORMAT, "attempt": attempt, "step": step, **asdict(provenance), "files": written}
    return put_object(objects, f"{prefix}/manifest.json", canonical_json(manifest))


def load_checkpoint(objects: Objects, ref: ObjectRef) -> Checkpoint:
    """Reads a checkpoint whole. Raises CorruptObject or MissingObject, ValueError for another format."""
    manifest = json.loads(get_checked(objects, ref))
    if manifest.get("format") != FORMAT:
        raise ValueError(f"{ref.key} is no checkpoint of format {FORMAT}")
    files = {path: get_checked(objects, ObjectRef(**entry)) for path, entry in manifest["files"].items()}
    return Checkpoint(ref, manifest, files)


def last_good(objects: Objects, refs: Iterable[ObjectRef], provenance: Provenance) -> Checkpoint | None:
    """The first of `refs` (newest first) that is whole and of this run's making; None starts the run afresh."""
    for ref in refs:
        try:
            checkpoint = load_checkpoint(objects, ref)
        except (CorruptObject, MissingObject, SafetensorError, ValueError, KeyError, TypeError) as broken:
            log.warning("checkpoint refused", extra={"key": ref.key, "reason": str(broken)})
            continue
        wanted = json.loads(canonical_json(asdict(provenance)))
        different = [name for name in wanted if checkpoint.manifest.get(name) != wanted[name]]
        if different:
            log.warning("checkpoint refused", extra={"key": ref.key, "reason": f"another {', '.join(different)}"})
            continue
        return checkpoint
    return None


def module_files(folder: str, weights: str, module: Any) -> dict[str, bytes]:
    """One model part in the layout that `from_pretrained(folder)` reads."""
    config = module.config.to_json_string() if hasattr(module.config, "to_json_string") else module.to_json_string()
    return {f"{folder}/{weights}": tensor_bytes(module.state_dict()), f"{folder}/config.json": config.encode()}


def optimizer_tensors(optimizer: torch.optim.Optimizer, names: list[str]) -> dict[str, Tensor]:
    state = optimizer.state_dict()["state"]
    return {f"{names[place]}|{kind}": value for place, kept in state.items() for kind, value in kept.items()}


def restore_optimizer(optimizer: torch.optim.Optimizer, names: list[str], tensors: Mapping[str, Tensor]) -> None:
    places = {name: place for place, name in enumerate(names)}
    record = optimizer.state_dict()
    record["state"] = {place: {} for place in range(len(names))}
    for key, value in tensors.items():
        name, _, kind = key.rpartition("|")
        record["state"][places[name]][kind] = value
    optimizer.load_state_dict(record)


def tensor_bytes(tensors: Mapping[str, Tensor]) -> bytes:
    """The same tensors give the same bytes: names are sorted, no metadata is added."""
    return safetensors.torch.save({name: tensors[name].detach().cpu().contiguous() for name in sorted(tensors)})


def canonical_json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str).encode()


def named_parameters(parts: Mapping[str, nn.Module]) -> dict[str, nn.Parameter]:
    """Parameters of all parts under `<part>.<parameter>`, in a fixed order."""
    return {f"{part}.{name}": p for part, module in sorted(parts.items()) for name, p in module.named_parameters()}
