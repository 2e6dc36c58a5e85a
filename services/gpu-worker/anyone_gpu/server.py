"""The `serve` role: the gRPC server that answers questions about pictures."""

from __future__ import annotations

import hmac
import logging
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import torch
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from anyone_gpu.annotate.asking import Answered, Asked, Asking, Failed, LabellerName
from anyone_gpu.annotate.protocol import Question
from anyone_gpu.annotate.vlm import Guess, Unanswered, VlmUnavailable
from anyone_gpu.annotate.vlm_file import Surroundings
from anyone_gpu.config import Config
from anyone_gpu.generated.anyone.v1 import annotate_pb2 as wire
from anyone_gpu.generated.anyone.v1 import annotate_pb2_grpc
from anyone_gpu.objects import CorruptObject, MissingObject, open_objects

SERVICE = "anyone.v1.AnnotateService"
MOST_PICTURES = 64
MESSAGE_LIMIT = 8 * 1024 * 1024  # 64 pictures with 70 answers of 20 probabilities are under 1 MB
_CALLS_AT_ONCE = 2
_GRACE_SECONDS = 10.0

log = logging.getLogger("inference")


def serve(config: Config) -> None:
    """Serves until SIGTERM or SIGINT, then finishes the calls it has begun. Raises OSError when the port is taken."""
    torch.set_num_threads(1)  # on shared cores more threads are slower
    around = Surroundings(config.models_dir / "vlm", config.vlm_url, config.vlm_api_key)
    asking = Asking(open_objects(config.objects_url, config), cache_dir=config.cache_dir, around=around)
    server, port = start_server(asking, config.inference_address, config.service_token)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    log.info("answering on port %d", port)
    stop.wait()
    server.stop(_GRACE_SECONDS).wait()


def start_server(asking: Asking, address: str, token: str) -> tuple[grpc.Server, int]:
    """Starts serving `host:port` (port 0: a free one) and returns the server with its port."""
    server = grpc.server(
        ThreadPoolExecutor(max_workers=_CALLS_AT_ONCE + 2),
        interceptors=[_TokenCheck(token)],
        options=[
            ("grpc.max_receive_message_length", MESSAGE_LIMIT),
            ("grpc.max_send_message_length", MESSAGE_LIMIT),
            ("grpc.so_reuseport", 0),  # a second server on the port must fail, not share it
        ],
    )
    annotate_pb2_grpc.add_AnnotateServiceServicer_to_server(AnnotateServicer(asking), server)
    checks = health.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    try:
        port = server.add_insecure_port(address)
    except RuntimeError as error:
        raise OSError(f"can't listen on {address}: is another inference server running there?") from error
    for name in ("", SERVICE):
        checks.set(name, health_pb2.HealthCheckResponse.SERVING)
    server.start()
    return server, port


class AnnotateServicer(annotate_pb2_grpc.AnnotateServiceServicer):  # type: ignore[misc]
    """Puts the wire's words into those of `Asking`, and faults into statuses."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._turn = threading.Semaphore(_CALLS_AT_ONCE)

    def Ask(self, request: wire.AskRequest, context: grpc.ServicerContext) -> wire.AskResponse:
        """See annotate.proto."""
        with self._turn:
            try:
                questions = {q.category: _question(q) for q in request.questions}
                asked = _asked(request, questions)
                name = LabellerName(request.labeller.id, request.labeller.object_key, request.labeller.sha256)
                identity, results = self._asking.ask(name, asked, list(questions.values()), context.is_active)
            except MissingObject as error:
                context.abort(grpc.StatusCode.NOT_FOUND, f"labeller {request.labeller.id}: {error}")
            except CorruptObject as error:
                context.abort(grpc.StatusCode.DATA_LOSS, f"labeller {request.labeller.id}: {error}")
            except VlmUnavailable as error:
                context.abort(grpc.StatusCode.UNAVAILABLE, f"labeller {request.labeller.id}: {error}")
            except ValueError as error:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        return wire.AskResponse(
            images=[_result(one.asset_id, result) for one, result in zip(asked, results, strict=False)],
            model=identity.model,
            tier=identity.tier,
            version=identity.version,
            sha256=identity.sha256,
            trained=identity.trained,
            calibrated=identity.calibrated,
        )


class _TokenCheck(grpc.ServerInterceptor):  # type: ignore[misc]
    """Every call but those of the health service carries the service token."""

    def __init__(self, token: str) -> None:
        self._wanted = f"Bearer {token}".encode()
        self._refuse = grpc.unary_unary_rpc_method_handler(_unauthenticated)

    def intercept_service(self, continuation: Callable[[Any], Any], details: Any) -> Any:
        given = dict(details.invocation_metadata).get("authorization", "")
        given = given if isinstance(given, bytes) else given.encode()
        if details.method.startswith("/grpc.health.v1.") or hmac.compare_digest(given, self._wanted):
            return continuation(details)
        return self._refuse


def _unauthenticated(_request: Any, context: grpc.ServicerContext) -> None:
    context.abort(grpc.StatusCode.UNAUTHENTICATED, "the metadata lacks `authorization: Bearer <SERVICE_TOKEN>`")


def _question(q: wire.Question) -> Question:
    absent = q.absent if q.HasField("absent") else None
    return Question(q.category, q.id, tuple(q.options), tuple(q.parts), q.text, q.open, absent)


def _asked(request: wire.AskRequest, questions: dict[int, Question]) -> list[Asked]:
    if not 0 < len(request.images) <= MOST_PICTURES:
        raise ValueError(f"a request holds 1 to {MOST_PICTURES} images, this one {len(request.images)}")
    if len(questions) != len(request.questions):
        raise ValueError("a category number stands twice among the questions")
    out = []
    for image in request.images:
        unknown = [c for c in image.categories if c not in questions]
        if unknown:
            raise ValueError(f"{image.asset_id} is asked category {unknown[0]}, which is not among the questions")
        if len(image.person_box) not in (0, 4):
            raise ValueError(f"{image.asset_id}: a box has 4 numbers, not {len(image.person_box)}")
        x0, y0, x1, y1 = image.person_box or (0, 0, 0, 0)
        box = (x0, y0, x1, y1) if image.person_box else None
        asked = tuple(questions[c] for c in image.categories)
        out.append(Asked(image.asset_id, image.image_key, image.parts_key, box, asked))
    return out


def _result(asset_id: str, result: Answered | Failed) -> wire.ImageAnswers:
    if isinstance(result, Failed):
        failure = wire.Failure(code=result.code, message=result.message, retry=result.retry)
        return wire.ImageAnswers(asset_id=asset_id, failure=failure)
    answers = [_answer(guess) for guess in result.guesses]
    return wire.ImageAnswers(asset_id=asset_id, answers=answers, part_shares=result.shares, cut_parts=result.cut)


def _answer(guess: Guess | Unanswered) -> wire.CategoryAnswer:
    if isinstance(guess, Unanswered):
        failure = wire.Failure(code=guess.code, message=guess.message, retry=guess.retry)
        return wire.CategoryAnswer(category=guess.category, failure=failure)
    return wire.CategoryAnswer(
        category=guess.category, option=guess.option, confidence=guess.confidence, probabilities=guess.probabilities
    )
