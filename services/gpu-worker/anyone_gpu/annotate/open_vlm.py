"""A large model as a labeller, by the file that names it."""

from __future__ import annotations

from .vlm import Vlm
from .vlm_file import Surroundings, VlmFile


def open_vlm(file: VlmFile, around: Surroundings) -> Vlm:
    """The model behind a labeller's file. Raises ValueError, and what `weights.checked_folder` raises.

    Each adapter loads only its own libraries: transformers takes seconds, and a labeller behind a server needs none of it.
    """
    if file.adapter == "openai":
        from .openai_vlm import open_openai

        return open_openai(file, around)
    from .instructblip import open_instructblip

    return open_instructblip(file, around)
