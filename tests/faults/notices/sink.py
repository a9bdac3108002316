"""A quick SMTP server in a process of its own, that writes down what it has taken.

`python -m tests.faults.notices.sink FILE [--port N] [--later P] [--pause S]` prints its
port. For each mail that it takes it appends “Message-ID recipient seconds” to FILE, and
only then says so. It takes commands in groups, as most servers do.

P is the share of mails that are put off with 451; S is how long it waits between
keeping a mail and saying so. `tarpit@…` gets no answer the first time, `nobody@…`
always gets 550. When a sender that got no answer hangs up, it prints “held seconds”.
"""

import argparse
import asyncio
import os
import random
import re
import time

ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
BETWEEN = re.compile(rb"<([^>]*)>")
END = b"\r\n.\r\n"
STUCK: set[bytes] = set()


class Smtp(asyncio.Protocol):
    """One connection."""

    def __init__(self, file: int, options: argparse.Namespace) -> None:
        self.file, self.options = file, options
        self.buffer = b""
        self.in_data = False
        self.to = b""
        self.stuck_since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 sink\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        """Say for how long a tarpit held the sender."""
        if self.stuck_since:
            os.write(1, b"held %.3f\n" % (time.monotonic() - self.stuck_since))

    def data_received(self, data: bytes) -> None:
        """Take commands, or the body of a mail."""
        self.buffer += data
        while True:
            if self.in_data:
                body, found, rest = self.buffer.partition(END)
                if not found:
                    return
                self.buffer, self.in_data = rest, False
                self._keep(body)
                continue
            line, found, rest = self.buffer.partition(b"\r\n")
            if not found:
                return
            self.buffer = rest
            self._command(line)

    def _command(self, line: bytes) -> None:
        match line[:4].upper():
            case b"EHLO":
                self.transport.write(b"250-sink\r\n250 PIPELINING\r\n")
                return
            case b"MAIL":
                self.to = b""
            case b"RCPT":
                said = BETWEEN.search(line)
                self.to = said[1] if said else b""
                if self.to.startswith(b"tarpit@") and self.to not in STUCK:
                    STUCK.add(self.to)
                    self.stuck_since = time.monotonic()
                    return
                if self.to.startswith(b"nobody@"):
                    self.to = b""
                    self.transport.write(b"550 No such box\r\n")
                    return
            case b"DATA" if not self.to:
                self.transport.write(b"554 No valid recipients\r\n")
                return
            case b"DATA":
                self.in_data = True
                self.transport.write(b"354 Go on\r\n")
                return
            case b"QUIT":
                self.transport.write(b"221 Bye\r\n")
                self.transport.close()
                return
        self.transport.write(b"250 OK\r\n")

    def _keep(self, body: bytes) -> None:
        if random.random() < self.options.later:
            self.transport.write(b"451 Busy\r\n")
            return
        found = ID.search(body)
        who = (found[1] if found else b"-") + b" " + self.to
        os.write(self.file, who + b" %.3f\n" % time.monotonic())
        if self.options.pause:
            loop = asyncio.get_running_loop()
            loop.call_later(self.options.pause, self._say_ok)
        else:
            self._say_ok()

    def _say_ok(self) -> None:
        self.transport.write(b"250 OK\r\n")


async def serve(options: argparse.Namespace) -> None:
    """Until the process is ended."""
    file = os.open(options.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Smtp(file, options), options.host, options.port
    )
    os.write(1, b"%d\n" % server.sockets[0].getsockname()[1])
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--later", type=float, default=0.0)
    parser.add_argument("--pause", type=float, default=0.0)
    asyncio.run(serve(parser.parse_args()))
