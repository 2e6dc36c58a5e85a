"""What fine-tuning changed of a large model, as safetensors objects: the base's weights stay where they are.

Of LoRA these are the adapter's two factors, of the Q-Former's tuning its parameters, of a full one everything. A file holds
at most a gigabyte, which any object store takes in one piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from safetensors.torch import load, save

from anyone_gpu.objects import ObjectRef, Objects, get_checked, put_object

from .tuning import Tunable, merge, prepare
from .vlm_file import Tuned

_MOST_BYTES = 1 << 30  # of one file


def put_tuned(objects: Objects, prefix: str, vlm: Tunable, method: str, names: Sequence[str]) -> Tuned:
    """Stores the parameters under `names` as `prefix/N.safetensors`; the same parameters give the same bytes."""
    parameters = dict(vlm.model.named_parameters())
    shards: list[dict[str, torch.Tensor]] = [{}]
    size = 0
    for name in sorted(names):
        tensor = parameters[name].detach().cpu().contiguous()
        if size and size + tensor.nbytes > _MOST_BYTES:
            shards.append({})
            size = 0
        shards[-1][name] = tensor
        size += tensor.nbytes
    refs = [put_object(objects, f"{prefix}/{i}.safetensors", save(shard)) for i, shard in enumerate(shards)]
    return Tuned(method, tuple(ObjectRef(ref.key, ref.sha256) for ref in refs))


def put_in(objects: Objects, vlm: Tunable, tuned: Tuned) -> None:
    """Writes stored parameters into the base model they were tuned from; LoRA's are merged into its weights.

    Raises ValueError for parameters that this model does not have, MissingObject and CorruptObject.
    """
    names = set(prepare(vlm, tuned.method))
    found: set[str] = set()
    own: dict[str, Any] = dict(vlm.model.named_parameters())
    for shard in tuned.shards:
        for name, tensor in load(get_checked(objects, shard)).items():
            if name not in names or own[name].shape != tensor.shape:
                raise ValueError(f"the tuned weights hold {name} {list(tensor.shape)}, which the base model has no place for")
            with torch.no_grad():
                own[name].copy_(tensor)
            found.add(name)
    if found != names:
        raise ValueError(f"the tuned weights lack {min(names - found)}: they are not whole")
    merge(vlm)
    vlm.model.requires_grad_(False).eval()
