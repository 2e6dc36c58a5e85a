"""Folders of weights: under the operator's folder of models, every file of them known by its sha256, safetensors alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from anyone_gpu.objects import CorruptObject, MissingObject

# what loading a model and its processor reads; a pickle is never read, and code in the folder never run
_READ = {".safetensors", ".json", ".txt", ".model", ".jinja"}


def hashes_of(folder: Path) -> dict[str, str]:
    """sha256 of every file of a folder that loading reads, by its path in the folder: what a labeller's file lists."""
    return {
        str(path.relative_to(folder)): _sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.suffix in _READ and path.is_file()
    }


def checked_folder(models: Path | None, name: str, files: Mapping[str, str]) -> Path:
    """The folder `name` under `models`, whose files are those that `files` lists.

    Raises MissingObject (no such folder or file), CorruptObject (a file was changed, or one is there that is not listed),
    ValueError (a name that leads out of `models`, or no weights among the files).
    """
    if models is None:
        raise MissingObject(f"no folder of models is set, so {name} can't be looked for: set MODELS_DIR")
    folder = (models / name).resolve()
    if not folder.is_relative_to(models.resolve()) or folder == models.resolve():
        raise ValueError(f"{name!r} is no folder under {models}")
    if not folder.is_dir():
        raise MissingObject(f"there is no {folder}: put the model's files there")
    if not any(file.endswith(".safetensors") for file in files):
        raise ValueError(f"the labeller's file lists no .safetensors of {name}: other forms of weights are not read")
    found = hashes_of(folder)
    for file, digest in files.items():
        if file not in found:
            raise MissingObject(f"{folder} has no {file}")
        if found[file] != digest:
            raise CorruptObject(f"{folder / file} has sha256 {found[file][:12]}…, expected {digest[:12]}…: it was changed")
    unknown = sorted(found.keys() - files.keys())
    if unknown:
        raise CorruptObject(f"{folder} holds {unknown[0]}, which the labeller's file doesn't list: remove it, or list it")
    return folder


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
