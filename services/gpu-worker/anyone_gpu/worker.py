"""The `work` role as a process: take a lease, run its job, say how it ended, ask for the next one, until SIGTERM."""

import json
import logging
import os
import signal
import socket
import threading
from typing import Any

from anyone_gpu.config import Config
from anyone_gpu.generated.anyone.v1 import train_pb2 as wire
from anyone_gpu.objects import ObjectRef, Objects, open_objects
from anyone_gpu.trainer_link import Lease, LeaseReport, TrainerLink
from anyone_gpu.work import KINDS, Cancelled, Job, Outcome, Preempted, run_job

log = logging.getLogger(__name__)
LAST_WORD_SECONDS = 15.0
"""How long a stopping worker waits for the trainer to confirm its Done."""


def work(config: Config) -> None:
    """Runs until SIGTERM or SIGINT. Raises PermissionError when the trainer refuses our token."""
    closing = threading.Event()
    link = TrainerLink(config.trainer_address, config.service_token, register())

    def stop(*_: Any) -> None:
        closing.set()
        link.stop_current("preempt")  # the job finishes its step, commits, and gives the run back

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    objects = open_objects(config.objects_url, config)
    link.start()
    try:
        while not closing.is_set():
            lease = link.next_lease(timeout=0.5)
            if lease is None:
                continue
            if closing.is_set():
                lease.stop = "preempt"
            _serve_lease(link, lease, objects, config, closing)
    finally:
        link.close()


def _serve_lease(link: TrainerLink, lease: Lease, objects: Objects, config: Config, closing: threading.Event) -> None:
    report = LeaseReport(link, lease)
    ended = _run(lease, objects, report, config)
    if ended is not None and not lease.lost:
        outcome, reason, result = ended
        log.info("job ended", extra={"run": lease.offer.run_id, "outcome": outcome, "reason": reason})
        report.done(outcome, reason, result)
        # Done is not over until it is confirmed: the link sends it again after dialling again.
        waited = 0.0
        while not lease.settled.wait(0.2):
            waited += 0.2 if closing.is_set() else 0
            if waited > LAST_WORD_SECONDS:
                break
    if not closing.is_set():
        link.give_up(lease)


def _run(lease: Lease, objects: Objects, report: LeaseReport, config: Config) -> tuple[Outcome, str, str] | None:
    """How the job ended: its class, one sentence, its result as JSON. None when nobody waits for it."""
    offer = lease.offer
    log.info("job begins", extra={"run": offer.run_id, "kind": offer.kind, "attempt": offer.attempt})
    try:
        resume = tuple(ObjectRef(ref.manifest_key, ref.sha256) for ref in offer.resume)
        job = Job(offer.run_id, offer.kind, offer.attempt, offer.key_prefix, _read_config(offer.config_json), resume)
        return "ok", "", json.dumps(run_job(job, objects, report, config), allow_nan=False)
    except Cancelled:
        return None
    except Preempted as stopped:
        return "preempted", str(stopped), ""
    except ValueError as wrong:
        return "user_error", _sentence(wrong), ""
    except Exception as surprise:
        log.exception("job failed")
        return "infra", f"{type(surprise).__name__}: {_sentence(surprise)}", ""


def _read_config(text: str) -> dict[str, Any]:
    config = json.loads(text or "{}")
    if not isinstance(config, dict):
        raise ValueError("the job's configuration is no JSON object")
    return config


def _sentence(error: Exception) -> str:
    return str(error)[:500]


def register() -> wire.Register:
    """Who we are; the worker's name stays the same over reconnections."""
    import torch  # takes a second: not for those who only ask for --help

    device = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "cpu"
    host = socket.gethostname()
    return wire.Register(worker=f"{host}-{os.getpid()}", host=host, device=device, torch=torch.__version__, kinds=KINDS)
