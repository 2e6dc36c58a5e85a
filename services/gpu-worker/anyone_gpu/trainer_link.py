"""The one stream to the trainer service: dialled from here, dialled again when it breaks, nothing lost in between.

Messages that must arrive are numbered per lease and kept until confirmed; after dialling again they are sent once more, in
order. The protocol is written down in packages/grpc/proto/anyone/v1/train.proto.
"""

import logging
import queue
import random
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc

from anyone_gpu.generated.anyone.v1 import train_pb2 as wire
from anyone_gpu.generated.anyone.v1.train_pb2_grpc import TrainServiceStub
from anyone_gpu.objects import ObjectRef
from anyone_gpu.work import Stop

log = logging.getLogger(__name__)
_CLOSED = None
_LONGEST_PAUSE = 10.0


@dataclass
class Lease:
    offer: wire.LeaseOffer
    unconfirmed: dict[int, wire.WorkerMessage] = field(default_factory=dict)
    """By number, oldest first."""
    last: int = 0
    step: int = 0
    stop: Stop | None = None
    lost: bool = False
    settled: threading.Event = field(default_factory=threading.Event)
    """Done is confirmed, or nobody waits for it any more."""

    def is_of(self, message: wire.Ack | wire.Cancel | wire.Preempt) -> bool:
        return bool(message.run_id == self.offer.run_id and message.attempt == self.offer.attempt)


class TrainerLink:
    """`offers` yields leases one at a time; a `LeaseReport` speaks for the one held. Threads: one dials, one renews."""

    def __init__(self, address: str, token: str, register: wire.Register) -> None:
        self._address, self._register = address, register
        self._metadata = (("authorization", f"Bearer {token}"),)
        self._lock = threading.RLock()
        self._lease: Lease | None = None
        self._offers: queue.Queue[Lease] = queue.Queue()
        self._outgoing: queue.Queue[wire.WorkerMessage | None] = queue.Queue()
        self._closing = threading.Event()
        self._refused: str | None = None
        self._channel: grpc.Channel | None = None
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._dial, self._renew)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._closing.set()
        with self._lock:
            self._outgoing.put(_CLOSED)
            if self._channel is not None:
                self._channel.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def next_lease(self, timeout: float) -> Lease | None:
        """Waits for an offer. Raises PermissionError when the trainer does not accept our token."""
        if self._refused:
            raise PermissionError(self._refused)
        try:
            return self._offers.get(timeout=timeout)
        except queue.Empty:
            return None

    def say(self, lease: Lease, message: wire.WorkerMessage) -> None:
        """Sends a message that must arrive: its number is set here."""
        with self._lock:
            lease.last += 1
            getattr(message, message.WhichOneof("kind")).seq = lease.last
            lease.unconfirmed[lease.last] = message
            self._outgoing.put(message)

    def give_up(self, lease: Lease) -> None:
        """The lease is over, with or without Done: ask for the next one."""
        with self._lock:
            self._lease = None
            self._outgoing.put(wire.WorkerMessage(ready=wire.Ready()))

    def stop_current(self, stop: Stop) -> None:
        with self._lock:
            if self._lease is not None and self._lease.stop is None:
                self._lease.stop = stop

    def _dial(self) -> None:
        pause = 0.2
        while not self._closing.is_set():
            try:
                for message in self._open():
                    pause = 0.2
                    self._hear(message)
            except grpc.RpcError as broken:
                if broken.code() == grpc.StatusCode.UNAUTHENTICATED:
                    self._refused = f"the trainer at {self._address} does not accept our SERVICE_TOKEN"
                    return
                if not self._closing.is_set():
                    log.info("the trainer is out of reach", extra={"code": str(broken.code()), "again_in_s": pause})
            except ValueError:  # the channel was closed under us
                return
            self._closing.wait(pause * random.uniform(0.7, 1.3))
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _open(self) -> Iterator[wire.TrainerMessage]:
        with self._lock:
            self._outgoing.put(_CLOSED)  # ends the sender of a broken stream
            self._outgoing = queue.Queue()
            if self._channel is not None:
                self._channel.close()
            self._channel = grpc.insecure_channel(
                self._address,
                options=[("grpc.keepalive_time_ms", 60_000), ("grpc.keepalive_timeout_ms", 20_000)],
            )
            self._outgoing.put(wire.WorkerMessage(register=self._register))
            if self._lease is None:
                self._outgoing.put(wire.WorkerMessage(ready=wire.Ready()))
            else:
                self._outgoing.put(_renewal(self._lease))
                for message in self._lease.unconfirmed.values():
                    self._outgoing.put(message)
            outgoing = self._outgoing
        stream: Iterator[wire.TrainerMessage] = TrainServiceStub(self._channel).Work(
            iter(outgoing.get, _CLOSED), metadata=self._metadata
        )
        return stream

    def _hear(self, message: wire.TrainerMessage) -> None:
        kind = message.WhichOneof("kind")
        with self._lock:
            lease = self._lease
            if kind == "offer":
                if lease is None:
                    self._lease = Lease(message.offer)
                    self._offers.put(self._lease)
                return
            if lease is None or not lease.is_of(getattr(message, kind)):
                return
            if kind == "ack":
                for number in [n for n in lease.unconfirmed if n <= message.ack.seq]:
                    if lease.unconfirmed.pop(number).WhichOneof("kind") == "done":
                        lease.settled.set()
                if not message.ack.accepted:
                    self._lose(lease, "the trainer gave the lease to another worker")
            elif kind == "cancel":
                self._lose(lease, message.cancel.reason)
            elif kind == "preempt":
                lease.stop = lease.stop or "preempt"

    def _lose(self, lease: Lease, reason: str) -> None:
        log.info("lease lost", extra={"run": lease.offer.run_id, "attempt": lease.offer.attempt, "reason": reason})
        lease.stop, lease.lost = "cancel", True
        lease.unconfirmed.clear()
        lease.settled.set()

    def _renew(self) -> None:
        while not self._closing.wait(self._renew_every()):
            with self._lock:
                if self._lease is not None and not self._lease.lost:
                    self._outgoing.put(_renewal(self._lease))

    def _renew_every(self) -> float:
        lease = self._lease
        return max(lease.offer.ttl_seconds, 1) / 3 if lease else 0.5


