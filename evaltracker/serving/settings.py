"""For `gunicorn --config=python:evaltracker.serving.settings`.

Address and number of processes are for the command line. A thread waits for its client,
so a proxy has to stand in front that hands on whole requests and takes whole answers
(deploy/proxy/nginx.conf).
"""

from pathlib import Path
from typing import Any

from evaltracker.toolbox.registry import about_to_start

wsgi_app = "evaltracker.wsgi"
worker_class = "gthread"
threads = 8
# Loaded once, before the workers are forked: they share what none of them changes, a
# third of their memory.
preload_app = True
# Longer than a proxy keeps its connections, so that it is never the product that closes
# one on which a call is just coming (deploy/proxy/nginx.conf).
keepalive = 75
# Of each process; a connection that only waits costs a file and some kilobytes.
worker_connections = 512
control_socket_disable = True
# The proxy bounds the head; a long address is the product's to refuse, in words.
limit_request_line = 0
# A heartbeat on a disk can be late enough to end a healthy process.
if Path("/dev/shm").is_dir():  # noqa: S108
    worker_tmp_dir = "/dev/shm"  # noqa: S108


def on_starting(server: Any) -> None:
    """Let what has to be asked before anything is served be asked now."""
    about_to_start.send(sender=server)
