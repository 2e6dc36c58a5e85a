"""Samples in training order, and what is random about each.

Order is a function of (seed, epoch), everything drawn for a sample of (seed, sample, epoch): results do not depend on the
batch size, on the number of ranks, or on where a run was interrupted. A batch holds one bucket's size only.

Shape suffixes: B samples, C channels, Y x Z pixels, T tokens, G groups.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from anyone_gpu.train.caption import Caption, CaptionConfig, write_caption
from anyone_gpu.train.dataset import Item, Picture, decode
from anyone_gpu.train.hola import GroupTargets
from anyone_gpu.train.tokenizer import Tokenizer

Size = tuple[int, int]


@dataclass(frozen=True)
class LoaderConfig:
    sizes: tuple[Size, ...]
    """Bucket sizes (width, height): an image goes to the nearest aspect."""
    batch: int
    flip: float = 0.5
    caption: CaptionConfig = field(default_factory=CaptionConfig)


@dataclass(frozen=True)
class Batch:
    images_BCYZ: Tensor
    """float in [-1, 1]"""
    tokens_BT: Tensor
    targets: GroupTargets
    asset_ids: tuple[str, ...]
    epochs: tuple[int, ...]
    captions: tuple[Caption, ...]


@dataclass
class Loader:
    """An endless stream of batches over `items`. `state` and `restore` carry the cursor through a checkpoint."""

    items: Sequence[Item]
    tokenizer: Tokenizer
    config: LoaderConfig
    seed: int
    epoch: int = 0
    place: int = 0
    _waiting: dict[Size, list[tuple[int, int]]] = field(default_factory=dict)
    _pictures: dict[tuple[str, Size], Picture] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.items:
            raise ValueError("the dataset version has no sample in its train split")
        self._buckets = [nearest_size(item.size, self.config.sizes) for item in self.items]
        self._order = self._shuffle()

    def next(self) -> Batch:
        while True:
            index = int(self._order[self.place])
            waiting = self._waiting.setdefault(self._buckets[index], [])
            waiting.append((index, self.epoch))
            self._advance()
            if len(waiting) == self.config.batch:
                self._waiting[self._buckets[index]] = []
                return self._collate(waiting, self._buckets[index])

    def state(self) -> dict[str, Any]:
        """JSON: the cursor, with the samples drawn but not yet in a full batch."""
        waiting = [[*size, *map(list, drawn)] for size, drawn in self._waiting.items() if drawn]
        return {"epoch": self.epoch, "place": self.place, "waiting": waiting}

    def restore(self, state: dict[str, Any]) -> None:
        self.epoch, self.place = state["epoch"], state["place"]
        self._order = self._shuffle()
        self._waiting = {
            (entry[0], entry[1]): [(int(index), int(epoch)) for index, epoch in entry[2:]] for entry in state["waiting"]
        }

    def _advance(self) -> None:
        self.place += 1
        if self.place == len(self.items):
            self.epoch, self.place = self.epoch + 1, 0
            self._order = self._shuffle()

    def _shuffle(self) -> Any:
        return keyed_rng(self.seed, "order", self.epoch).permutation(len(self.items))

    def _collate(self, drawn: Sequence[tuple[int, int]], size: Size) -> Batch:
        samples = [self._sample(self.items[index], epoch, size) for index, epoch in drawn]
        return collate(
            [picture for picture, _ in samples],
            [caption for _, caption in samples],
            tuple(self.items[index].asset_id for index, _ in drawn),
            tuple(epoch for _, epoch in drawn),
        )

    def _sample(self, item: Item, epoch: int, size: Size) -> tuple[Picture, Caption]:
        rng = keyed_rng(self.seed, "sample", item.asset_id, epoch)
        caption = write_caption(item.groups, self.tokenizer, rng, self.config.caption)
        picture = self._decoded(item, size)
        if rng.random() < self.config.flip:
            picture = Picture(picture.image_YXC[:, ::-1], picture.parts_YX[:, ::-1])
        return picture, caption

    def _decoded(self, item: Item, size: Size) -> Picture:
        key = (item.asset_id, size)
        if key not in self._pictures:
            if len(self._pictures) * size[0] * size[1] * 4 > 512 * 2**20:
                self._pictures.clear()
            self._pictures[key] = decode(item, size)
        return self._pictures[key]


def collate(
    pictures: Sequence[Picture], captions: Sequence[Caption], asset_ids: tuple[str, ...], epochs: tuple[int, ...]
) -> Batch:
    """One batch of pictures of one size. A group without a pixel of its mask is no target: its tokens stay free."""
    images = np.stack([picture.image_YXC for picture in pictures])
    masks = [_masks(picture, caption) for picture, caption in zip(pictures, captions, strict=True)]
    slots = max(1, *(len(found) for found in masks))
    height, width = pictures[0].parts_YX.shape
    masks_BGYZ = torch.zeros(len(pictures), slots, height, width)
    group_BT = torch.full((len(pictures), len(captions[0].ids)), -1, dtype=torch.long)
    for row, found in enumerate(masks):
        for slot, (start, end, _, mask) in enumerate(found):
            group_BT[row, start:end] = slot
            masks_BGYZ[row, slot] = torch.from_numpy(mask)
    return Batch(
        images_BCYZ=torch.from_numpy(images).permute(0, 3, 1, 2).float().div(127.5).sub(1).contiguous(),
        tokens_BT=torch.tensor([caption.ids for caption in captions]),
        targets=GroupTargets(group_BT, masks_BGYZ, tuple(tuple(name for _, _, name, _ in found) for found in masks)),
        asset_ids=asset_ids,
        epochs=epochs,
        captions=tuple(captions),
    )


def _masks(picture: Picture, caption: Caption) -> list[tuple[int, int, str, Any]]:
    found = []
    for span in caption.spans:
        mask = np.isin(picture.parts_YX, span.group.mask)
        if not mask.any() and span.group.mask_else:
            mask = np.isin(picture.parts_YX, span.group.mask_else)
        if mask.any():
            found.append((span.start, span.end, span.group.name, mask.astype(np.float32)))
    return found


def nearest_size(size: Size, sizes: Sequence[Size]) -> Size:
    """The bucket whose aspect is nearest in ratio; the first of equals."""
    return min(sizes, key=lambda bucket: abs(math.log(size[0] / size[1]) - math.log(bucket[0] / bucket[1])))


def keyed_rng(*key: object) -> np.random.Generator:
    """A generator of its own for a key such as (seed, "sample", asset id, epoch)."""
    return np.random.Generator(np.random.Philox(key=np.frombuffer(_digest(key), dtype=np.uint64)))


def keyed_noise(shape: tuple[int, ...], *key: object) -> Tensor:
    """Standard normal noise of a key, float32 on the CPU: the same on every device and rank."""
    seed = int.from_bytes(_digest(key)[:8], "little") >> 1
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def _digest(key: tuple[object, ...]) -> bytes:
    return hashlib.blake2b("\0".join(map(str, key)).encode(), digest_size=16).digest()
