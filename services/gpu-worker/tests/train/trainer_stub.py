"""A trainer service for tests: a real gRPC server on loopback that records what workers say and offers what it is told."""

import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

from anyone_gpu.generated.anyone.v1 import train_pb2 as wire
from anyone_gpu.generated.anyone.v1 import train_pb2_grpc

TOKEN = "a service token"


class TrainerStub(train_pb2_grpc.TrainServiceServicer):
    def __init__(self, port: int = 0) -> None:
        self.registered: list[wire.Register] = []
        self.ready = 0
        self.renewals: list[wire.Renew] = []
        self.numbers: list[int] = []
        self.rows: dict[tuple[int, str], float] = {}
        self.checkpoints: list[wire.CheckpointCommitted] = []
        self.done: list[wire.Done] = []
        self.holds = True
        """Whether the lease is still the worker's: what every Ack says."""
        self.deaf = False
        """Hears and stores nothing, confirms nothing: as if the machine stopped between two packets."""
        self._offers: queue.Queue[wire.LeaseOffer] = queue.Queue()
        self._replies: queue.Queue[wire.TrainerMessage | None] = queue.Queue()
        self.port = port
        self.start()

    def start(self) -> None:
        self._server = grpc.server(ThreadPoolExecutor(8))
        train_pb2_grpc.add_TrainServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        self._server.start()

    def stop(self) -> None:
        self._replies.put(None)
        self._server.stop(0).wait()

    def offer(self, kind: str, config: dict[str, Any], run_id: str, attempt: int = 1, **more: Any) -> None:
        more = {"ttl_seconds": 3, "key_prefix": f"run/{run_id}/attempt-{attempt}", **more}
        offer = wire.LeaseOffer(run_id=run_id, kind=kind, attempt=attempt, config_json=json.dumps(config), **more)
        self._replies.put(wire.TrainerMessage(offer=offer))

    def reply(self, **message: Any) -> None:
        self._replies.put(wire.TrainerMessage(**message))

    def Work(self, requests: Iterator[wire.WorkerMessage], context: grpc.ServicerContext) -> Iterator[wire.TrainerMessage]:
        if dict(context.invocation_metadata()).get("authorization") != f"Bearer {TOKEN}":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "wrong token")
        replies = self._replies = queue.Queue()
        threading.Thread(target=self._listen, args=(requests, replies), daemon=True).start()
        yield from iter(replies.get, None)

    def _listen(self, requests: Iterator[wire.WorkerMessage], replies: Any) -> None:
        try:
            for message in requests:
                if not self.deaf:
                    self._hear(message, replies)
        except grpc.RpcError:
            pass

    def _hear(self, message: wire.WorkerMessage, replies: Any) -> None:
        kind = message.WhichOneof("kind")
        said = getattr(message, kind)
        if kind == "register":
            self.registered.append(said)
        elif kind == "ready":
            self.ready += 1
        else:
            if kind == "renew":
                self.renewals.append(said)
            elif kind == "metrics":
                self.rows |= {(row.step, row.name): row.value for row in said.rows}
            elif kind == "checkpoint":
                self.checkpoints.append(said)
            else:
                self.done.append(said)
            number = 0 if kind == "renew" else said.seq
            if number:
                self.numbers.append(number)
            ack = wire.Ack(run_id=said.run_id, attempt=said.attempt, seq=number, accepted=self.holds)
            replies.put(wire.TrainerMessage(ack=ack))


def eventually(happened: Callable[[], object], seconds: float = 60) -> None:
    """Waits until `happened()` is true."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
