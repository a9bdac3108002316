"""One connection to the mail server, and what the server made of each mail."""

import contextlib
import enum
import re
import smtplib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from django.core.mail import mailers
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.urls import NoReverseMatch, reverse

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.notices.calendars import DATES, CalendarDate
from evaltracker.notices.mail import Parcel, envelope, link_to

# The dates of the record in a person's calendar.


@DATES.add
def closing_claims(person: User) -> Iterator[CalendarDate]:
    """Who runs a purchase sees when its vendors' answers close."""
    mine = (
        Evaluation.objects.visible_to(person)
        .real()
        .filter(owner=person, status=Status.OPEN)
    )
    for evaluation in mine:
        closes = evaluation.claims_close_at
        if closes is None:
            continue
        yield CalendarDate(
            uid=f"claims-{evaluation.pk}",
            # Programs take the newer of two; a date moved later or earlier is newer.
            sequence=0,
            what="Claims close",
            evaluation=evaluation.title,
            due_at=closes,
            link=link_to(_workspace(evaluation)),
        )


def _workspace(evaluation: Evaluation) -> str:
    try:
        return reverse("admin:evaluation_overview", args=[evaluation.slug])
    except NoReverseMatch:
        return "/"


# Every single answer has its own timeout of 10 s (settings). A server that drips one
# letter at a time would pass each of them, so the whole mail has a limit as well.
MAIL_SECONDS = 15.0
CLOSING_DOWN = 421
# What needs no parser to be told a single address.
_PLAIN = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")


class Verdict(enum.Enum):
    """What became of one mail."""

    TAKEN = "taken"
    LATER = "later"
    NEVER = "never"
    UNCLEAR = "unclear"


# What a provider's status means; a key or a limit of ours is no fault of the mail.
STATUSES = {
    **dict.fromkeys((400, 413, 422), Verdict.NEVER),
    **dict.fromkeys((401, 402, 403, 429), Verdict.LATER),
}
WORDS_KEPT = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict and the server's words."""

    verdict: Verdict
    words: str = ""


class Unreachable(Exception):
    """There is no line to the mail server, so no mail is to blame."""


class Line:
    """A connection that serves one sweep; it is opened when the first mail needs it."""

    def __init__(self) -> None:
        # Any backend of Django's: SMTP, a provider's API, a folder in the demo.
        self._backend: Any = mailers.default
        # Whether a mail can be handed over without waiting for a connection.
        self.is_open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def open(self) -> None:
        """Be connected.

        Raises:
            Unreachable: refused, too slow, or our own login is not accepted.

        """
        if self.is_open:
            return
        try:
            self._backend.open()
        except OSError as error:  # smtplib's errors are OSErrors, too
            self._close()
            raise Unreachable(f"The mail server cannot be reached: {error}") from error
        self.is_open = True

    def hand(self, parcel: Parcel) -> Answer:
        """Hand one mail over and say what became of it; never raises."""
        watch = threading.Timer(MAIL_SECONDS, self._cut)
        watch.daemon = True
        watch.start()
        try:
            taken = self._send(parcel)
        except ValueError as error:
            # A newline in a header, two addresses, text that cannot be encoded.
            return Answer(Verdict.NEVER, f"The mail cannot be made: {error}")
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            return self._judged(code, words)
        except (smtplib.SMTPSenderRefused, smtplib.SMTPHeloError) as error:
            # Our own name or address is refused: no fault of this mail, so it waits.
            self._close()
            return Answer(Verdict.LATER, _readable(error.smtp_code, error.smtp_error))
        except smtplib.SMTPResponseException as error:
            return self._judged(error.smtp_code, error.smtp_error)
        # Whatever else a backend raises: the server may or may not have taken it,
        # unless it is a provider that says no with a status.
        except Exception as error:  # noqa: BLE001
            self._cut()  # a polite goodbye could take as long again
            self._close()
            verdict = STATUSES.get(getattr(error, "status_code", 0), Verdict.UNCLEAR)
            return Answer(verdict, f"{type(error).__name__}: {error}"[:WORDS_KEPT])
        finally:
            watch.cancel()
        if taken:
            return Answer(Verdict.TAKEN)
        return Answer(Verdict.NEVER, "The mail names nobody to send it to.")

    def _send(self, parcel: Parcel) -> bool:
        """By SMTP as bytes; any other backend wants Django's message."""
        backend = self._backend
        if type(backend) is not SmtpBackend or backend.connection is None:
            return bool(backend.send_messages([envelope(parcel)]))
        sender, to = (
            name if _PLAIN.fullmatch(name) else backend.prep_address(name)
            for name in (parcel.sender, parcel.to)
        )
        backend.connection.sendmail(sender, [to], bytes(parcel))
        return True

    def _judged(self, code: int, words: bytes | str) -> Answer:
        """The verdict of an answer: 5xx is for ever, all else for now."""
        if code == CLOSING_DOWN:
            self._close()
        never = 500 <= code <= 599
        return Answer(Verdict.NEVER if never else Verdict.LATER, _readable(code, words))

    def _cut(self) -> None:
        """Pull the plug; also from another thread, on a mail that takes too long."""
        sock = getattr(getattr(self._backend, "connection", None), "sock", None)
        if isinstance(sock, socket.socket):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _close(self) -> None:
        """Hang up; a server that is gone already is no trouble."""
        self.is_open = False
        with contextlib.suppress(OSError):
            self._backend.close()
        self._backend = mailers.default


def _readable(code: int, words: bytes | str) -> str:
    """A server's answer as one line."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"[:WORDS_KEPT]
