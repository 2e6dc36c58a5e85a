"""`python probe.py host:port`: exit code 0 when something listens there, 1 otherwise."""

import socket
import sys

host, _, port = sys.argv[1].rpartition(":")
try:
    socket.create_connection((host, int(port)), timeout=4).close()
except OSError:
    sys.exit(1)
