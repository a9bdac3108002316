"""gunicorn's threaded worker, patient: a thread gets whole requests only.

The stock one gives a thread to a connection before its request is there, and waits in
its one loop for clients that do not hang up, so that some twenty slow clients stop a
whole installation. Here the loop collects each request, and no client is waited for.
"""

import re
import time
from collections import deque
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from selectors import EVENT_READ
from socket import SHUT_WR, socket
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from evaltracker.serving.incoming import Connection, Refused, refusal_of

MOST_HELD = 256 * 1024 * 1024  # of all bodies that a process collects
# Reading a large body is work; a few threads do it, and the others are for the rest.
LARGE, LARGE_AT_ONCE = 256 * 1024, 2
LINGER_SECONDS = 2.0
AT_ONCE = 64 * 1024
EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.I)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Collects requests in its loop and answers them in threads."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        # In the order in which they came, so the first is the oldest.
        self.collecting: dict[Connection, None] = {}
        self.lingering: dict[Connection, None] = {}
        self.held = 0
        # Whole requests with large bodies: how many are answered, and which wait.
        self.large = 0
        self.waiting: deque[Connection] = deque()
        self.looked_at = 0.0

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Refuse what is a proxy's work."""
        super().check_config(cfg, log)
        if cfg.is_ssl:
            raise ValueError("TLS is for the proxy in front of the product.")

    def accept(self, listener: socket) -> None:
        """Take a new client in, in the place of the slowest when all are taken."""
        try:
            sock, client = listener.accept()
        except OSError:  # gone again, or no file left for it: the next may fare better
            return
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections and self.collecting:
            self.drop(next(iter(self.collecting)))
        self.collect(Connection(self.cfg, sock, client, listener.getsockname()))

    def on_client_socket_readable(self, conn: Connection, client: socket) -> None:
        """Collect the next request of a kept connection."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        conn.begin()
        self.collect(conn)

    def collect(self, conn: Connection) -> None:
        """Wait, in the loop, for the bytes of a request."""
        conn.sock.setblocking(False)
        self.collecting[conn] = None
        self.poller.register(conn.sock, EVENT_READ, partial(self.take, conn))

    def take(self, conn: Connection, client: socket) -> None:
        """Some bytes came, or the client went away."""
        try:
            data = client.recv(AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.add(conn, data)
        else:
            self.drop(conn)

    def add(self, conn: Connection, data: bytes) -> None:
        """Put bytes to the request; a whole one goes to a thread."""
        known = conn.body_length
        try:
            whole = conn.add(data)
            if known is None and conn.body_length:
                self.hold(conn)
        # A body is laid aside in a folder for temporary files, which may be full.
        except (Refused, OSError) as error:
            refusal = error if isinstance(error, Refused) else refusal_of(error)
            self.log.info("Refused a request: %s", refusal)
            self.release(conn)
            with suppress(OSError):
                conn.sock.send(refusal.answer())
            self.linger(conn)
            return
        if whole:
            self.release(conn)
            self.enqueue_req(conn)

    def enqueue_req(self, conn: Connection) -> None:
        """Give it to a thread, or let it wait for those that large ones may have."""
        if (conn.body_length or 0) > LARGE:
            if self.large >= LARGE_AT_ONCE:
                self.waiting.append(conn)
                return
            self.large += 1
        super().enqueue_req(conn)

    def hold(self, conn: Connection) -> None:
        """Make room for a body, or say that there is none now."""
        length = conn.body_length or 0
        if self.held + length > MOST_HELD:
            conn.body_length = 0
            raise Refused(
                HTTPStatus.SERVICE_UNAVAILABLE, "Too much is being sent just now."
            )
        self.held += length
        if conn.missing and EXPECTS.search(conn.head):
            with suppress(OSError):
                conn.sock.send(CONTINUE)

    def release(self, conn: Connection) -> None:
        """Collect no more of it."""
        if conn in self.collecting:
            del self.collecting[conn]
            self.poller.unregister(conn.sock)

    def drop(self, conn: Connection) -> None:
        """Forget a client that sends no request."""
        self.release(conn)
        self.end(conn)

    def end(self, conn: Connection) -> None:
        """Close it; it counts no more."""
        self.held -= conn.forget()
        self.nr_conns -= 1
        conn.close()

    def finish_request(self, conn: Connection, done: Any) -> None:
        """Keep the connection, or let the client hang up first."""
        length = conn.forget()
        self.held -= length
        if length > LARGE:
            self.large -= 1
            if self.waiting:
                self.enqueue_req(self.waiting.popleft())
        keep = not done.cancelled() and done.exception() is None and done.result()
        if not keep:
            self.linger(conn)
        elif conn.rest:
            rest, conn.rest = conn.rest, b""
            conn.begin()
            self.collect(conn)
            self.add(conn, rest)
        else:
            super().finish_request(conn, done)

    def handle_error(self, req: Any, client: socket, addr: Any, exc: Exception) -> None:
        """Say no in a thread as the loop does: as a problem, not as a page."""
        refusal = refusal_of(exc)
        if refusal.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            self.log.exception("Error handling a request")
        else:
            self.log.warning("Refused a request: %s", type(exc).__name__)
        with suppress(OSError):
            client.sendall(refusal.answer())

    def linger(self, conn: Connection) -> None:
        """Wait a little for the client to hang up, or it may lose the answer."""
        try:
            conn.sock.shutdown(SHUT_WR)
        except OSError:
            self.end(conn)
            return
        conn.sock.setblocking(False)
        conn.deadline = time.monotonic() + LINGER_SECONDS
        self.lingering[conn] = None
        self.poller.register(conn.sock, EVENT_READ, partial(self.ignore, conn))

    def ignore(self, conn: Connection, client: socket) -> None:
        """What still comes is not looked at; when nothing does, close."""
        try:
            gone = not client.recv(AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            gone = True
        if gone:
            self.leave(conn)

    def leave(self, conn: Connection) -> None:
        del self.lingering[conn]
        self.poller.unregister(conn.sock)
        self.end(conn)

    def murder_pending(self) -> None:
        """Close what took too long; the loop calls this at each turn."""
        now = time.monotonic()
        if self.alive and now - self.looked_at < 0.5:
            return
        self.looked_at = now
        for conn in [
            connection
            for connection in self.collecting
            if self.is_late(connection, now)
        ]:
            self.drop(conn)
        for conn in [
            connection for connection in self.lingering if connection.deadline < now
        ]:
            self.leave(conn)

    def is_late(self, conn: Connection, now: float) -> bool:
        """Whether its time is over; a stopping process waits for no first byte."""
        return conn.deadline < now or not (self.alive or conn.head)
