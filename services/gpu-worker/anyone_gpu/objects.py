"""Objects by key: a folder (`file:///…`) or a bucket (`s3://bucket/prefix`).

The layout on disk is the one of `packages/storage`: the key is the path under the root. A write is whole or absent:
temporary file, fsync, rename, fsync of the folder.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlparse

from anyone_gpu.config import Config


class CorruptObject(Exception):
    """An object's bytes are not those its sha256 names."""


class MissingObject(Exception):
    """No object lies under the key."""


@dataclass(frozen=True)
class ObjectRef:
    """An object and the bytes it must hold: what manifests and leases carry."""

    key: str
    sha256: str
    bytes: int | None = None


class Objects(Protocol):
    """`get` raises MissingObject; `list` gives every key under a prefix, sorted. A store may key a cache."""

    def __hash__(self) -> int: ...
    def put(self, key: str, data: bytes) -> None: ...
    def get(self, key: str) -> bytes: ...
    def has(self, key: str) -> bool: ...
    def list(self, prefix: str) -> Iterator[str]: ...
    def local(self, key: str) -> Path | None:
        """The file that an object is or would be, where objects are files of this machine."""


def open_objects(url: str, config: Config | None = None) -> Objects:
    """Opens the store an address names. Raises ValueError for a scheme we do not speak."""
    parts = urlparse(url)
    if parts.scheme == "file" and parts.path:
        return FileObjects(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.netloc:
        return S3Objects(
            parts.netloc,
            parts.path.strip("/"),
            endpoint=config.s3_endpoint if config else None,
            region=config.s3_region if config else "us-east-1",
        )
    raise ValueError(f"OBJECTS_URL must be file:///absolute/folder or s3://bucket/prefix, not {url!r}")


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put_object(objects: Objects, key: str, data: bytes) -> ObjectRef:
    """Writes and returns the reference that a manifest stores."""
    objects.put(key, data)
    return ObjectRef(key, sha256_hex(data), len(data))


def get_checked(objects: Objects, ref: ObjectRef) -> bytes:
    """The bytes of `ref`. Raises CorruptObject when length or hash differ, MissingObject when absent."""
    data = objects.get(ref.key)
    if ref.bytes is not None and len(data) != ref.bytes:
        raise CorruptObject(f"{ref.key} holds {len(data)} bytes, its manifest says {ref.bytes}")
    found = sha256_hex(data)
    if found != ref.sha256:
        raise CorruptObject(f"{ref.key} has sha256 {found[:12]}…, its manifest says {ref.sha256[:12]}…")
    return data


class FileObjects:
    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, data: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        # A name of its own: two writers of one key must not share a temporary file.
        temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
        try:
            with open(temporary, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError as absent:
            raise MissingObject(f"no object under {key}") from absent

    def has(self, key: str) -> bool:
        return self._path(key).is_file()

    def local(self, key: str) -> Path:
        return self._path(key)

    def list(self, prefix: str) -> Iterator[str]:
        top = self._path(prefix) if prefix.strip("/") else self._root
        top = top if top.is_dir() else top.parent
        found = (path for path in top.rglob("*") if path.is_file() and not path.name.startswith("."))
        keys = (path.relative_to(self._root).as_posix() for path in found)
        yield from sorted(key for key in keys if key.startswith(prefix))

    def _path(self, key: str) -> Path:
        parts = key.split("/")
        if not key or key.startswith("/") or ".." in parts:
            raise ValueError(f"not an object key: {key!r}")
        return self._root.joinpath(*parts)


class S3Objects:
    """A bucket through boto3, which reads AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY itself."""

    def __init__(self, bucket: str, prefix: str, *, endpoint: str | None, region: str) -> None:
        import boto3  # heavy, and of no use on one machine
        from botocore.config import Config as ClientConfig

        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name=region,
            config=ClientConfig(
                # An address of the user's own server has no wildcard DNS: the bucket goes into the path.
                s3={"addressing_style": "path" if endpoint else "auto"},
                retries={"mode": "standard", "max_attempts": 5},
                # Seconds; a server that says nothing for so long is tried again.
                connect_timeout=5,
                read_timeout=20,
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put(self, key: str, data: bytes) -> None:
        self._client.put_object(Bucket=self._bucket, Key=self._prefix + key, Body=data)

    def get(self, key: str) -> bytes:
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + key)
        except self._client.exceptions.NoSuchKey as absent:
            raise MissingObject(f"no object under {key}") from absent
        body: bytes = answer["Body"].read()
        return body

    def has(self, key: str) -> bool:
        from botocore.exceptions import ClientError

        try:
            self._client.head_object(Bucket=self._bucket, Key=self._prefix + key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return False
            raise
        return True

    def local(self, key: str) -> None:
        return None

    def list(self, prefix: str) -> Iterator[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix + prefix)
        for page in pages:
            for entry in page.get("Contents", []):
                yield entry["Key"].removeprefix(self._prefix)
