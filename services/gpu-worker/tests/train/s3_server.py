"""A real S3 server for a test: that of S3_ENDPOINT, or SeaweedFS from the environment's own package, on loopback."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WEED = Path(sys.executable).with_name("weed")


@contextmanager
def s3_server(folder: Path) -> Iterator[str]:
    """Yields the endpoint; its keys stand in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."""
    if given := os.environ.get("S3_ENDPOINT"):
        yield given
        return
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "test-access-key")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test-secret-key")
    ports = {name: _port() for name in ("s3.port", "master.port", "filer.port", "volume.port", "admin.port")}
    settings = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-webdav=false", "-admin.ui=false", "-master.telemetry=false"]
    settings += ["-s3.port.iceberg=0", "-s3.port.lance=0", *(f"-{name}={port}" for name, port in ports.items())]
    with open(folder / "weed.log", "w") as log:
        process = subprocess.Popen(
            [str(WEED), "mini", f"-dir={folder}", *settings], stdout=log, stderr=log, env={**os.environ, "HOME": str(folder)}
        )
    try:
        endpoint = f"http://127.0.0.1:{ports['s3.port']}"
        deadline = time.monotonic() + 60
        while not _answers(endpoint):
            assert process.poll() is None and time.monotonic() < deadline, (folder / "weed.log").read_text()[-2000:]
            time.sleep(0.1)
        yield endpoint
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _port() -> int:
    """Each of its ports takes a second one 10,000 above: both must be free."""
    while True:
        port = random.randint(20_000, 29_999)
        with socket.socket() as low, socket.socket() as high:
            try:
                low.bind(("127.0.0.1", port))
                high.bind(("127.0.0.1", port + 10_000))
            except OSError:
                continue
            return port


def _answers(endpoint: str) -> bool:
    """Up once an unsigned request is refused, not failed."""
    try:
        urllib.request.urlopen(f"{endpoint}/ready-probe", timeout=2)
    except urllib.error.HTTPError as answer:
        return answer.code < 500
    except OSError:
        return False
    return True
