"""A released version: nothing unchecked is used, ids of parts stay ids, order and randomness are keyed, cursors go on."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from anyone_gpu.objects import CorruptObject, FileObjects, ObjectRef, put_object
from anyone_gpu.train.caption import CaptionGroup, plain_caption
from anyone_gpu.train.dataset import Dataset, Picture, decode, open_dataset
from anyone_gpu.train.loader import Loader, LoaderConfig, collate, nearest_size
from anyone_gpu.train.tokenizer import word_tokenizer
from tests.train.drawn import write_version

SIZES = ((32, 32), (24, 48))
TOKENIZER = word_tokenizer()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> tuple[FileObjects, ObjectRef, Path]:
    folder = tmp_path_factory.mktemp("release")
    objects = FileObjects(folder / "objects")
    return objects, write_version(objects, 10), folder / "cache"


@pytest.fixture(scope="module")
def dataset(store: tuple[FileObjects, ObjectRef, Path]) -> Dataset:
    return open_dataset(*store)


def a_loader(dataset: Dataset, batch: int = 3, seed: int = 5) -> Loader:
    return Loader(dataset.split("train"), TOKENIZER, LoaderConfig(SIZES, batch), seed)


def test_a_version_opens_with_its_splits(dataset: Dataset) -> None:
    assert [len(dataset.split(name)) for name in ("train", "validation", "test")] == [10, 2, 2]
    assert dataset.items[0].answers["top.color"]
    assert dataset.protocol == "prime-human@1.0.0"


def test_altered_bytes_are_refused_wherever_they_lie(store: tuple[FileObjects, ObjectRef, Path], tmp_path: Path) -> None:
    source, ref, _ = store
    objects = FileObjects(tmp_path / "objects")
    for key in source.list(""):
        objects.put(key, source.get(key))
    shard = json.loads(objects.get(ref.key))["shards"][0]["key"]
    good = objects.get(shard)
    for bad in (good[:-512], good[:600] + bytes([good[600] ^ 1]) + good[601:]):
        objects.put(shard, bad)
        with pytest.raises(CorruptObject, match="its manifest says"):
            open_dataset(objects, ref, tmp_path / "cache")
    objects.put(shard, good)
    objects.put(ref.key, objects.get(ref.key).replace(b'"version": 1', b'"version": 2'))
    with pytest.raises(CorruptObject):
        open_dataset(objects, ref, tmp_path / "cache")


class FarObjects(FileObjects):
    """A store on another machine: what it holds is no file here."""

    def local(self, key: str) -> None:  # type: ignore[override]
        return None


def test_a_torn_local_copy_of_a_shard_is_fetched_again(store: tuple[FileObjects, ObjectRef, Path], tmp_path: Path) -> None:
    far = FarObjects(store[2].parent / "objects")
    open_dataset(far, store[1], tmp_path)
    for path in (tmp_path / "shards").iterdir():
        path.write_bytes(path.read_bytes()[:1000])
    assert len(open_dataset(far, store[1], tmp_path).items) == 14


def test_shards_that_are_files_here_are_not_copied(store: tuple[FileObjects, ObjectRef, Path], tmp_path: Path) -> None:
    assert len(open_dataset(store[0], store[1], tmp_path).items) == 14
    assert list(tmp_path.iterdir()) == []


def test_a_shard_that_is_not_as_described_is_named(store: tuple[FileObjects, ObjectRef, Path], tmp_path: Path) -> None:
    objects = store[0]
    record = json.loads(objects.get(store[1].key))
    record["shards"][0]["count"] += 1
    wrong = put_object(objects, "version/2/manifest.json", json.dumps(record).encode())
    with pytest.raises(ValueError, match=r"holds \d+ samples, its manifest says"):
        open_dataset(objects, wrong, tmp_path)


def test_part_maps_keep_their_ids_and_line_up_with_the_image(dataset: Dataset) -> None:
    picture = decode(dataset.items[0], (24, 48))
    assert picture.image_YXC.shape == (48, 24, 3) and picture.parts_YX.shape == (48, 24)
    assert set(np.unique(picture.parts_YX)) <= {0, 2, 4, 6, 11, 14, 15}


def test_order_and_samples_do_not_depend_on_the_batch_size(dataset: Dataset) -> None:
    def seen(batch: int) -> dict[tuple[str, int], tuple[int, ...]]:
        loader = a_loader(dataset, batch)
        drawn: dict[tuple[str, int], tuple[int, ...]] = {}
        while loader.epoch < 3:
            data = loader.next()
            keys = zip(data.asset_ids, data.epochs, strict=True)
            drawn |= {key: caption.ids for key, caption in zip(keys, data.captions, strict=True)}
        return drawn

    two, three = seen(2), seen(3)
    common = two.keys() & three.keys()
    assert len(common) > 15
    assert all(two[key] == three[key] for key in common)


@given(cut=st.integers(0, 25))
@settings(max_examples=8, deadline=None)
def test_a_restored_cursor_goes_on_with_the_same_batches(dataset: Dataset, cut: int) -> None:
    whole, first = a_loader(dataset), a_loader(dataset)
    for _ in range(cut):
        whole.next()
        first.next()
    second = a_loader(dataset)
    second.restore(json.loads(json.dumps(first.state())))
    for _ in range(5):
        expected, found = whole.next(), second.next()
        assert found.asset_ids == expected.asset_ids and found.epochs == expected.epochs
        assert torch.equal(found.images_BCYZ, expected.images_BCYZ) and torch.equal(found.tokens_BT, expected.tokens_BT)


def test_every_sample_comes_once_per_epoch(dataset: Dataset) -> None:
    loader = a_loader(dataset, batch=1)
    drawn = [loader.next() for _ in range(30)]
    for epoch in range(3):
        ids = [data.asset_ids[0] for data in drawn if data.epochs == (epoch,)]
        assert sorted(ids) == sorted(item.asset_id for item in dataset.split("train"))


def test_a_group_without_a_pixel_is_no_target_and_a_fallback_steps_in() -> None:
    parts = np.zeros((8, 8), np.uint8)
    parts[2:6, 2:6] = 4
    belt = CaptionGroup("g13", "belt", (), "belt", (8,))
    dress = CaptionGroup("g06", "one_piece", ("red",), "dress", (7,), mask_else=(4, 5, 6))
    scene = CaptionGroup("g03", "scene", ("a park",), None, ())
    caption = plain_caption((scene, dress, belt), TOKENIZER)
    data = collate([Picture(np.zeros((8, 8, 3), np.uint8), parts)], [caption], ("x",), (0,))
    assert data.targets.names == (("one_piece",),)
    assert data.targets.count_BG.tolist() == [[2]]
    assert data.targets.masks_BGYZ.sum() == 16
    span = caption.spans[1]
    assert (data.targets.group_BT[0] >= 0).nonzero().flatten().tolist() == list(range(span.start, span.end))


def test_an_image_goes_to_the_bucket_of_its_aspect() -> None:
    sizes = ((64, 64), (56, 72), (48, 96))
    assert nearest_size((1472, 2944), sizes) == (48, 96)
    assert nearest_size((960, 1280), sizes) == (56, 72)
    assert nearest_size((2000, 1500), sizes) == (64, 64)
