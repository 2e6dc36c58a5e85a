"""Features kept on disk per asset: fine-tuning again with more answers measures only the new pictures."""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path
from typing import Protocol

import numpy as np

from anyone_gpu.objects import Objects

from .features import LENGTH, VERSION, Features, measure
from .picture import read_picture


class Source(Protocol):
    """Where a picture lies."""

    @property
    def asset_id(self) -> str: ...
    @property
    def image_key(self) -> str: ...
    @property
    def parts_key(self) -> str: ...
    @property
    def box(self) -> tuple[float, float, float, float] | None: ...


class FeatureCache:
    """A folder of one file per picture, or none. A broken file is measured again."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / VERSION if folder else None

    def features(self, objects: Objects, source: Source) -> Features:
        """Features of one picture. Raises MissingObject and UnreadablePicture."""
        path = self._path(source)
        if path is not None and path.is_file():
            kept = _load(path)
            if kept is not None:
                return kept
        image, parts = objects.get(source.image_key), objects.get(source.parts_key)
        found = measure(read_picture(image, parts, source.box))
        if path is not None:
            _save(path, found)
        return found

    def _path(self, source: Source) -> Path | None:
        if self._folder is None:
            return None
        name = hashlib.sha256(f"{source.asset_id} {source.parts_key} {source.box}".encode()).hexdigest()
        return self._folder / name[:2] / f"{name}.npz"


def _load(path: Path) -> Features | None:
    try:
        with np.load(path) as file:
            features = Features(file["vector"], file["colours"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
    return features if features.vector.shape == (LENGTH,) else None


def _save(path: Path, features: Features) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with open(temporary, "wb") as file:
        np.savez(file, vector=features.vector, colours=features.colours)
    os.replace(temporary, path)