@dataclass
class LeaseReport:
    """`work.Report` for one lease."""

    link: TrainerLink
    lease: Lease

    def metrics(self, step: int, values: Mapping[str, float]) -> None:
        rows = [wire.MetricRow(step=step, name=name, value=value) for name, value in values.items() if value == value]
        self.link.say(self.lease, wire.WorkerMessage(metrics=wire.Metrics(**self._who, rows=rows)))

    def checkpoint(self, step: int, manifest: ObjectRef) -> None:
        said = wire.CheckpointCommitted(**self._who, step=step, manifest_key=manifest.key, sha256=manifest.sha256)
        self.link.say(self.lease, wire.WorkerMessage(checkpoint=said))

    def done(self, outcome: str, reason: str, result_json: str) -> None:
        said = wire.Done(**self._who, outcome=outcome, reason=reason, result_json=result_json)
        self.link.say(self.lease, wire.WorkerMessage(done=said))

    def progress(self, step: int) -> None:
        self.lease.step = step

    def should_stop(self) -> Stop | None:
        return self.lease.stop

    @property
    def _who(self) -> dict[str, Any]:
        return {"run_id": self.lease.offer.run_id, "attempt": self.lease.offer.attempt}


def _renewal(lease: Lease) -> wire.WorkerMessage:
    offer = lease.offer
    return wire.WorkerMessage(renew=wire.Renew(run_id=offer.run_id, attempt=offer.attempt, step=lease.step))
