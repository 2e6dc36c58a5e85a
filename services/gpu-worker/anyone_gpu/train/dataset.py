"""A released dataset version, read by its manifest.

The manifest is one JSON object:

    { "version": <number>, "name": "...", "protocol": "<id>", ...,
      "shards": [{ "key": "...", "sha256": "<hex>", "bytes": <int>, "count": <int> }, ...] }

Anything else in it is left alone. A shard is a tar whose members come in threes, `<assetId>` = 64 hex digits:

    <assetId>.jpg         the image as released
    <assetId>.parts.png   8-bit greyscale, pixel = ATR-18 id (0 background ... 17 scarf), same aspect as the image
    <assetId>.json        { "asset_id": "...", "split": "train" | "validation" | "test",
                            "size": [width, height],
                            "answers": { "<category id>": "<option>" },
                            "caption_groups": [ <group>, ... ] }

`size` is the jpg's. `answers` holds settled answers only (no `not_visible`, no `unsure`): an option's text
as the protocol writes it, of two colours the main one, or `other:<text>`. A group, in the protocol's order:

    { "group": "g07", "name": "top", "set": "C_body" | "C_outfit" | "C_other",
      "words": ["red", "short sleeve"],   attribute words, any order; the shot's phrase is the one word of g00
      "noun": "t-shirt" | null,
      "mask": [4],                        ATR parts; the whole person is [1..17]; [] for C_other
      "mask_else": [4, 5, 6],             optional: taken when `mask` has no pixel in this image (one_piece)
      "article": true,                    optional: "a" is written first; default true for g01
      "keep": 0.5 }                       optional: default .5 for g15-g20, 1 otherwise

Groups that say nothing (negative answers, not visible) are left out by the cutter. Other fields are left alone.
Nothing is read before its sha256 was checked.
"""

import io
import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anyone_gpu.objects import CorruptObject, ObjectRef, Objects, get_checked, sha256_hex
from anyone_gpu.train.caption import CaptionGroup, read_group

PARTS = 18
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Item:
    """A sample's record and where its bytes lie."""

    asset_id: str
    split: str
    size: tuple[int, int]
    """Width and height of the released image, in pixels."""
    answers: Mapping[str, str]
    groups: tuple[CaptionGroup, ...]
    shard: Path
    image_at: tuple[int, int]
    """Offset and length inside the shard."""
    parts_at: tuple[int, int]


@dataclass(frozen=True)
class Picture:
    """Decoded at one bucket's size. Suffixes: Y rows, X columns, C channels."""

    image_YXC: NDArray[np.uint8]
    parts_YX: NDArray[np.uint8]


@dataclass(frozen=True)
class Dataset:
    version: int
    protocol: str
    sha256: str
    """Of the manifest: what a metric names as its data."""
    items: tuple[Item, ...]

    def split(self, name: str) -> tuple[Item, ...]:
        assert name in SPLITS
        return tuple(item for item in self.items if item.split == name)


def open_dataset(objects: Objects, manifest: ObjectRef, cache: Path) -> Dataset:
    """Checks the manifest and every shard, keeps those of another machine as local files, and indexes them.

    Raises CorruptObject for bytes that differ from their sha256, ValueError for a shard that is not as described above.
    """
    record = json.loads(get_checked(objects, manifest))
    items: list[Item] = []
    for entry in record["shards"]:
        path = _fetch_shard(objects, ObjectRef(entry["key"], entry["sha256"], entry.get("bytes")), cache)
        found = list(_index_shard(path))
        if len(found) != entry["count"]:
            raise ValueError(f"shard {entry['key']} holds {len(found)} samples, its manifest says {entry['count']}")
        items += found
    if len({item.asset_id for item in items}) != len(items):
        raise ValueError(f"dataset version {record['version']} holds an asset twice")
    return Dataset(int(record["version"]), str(record["protocol"]), manifest.sha256, tuple(items))


def decode(item: Item, size: tuple[int, int]) -> Picture:
    """Fits the image to (width, height) and cuts the overhang evenly; the part map by nearest, so ids stay ids."""
    with open(item.shard, "rb") as file:
        image = Image.open(io.BytesIO(_read(file, item.image_at)))
        parts = Image.open(io.BytesIO(_read(file, item.parts_at)))
    if parts.mode not in ("L", "P"):
        raise ValueError(f"the part map of {item.asset_id} has mode {parts.mode}, not 8-bit greyscale")
    image.draft("RGB", (size[0] * 2, size[1] * 2))  # lets the JPEG decoder do the first halvings
    image_YXC = np.asarray(image.convert("RGB").resize(size, Image.Resampling.LANCZOS, _cover(image.size, size)))
    parts_YX = np.asarray(parts.resize(size, Image.Resampling.NEAREST, _cover(parts.size, size)))
    if parts_YX.max(initial=0) >= PARTS:
        raise ValueError(f"the part map of {item.asset_id} holds id {parts_YX.max()}; the largest is {PARTS - 1}")
    return Picture(image_YXC, parts_YX)


def _cover(have: tuple[int, int], want: tuple[int, int]) -> tuple[float, float, float, float]:
    """The largest centred box of `want`'s aspect inside `have`."""
    scale = min(have[0] / want[0], have[1] / want[1])
    width, height = want[0] * scale, want[1] * scale
    left, top = (have[0] - width) / 2, (have[1] - height) / 2
    return left, top, left + width, top + height


def _fetch_shard(objects: Objects, ref: ObjectRef, cache: Path) -> Path:
    here = objects.local(ref.key)
    if here is not None:  # a copy beside it would double a dataset's size
        get_checked(objects, ref)
        return here
    path = cache / "shards" / f"{ref.sha256}.tar"
    if path.is_file():
        if sha256_hex(path.read_bytes()) == ref.sha256:
            return path
        path.unlink()  # a crash or a disk tore it: fetch it again
    data = get_checked(objects, ref)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_bytes(data)
    temporary.replace(path)
    return path


def _index_shard(path: Path) -> Iterator[Item]:
    members: dict[str, dict[str, tuple[int, int]]] = {}
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                name, _, suffix = member.name.partition(".")
                members.setdefault(name, {})[suffix] = (member.offset_data, member.size)
    except tarfile.TarError as broken:
        raise CorruptObject(f"{path.name} is no readable tar: {broken}") from broken
    with open(path, "rb") as file:
        for name, found in members.items():
            missing = {"jpg", "parts.png", "json"} - found.keys()
            if missing:
                raise ValueError(f"asset {name} in {path.name} lacks {', '.join(sorted(missing))}")
            yield _read_item(json.loads(_read(file, found["json"])), path, found)


def _read_item(record: dict[str, Any], path: Path, found: dict[str, tuple[int, int]]) -> Item:
    if record["split"] not in SPLITS:
        raise ValueError(f"asset {record['asset_id']} has split {record['split']!r}")
    return Item(
        asset_id=record["asset_id"],
        split=record["split"],
        size=(int(record["size"][0]), int(record["size"][1])),
        answers=record["answers"],
        groups=tuple(read_group(raw) for raw in record["caption_groups"]),
        shard=path,
        image_at=found["jpg"],
        parts_at=found["parts.png"],
    )


def _read(file: Any, at: tuple[int, int]) -> bytes:
    file.seek(at[0])
    data: bytes = file.read(at[1])
    return data
