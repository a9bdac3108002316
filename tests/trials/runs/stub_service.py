"""A service to be timed by the program of the docs, and that program's clock."""

import importlib.util
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples"


class Service(BaseHTTPRequestHandler):
    """A service to be timed, which also takes reports for a program's trial."""

    protocol_version = "HTTP/1.1"
    posted: ClassVar[list[tuple[str, bytes]]] = []

    def do_GET(self) -> None:
        """Answer at once."""
        self.answer(200, b"ok")

    def do_POST(self) -> None:
        """Keep what was posted; the first time the answer gets lost."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.posted.append((self.headers["Authorization"], body))
        kept = b'{"id": "x", "runs": 1}'
        self.answer(503 if len(self.posted) == 1 else 201, kept)

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def stub_service() -> Iterator[str]:
    """Its address, while it runs."""
    Service.posted.clear()
    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def time_service(service: str, to: str, p95: str, criterion: int = 1) -> None:
    """Run the program: twenty calls whose p95 in ms by its clock is that one."""
    took = [*[0.005] * 18, float(p95) / 1000, 0.5]
    ticks = iter(list(chain.from_iterable((0.0, seconds) for seconds in took)))
    given = [service, "--to", to, "--criterion", str(criterion), "--times", "20"]
    timer().main(given, clock=lambda: next(ticks))


def timer() -> Any:
    """The script as a module."""
    place = EXAMPLES / "time_service.py"
    spec = importlib.util.spec_from_file_location("time_service", place)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
