"""A real SMTP server for tests: it records, and answers as a script tells it.

Ask for the fixture `smtp_sink`; the product then sends through it.
"""

import asyncio
import email
import email.policy
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

OK = "250 OK"


@dataclass
class Sink:
    """What arrived, and how each address is answered.

    `answers` holds the next answers to RCPT for an address, the last of which stays.
    `verdicts` does so for the end of the mail. An address in `tarpits` gets no answer.
    """

    port: int = 0
    arrived: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    verdicts: dict[str, list[str]] = field(default_factory=dict)
    tarpits: set[str] = field(default_factory=set)
    sender_answer: str = OK
    sessions: int = 0
    # Seconds between keeping a mail and saying so: the instant that cannot be closed.
    slowness: float = 0.0
    grown: threading.Condition = field(default_factory=threading.Condition)

    def to(self, address: str) -> list[EmailMessage]:
        """The mails that arrived for `address`."""
        return [mail for mail in self.arrived if mail["To"] == address]

    def counts(self) -> Counter[str]:
        """How often each Message-ID arrived."""
        return Counter(str(mail["Message-ID"]) for mail in self.arrived)

    def wait_for(self, number: int, timeout: float = 30) -> bool:
        """Wait until `number` mails have arrived in all."""
        with self.grown:
            return self.grown.wait_for(lambda: len(self.arrived) >= number, timeout)

    async def handle_EHLO(
        self,
        server: Any,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Count connections."""
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self,
        server: Any,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Answer all senders alike."""
        if self.sender_answer.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.sender_answer

    async def handle_RCPT(
        self,
        server: Any,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Answer as scripted."""
        if address in self.tarpits:
            await asyncio.sleep(60)
        answer = _next(self.answers, address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(
        self, server: Any, session: Session, envelope: Envelope
    ) -> str:
        """Keep the mail, unless the script refuses it."""
        answer = _next(self.verdicts, envelope.rcpt_tos[0])
        if answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            mail = email.message_from_bytes(content, policy=email.policy.default)
            with self.grown:
                self.arrived.append(mail)
                self.grown.notify_all()
            await asyncio.sleep(self.slowness)
        return answer


def _next(script: dict[str, list[str]], address: str) -> str:
    answers = script.get(address, [OK])
    return answers.pop(0) if len(answers) > 1 else answers[0]


class _Controller(Controller):
    """Listens on a free port that the system chooses."""

    def factory(self) -> SMTP:
        return SMTP(self.handler, enable_SMTPUTF8=True, hostname="sink.test")

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


def mailer_to(port: int, *, timeout: float = 2) -> dict[str, Any]:
    """A mailer of the settings that sends to this machine's `port`."""
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": timeout},
    }


@contextmanager
def listening() -> Iterator[Sink]:
    """A mail server on a free port of this machine, until the block ends."""
    sink = Sink()
    controller = _Controller(sink, hostname="127.0.0.1", port=0)
    controller.start()
    sink.port = controller.port
    yield sink
    controller.stop()


@pytest.fixture
def smtp_sink(settings: Settings) -> Iterator[Sink]:
    """A mail server that the product sends to for the length of one test."""
    with listening() as sink:
        settings.MAILERS = {"default": mailer_to(sink.port)}
        yield sink
