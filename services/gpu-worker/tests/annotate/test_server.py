"""The inference server over loopback: token, health, typed failures per picture, labellers by key and hash."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from anyone_gpu.annotate.asking import Asking
from anyone_gpu.annotate.learn import Learned
from anyone_gpu.generated.anyone.v1 import annotate_pb2 as wire
from anyone_gpu.generated.anyone.v1 import annotate_pb2_grpc
from anyone_gpu.server import start_server

from .figures import QUESTIONS, Figure, Folder

TOKEN = (("authorization", "Bearer secret"),)
WIRE_QUESTIONS = [wire.Question(category=q.category, id=q.id, text=q.text, options=q.options, parts=q.parts) for q in QUESTIONS]


@pytest.fixture(scope="module")
def store(figures: list[Figure], learned: Learned) -> Folder:
    store = Folder(figures[60:70])
    store.put("model/good", learned.data)
    store.put("model/altered", learned.data[:-1] + b"x")
    store.put("figure-broken.jpg", b"<html>")
    store.put("figure-broken.png", figures[60].parts)
    return store


@pytest.fixture(scope="module")
def channel(store: Folder) -> Iterator[grpc.Channel]:
    server, port = start_server(Asking(store), "127.0.0.1:0", "secret")
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel
    server.stop(0).wait()


def request(names: list[str], key: str = "model/good", sha256: str = "", **more: object) -> wire.AskRequest:
    return wire.AskRequest(
        labeller=wire.LabellerRef(id="embedded-1", object_key=key, sha256=sha256),
        images=[wire.AskImage(asset_id=n, image_key=f"{n}.jpg", parts_key=f"{n}.png", categories=[20, 25, 34]) for n in names],
        questions=WIRE_QUESTIONS,
        **more,
    )


def test_answers_a_chunk(channel: grpc.Channel, learned: Learned, figures: list[Figure]) -> None:
    names = [f.name for f in figures[60:70]]
    response = annotate_pb2_grpc.AnnotateServiceStub(channel).Ask(request(names, sha256=learned.sha256), metadata=TOKEN)
    assert (response.model, response.tier, response.version, response.trained) == (
        "part-labeller",
        "embedded",
        "embedded-1",
        True,
    )
    assert response.sha256 == learned.sha256
    assert [image.asset_id for image in response.images] == names
    hits = [a.option == f.answers[a.category] for f, i in zip(figures[60:70], response.images, strict=True) for a in i.answers]
    assert len(hits) == 30
    assert sum(hits) >= 24
    first = response.images[0]
    assert sum(first.part_shares) == pytest.approx(1)
    assert list(first.cut_parts) == [0]


def test_a_broken_picture_fails_alone(channel: grpc.Channel, learned: Learned) -> None:
    chunk = request(["figure-60", "figure-broken", "figure-gone", "figure-61"], sha256=learned.sha256)
    images = annotate_pb2_grpc.AnnotateServiceStub(channel).Ask(chunk, metadata=TOKEN).images
    assert [image.failure.code for image in images] == ["", "unreadable-image", "missing-object", ""]
    assert [image.failure.retry for image in images[1:3]] == [False, True]
    assert [len(image.answers) for image in images] == [3, 0, 0, 3]


def test_the_untrained_labeller_needs_no_file(channel: grpc.Channel) -> None:
    response = annotate_pb2_grpc.AnnotateServiceStub(channel).Ask(request(["figure-60"], key=""), metadata=TOKEN)
    assert not response.trained
    assert response.images[0].answers[1].confidence == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("key", "sha256", "code"),
    [
        ("model/none", "0" * 64, grpc.StatusCode.NOT_FOUND),
        ("model/altered", None, grpc.StatusCode.DATA_LOSS),
        ("model/good", "0" * 64, grpc.StatusCode.DATA_LOSS),
    ],
)
def test_a_labeller_that_cannot_be_used(
    channel: grpc.Channel, learned: Learned, key: str, sha256: str | None, code: grpc.StatusCode
) -> None:
    chunk = request(["figure-60"], key=key, sha256=sha256 or learned.sha256)
    with pytest.raises(grpc.RpcError) as caught:
        annotate_pb2_grpc.AnnotateServiceStub(channel).Ask(chunk, metadata=TOKEN)
    assert caught.value.code() == code


def test_malformed_requests_are_refused(channel: grpc.Channel, learned: Learned) -> None:
    ask = annotate_pb2_grpc.AnnotateServiceStub(channel).Ask
    unknown = request(["figure-60"], sha256=learned.sha256)
    unknown.images[0].categories.append(70)
    other = request(["figure-60"], sha256=learned.sha256)
    other.questions[0].options.append("one more")
    for bad in (request([], sha256=learned.sha256), request(["figure-60"] * 65, sha256=learned.sha256), unknown, other):
        with pytest.raises(grpc.RpcError) as caught:
            ask(bad, metadata=TOKEN)
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert caught.value.details()


def test_the_token_is_checked_and_health_is_open(channel: grpc.Channel) -> None:
    ask = annotate_pb2_grpc.AnnotateServiceStub(channel).Ask
    for metadata in ((), (("authorization", "Bearer other"),)):
        with pytest.raises(grpc.RpcError) as caught:
            ask(request(["figure-60"], key=""), metadata=metadata)
        assert caught.value.code() == grpc.StatusCode.UNAUTHENTICATED
    health = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
    assert health.status == health_pb2.HealthCheckResponse.SERVING


def test_a_taken_port_is_said(store: Folder) -> None:
    server, port = start_server(Asking(store), "127.0.0.1:0", "secret")
    with pytest.raises(OSError, match="another inference server"):
        start_server(Asking(store), f"127.0.0.1:{port}", "secret")
    server.stop(0).wait()
