"""Features kept on disk per asset: what was measured to answer is not measured again to learn, by whichever process."""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path
from typing import Protocol

import numpy as np

from anyone_gpu.objects import Objects

from .features import LENGTH, VERSION, Features, measure
from .picture import Picture, read_picture


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
        kept = self._find(source)
        if kept is not None:
            return kept
        return self._add(source, read_picture(objects.get(source.image_key), objects.get(source.parts_key), source.box))

    def of(self, picture: Picture, source: Source) -> Features:
        """Features of a picture that was read already."""
        kept = self._find(source)
        return self._add(source, picture) if kept is None else kept

    def _find(self, source: Source) -> Features | None:
        path = self._path(source)
        return _load(path) if path is not None and path.is_file() else None

    def _add(self, source: Source, picture: Picture) -> Features:
        found, path = measure(picture), self._path(source)
        if path is not None:
            _save(path, found)
        return found

    def _path(self, source: Source) -> Path | None:
        if self._folder is None:
            return None
        # boxes come over the wire in 32 bits and in a job's JSON in 64: a hundredth of a pixel names both
        box = tuple(round(v, 2) for v in source.box) if source.box else None
        name = hashlib.sha256(f"{source.asset_id} {source.parts_key} {box}".encode()).hexdigest()
        return self._folder / name[:2] / f"{name}.npz"


NO_CACHE = FeatureCache(None)


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
