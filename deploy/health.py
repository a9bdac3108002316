"""health.py SERVICE: whether this container's process does its work.

It ends with 0 if so, with 1 if a new start would mend it, with 2 if something else is
away. health.sh acts on that. It loads nothing of the product, so it costs little.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

GOOD, STUCK, NOT_ITS_FAULT = 0, 1, 2
# Beat ticks every 30 s (evaltracker/celery.py touches the file).
TICKED = Path(tempfile.gettempdir()) / "evaltracker-beat"
SILENT_SECONDS = 150


def answers(path: str) -> bool:
    """Whether the web process says yes."""
    address = f"http://127.0.0.1:{os.environ.get('HEALTH_PORT', '8000')}{path}"
    try:
        urllib.request.urlopen(address, timeout=4).close()
    except OSError:
        return False
    return True


def broker_answers() -> bool:
    """Whether Redis says anything at all, be it that it does not know us."""
    url = urlsplit(os.environ.get("REDIS_URL", ""))
    if not url.hostname:
        return True
    with suppress(OSError):
        place = (url.hostname, url.port or 6379)
        with socket.create_connection(place, timeout=2) as client:
            client.settimeout(2)
            client.sendall(b"PING\r\n")
            return bool(client.recv(1))
    return False


def web() -> int:
    """It answers."""
    return GOOD if answers("/healthz") else STUCK


def vendor_api() -> int:
    """It answers, and its database role can do its work."""
    if not answers("/healthz"):
        return STUCK
    return GOOD if answers("/readyz") else NOT_ITS_FAULT


def worker() -> int:
    """It answers a ping that goes through the broker."""
    if not broker_answers():
        return NOT_ITS_FAULT
    name = f"celery@{socket.gethostname()}"
    ping = ["celery", "--app=evaltracker", "inspect", "ping", "--timeout=5"]
    done = subprocess.run(  # noqa: S603
        [*ping, f"--destination={name}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return GOOD if done.returncode == 0 else STUCK


def beat() -> int:
    """It ticked lately."""
    with suppress(OSError):
        if time.time() - TICKED.stat().st_mtime < SILENT_SECONDS:
            return GOOD
    return STUCK if broker_answers() else NOT_ITS_FAULT


CHECKS = {"web": web, "vendor-api": vendor_api, "worker": worker, "beat": beat}

if __name__ == "__main__":
    sys.exit(CHECKS[sys.argv[1]]())
