"""Objects by key: whole or absent, checked, and never outside their root."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from anyone_gpu.config import load_config
from anyone_gpu.objects import (
    CorruptObject,
    FileObjects,
    MissingObject,
    ObjectRef,
    Objects,
    S3Objects,
    get_checked,
    open_objects,
    put_object,
)
from tests.train.s3_server import s3_server


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Objects]:
    with s3_server(tmp_path_factory.mktemp("weed")) as endpoint:
        bucket = f"anyone-worker-{secrets.token_hex(4)}"
        env = {"OBJECTS_URL": f"s3://{bucket}/some/prefix", "SERVICE_TOKEN": "x", "S3_ENDPOINT": endpoint}
        opened = open_objects(env["OBJECTS_URL"], load_config(env))
        assert isinstance(opened, S3Objects)
        client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
        client.create_bucket(Bucket=bucket)
        yield opened
        # The server may be one that others use too.
        for key in opened.list(""):
            client.delete_object(Bucket=bucket, Key=f"some/prefix/{key}")
        client.delete_bucket(Bucket=bucket)


@pytest.fixture
def objects(tmp_path: Path) -> FileObjects:
    opened = open_objects((tmp_path / "store of mine").as_uri())
    assert isinstance(opened, FileObjects)
    return opened


@pytest.mark.parametrize("kind", ["objects", "s3"])
def test_what_is_put_is_got_listed_and_replaced_whole(kind: str, request: pytest.FixtureRequest) -> None:
    store: Objects = request.getfixturevalue(kind)
    store.put("run/a/1.bin", b"one")
    store.put("run/b/2.bin", b"two")
    store.put("run/a/1.bin", b"more than one")
    assert store.get("run/a/1.bin") == b"more than one"
    assert store.has("run/b/2.bin") and not store.has("run/b")
    assert list(store.list("run/")) == ["run/a/1.bin", "run/b/2.bin"]
    assert list(store.list("run/a")) == ["run/a/1.bin"]
    assert list(store.list("nothing/here")) == []
    with pytest.raises(MissingObject):
        store.get("run/c")


def test_a_failed_write_leaves_the_old_object_and_no_litter(
    objects: FileObjects, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects.put("a", b"old")
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            objects.put("a", b"new")
    assert objects.get("a") == b"old"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_bytes_are_checked_against_their_reference(objects: FileObjects) -> None:
    ref = put_object(objects, "x", b"abc")
    assert get_checked(objects, ref) == b"abc"
    objects.put("x", b"abd")
    with pytest.raises(CorruptObject, match="sha256"):
        get_checked(objects, ref)
    objects.put("x", b"ab")
    with pytest.raises(CorruptObject, match="2 bytes"):
        get_checked(objects, ref)
    with pytest.raises(MissingObject):
        get_checked(objects, ObjectRef("y", ref.sha256))


@pytest.mark.parametrize("key", ["", "/etc/passwd", "a/../../b", ".."])
def test_a_key_cannot_leave_the_store(objects: FileObjects, key: str) -> None:
    with pytest.raises(ValueError, match="not an object key"):
        objects.put(key, b"")


@pytest.mark.parametrize("url", ["", "objects", "http://x/y", "file://", "s3://"])
def test_an_address_of_another_kind_is_refused_with_the_two_kinds(url: str) -> None:
    with pytest.raises(ValueError, match=r"file:///absolute/folder or s3://bucket/prefix"):
        open_objects(url)
