"""A large model as a labeller, by the file that names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyone_gpu.objects import Objects

from .vlm import Vlm
from .vlm_file import Surroundings, VlmFile

if TYPE_CHECKING:
    from .instructblip import InstructBlip
    from .transformers_vlm import TransformersVlm


def open_vlm(file: VlmFile, around: Surroundings, objects: Objects) -> Vlm:
    """The model behind a labeller's file. Raises ValueError, and what `weights.checked_folder` raises.

    Each adapter loads only its own libraries: transformers takes seconds, and a labeller behind a server needs none of it.
    """
    if file.adapter == "openai":
        from .openai_vlm import open_openai

        return open_openai(file, around)
    vlm = open_weights(file, around)
    if file.tuned:
        from .tuned_weights import put_in

        put_in(objects, vlm, file.tuned)
    return vlm


def open_weights(file: VlmFile, around: Surroundings) -> InstructBlip | TransformersVlm:
    """The base model of a labeller's file, as it was before any fine-tuning."""
    if file.adapter == "instructblip":
        from .instructblip import open_instructblip

        return open_instructblip(file, around)
    from .transformers_vlm import open_transformers

    return open_transformers(file, around)
