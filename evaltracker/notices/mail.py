"""What every mail of the product looks like: short, plain, one thing to do.

The builders take fixed words of ours; the one text of a user's in a mail is the title
of the evaluation. So no price, score, claim or name of a rival can slip in (R10).
"""

import base64
import binascii
import contextlib
import datetime
import enum
import re
import smtplib
import socket
import threading
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from email.utils import formataddr, formatdate, parseaddr
from functools import lru_cache
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, mailers
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.notices.calendars import DATES, CalendarDate, calendar_of
from evaltracker.notices.kinds import Brief, Message
from evaltracker.toolbox.days import wall_of
from evaltracker.toolbox.text import one_line

# A mail as the bytes that a mail server takes.
#
# The library's message objects need milliseconds for what is joined here in
# microseconds; other backends than SMTP are still given such an object (mail.envelope).

# RFC 2047: 75 characters a word, of which “=?utf-8?b?” and “?=” take 12.
WORD_BYTES = 45


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    sender: str
    to: str
    message_id: str
    message: Message

    def __bytes__(self) -> bytes:
        """Headers and body as SMTP takes them.

        Raises:
            ValueError: a header holds what would begin another one.
        """
        return b"".join(self._pieces())

    def _pieces(self) -> Iterator[bytes]:
        message = self.message
        # No quoted-printable text can contain “=_”.
        mark = zlib.crc32(self.message_id.encode())
        inner = b"=_in%08x" % mark
        outer = b"=_out%08x" % mark
        yield header("Subject", header_text(message.subject))
        yield header("From", encoded_address(self.sender))
        yield header("To", encoded_address(self.to))
        if message.reply_to:
            yield header("Reply-To", encoded_address(message.reply_to))
        yield header("Date", formatdate())
        yield header("Message-ID", self.message_id)
        # Keeps holiday notes from answering a machine.
        yield header("Auto-Submitted", "auto-generated")
        yield header("MIME-Version", "1.0")
        if message.ics is not None:
            yield b'Content-Type: multipart/mixed; boundary="' + outer + b'"\r\n\r\n'
            yield b"--" + outer + b"\r\n"
        yield b'Content-Type: multipart/alternative; boundary="' + inner + b'"\r\n\r\n'
        yield from _text_part(inner, b"plain", message.text)
        yield from _text_part(inner, b"html", message.html)
        yield b"--" + inner + b"--\r\n"
        if message.ics is not None:
            yield b"--" + outer + b"\r\n"
            yield b'Content-Type: text/calendar; charset="utf-8"\r\n'
            yield b"Content-Transfer-Encoding: base64\r\n"
            name = message.ics_name.encode("ascii")
            yield b'Content-Disposition: attachment; filename="%b"\r\n\r\n' % name
            yield base64.encodebytes(message.ics).replace(b"\n", b"\r\n")
            yield b"--" + outer + b"--\r\n"


def header(name: str, value: str) -> bytes:
    """One header line; what is not ASCII is encoded by `words` before.

    Raises:
        ValueError: a newline, which would begin another header, or no ASCII.
    """
    bare = value.replace("\r\n ", "")
    if not bare.isprintable() or not bare.isascii():
        raise ValueError(f"{name} holds a newline or another character of no header")
    return f"{name}: {value}\r\n".encode("ascii")


# Many mails of one sweep have the same subject.
@lru_cache(maxsize=1024)
def header_text(text: str) -> str:
    """`text` as a header says it: plain if it can be, else as encoded words."""
    if text.isascii() and len(text) < 900 and "=?" not in text:
        return text
    chunks = []
    chunk = b""
    for char in text:
        octets = char.encode("utf-8", "replace")
        if len(chunk) + len(octets) > WORD_BYTES:
            chunks.append(chunk)
            chunk = b""
        chunk += octets
    encoded = (
        f"=?utf-8?b?{binascii.b2a_base64(value, newline=False).decode()}?="
        for value in (*chunks, chunk)
    )
    return "\r\n ".join(encoded)


@lru_cache(maxsize=1024)
def encoded_address(address: str) -> str:
    """An address as a header says it; a name before it may be in any script."""
    name, bare = parseaddr(address)
    if not name:
        return address
    return formataddr((name, bare), "utf-8")


def _text_part(boundary: bytes, kind: bytes, text: str) -> Iterator[bytes]:
    octets = text.encode("utf-8", "replace")
    yield b"--" + boundary + b"\r\nContent-Type: text/" + kind
    yield b'; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    yield binascii.b2a_qp(octets, istext=True).replace(b"\n", b"\r\n")
    yield b"\r\n"


TEMPLATE = "evaltracker/mail/letter"
PRODUCT = "evaltracker"
SUBJECT_LIMIT = 180
NAME_LIMIT = 70
LEAD = (
    "This date is yours to keep: meet it, or move it in time. "
    "It is attached as a calendar entry."
)


def link_to(path: str) -> str:
    """The address of a page as mails print it; from a setting, never from a request."""
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError(f"“{path}” is not a path of this site")
    # Vendors are at home under a host name of their own.
    if path.startswith("/vendor/"):
        return f"{settings.VENDOR_SITE_URL}{path}"
    return f"{settings.SITE_URL}{path}"


def outgoing_message(notice: Notice, message: Message) -> OutgoingMessage:
    """The mail as it is handed to the server: one recipient, one Message-ID for ever.

    Raises:
        ValueError: there is no address to send it to.
    """
    reader = notice.recipient
    if reader is not None:
        address = reader.email
    else:
        address = notice.address
    if not address:
        raise ValueError(f"{reader} has no mail address; add one and send it again.")
    return OutgoingMessage(
        sender=sender_of(message.sender_name),
        to=address,
        message_id=notice.message_id,
        message=replace(message, subject=one_line(message.subject)),
    )


def sender_of(name: str) -> str:
    if not name:
        return str(settings.DEFAULT_FROM_EMAIL)
    bare = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return formataddr((one_line(name)[:NAME_LIMIT].strip(), bare))


def envelope(parcel: OutgoingMessage) -> EmailMultiAlternatives:
    """The same for a backend that wants Django's message: a provider, a folder."""
    message = parcel.message
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=parcel.sender,
        to=[parcel.to],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers={"Message-ID": parcel.message_id, "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(message.html, "text/html")
    if message.ics is not None:
        mail.attach(message.ics_name, message.ics.decode(), "text/calendar")
    return mail


def zone_of(notice: Notice) -> str:
    """The zone that the reader thinks in; an outsider reads the evaluation's."""
    if notice.recipient is not None:
        return notice.recipient.time_zone
    if notice.evaluation:
        return notice.evaluation.zone
    return "UTC"


@lru_cache(maxsize=1024)
def date_in_words(instant: datetime.datetime, zone: str) -> str:
    """A date as mails print it: “Tuesday, 24 November 2026, 09:00 (Europe/Berlin)”."""
    wall = wall_of(instant, zone)
    return f"{wall:%A}, {wall.day} {wall:%B %Y, %H:%M} ({zone})"


def days_away(instant: datetime.datetime, zone: str) -> str:
    today = wall_of(timezone.now(), zone).date()
    match (wall_of(instant, zone).date() - today).days:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case -1:
            return "yesterday"
        case days if days > 0:
            return f"in {days} days"
        case days:
            return f"{-days} days ago"


def letter(
    *,
    notice: Notice,
    subject: str,
    lead: str,
    action: str = "",
    path: str = "/",
    date: str = "",
    is_deadline: bool = False,
    due_at: datetime.datetime | None = None,
    ics: bytes | None = None,
    steps: Sequence[str] = (),
    paragraphs: Sequence[str] = (),
    reply_to: str = "",
) -> Message:
    """A mail that names the evaluation, if it is about one, and the one thing to do.

    Args:
        notice: whose recipient reads it; nothing else is taken from it.
        subject: our words without a full stop; the title is added unless it is there.
        lead: one or two sentences of ours.
        action: what the link does, as an imperative: “Open the milestone”. Blank:
            there is nothing to open, and no link.
        path: of the page that is opened; blank: none.
        date: as `spoken` prints it.
        is_deadline: whether something is to be done by then.
        due_at: the instant of that date, for readers in other zones.
        ics: a calendar file to attach.
        steps: what to do one after the other, a sentence of ours each.
        paragraphs: what a person wrote to go on with, their lines kept.
        reply_to: whose address an answer goes to.
    """
    if notice.evaluation:
        title = one_line(notice.evaluation.title)
    else:
        title = ""
    tail = title or PRODUCT
    if notice.recipient:
        reader = notice.recipient.name
    else:
        reader = notice.addressee
    link = link_to(path) if path else ""
    context = {
        "subject": subject,
        "evaluation": title,
        "reader": one_line(reader),
        "lead": lead,
        "date": date,
        "is_deadline": is_deadline,
        "action": action,
        "link": link,
        "site": urlsplit(settings.SITE_URL).netloc,
        "steps": steps,
        "paragraphs": paragraphs,
    }
    return Message(
        subject=one_line(subject if tail in subject else f"{subject} – {tail}")[
            :SUBJECT_LIMIT
        ],
        text=render_to_string(f"{TEMPLATE}.txt", context),
        html=render_to_string(f"{TEMPLATE}.html", context),
        ics=ics,
        reply_to=reply_to,
        brief=Brief(
            headline=subject, evaluation=title, action=action, link=link, due_at=due_at
        ),
    )


def dated_message(
    *,
    notice: Notice,
    what: str,
    due_at: datetime.datetime,
    action: str,
    path: str,
    lead: str = "",
    verb: str = "",
    ics: bytes | None = None,
) -> Message:
    """A mail about a date, with the date in the reader's zone and a calendar file.

    `what` is a fixed noun of ours with its article (“A trial milestone”), never a
    title that somebody typed: it could name a vendor. `verb` is for what is not due
    but takes place, and `ics` for an entry of its own length.
    """
    zone = zone_of(notice)
    passed = due_at <= timezone.now()
    verb = verb or ("was due" if passed else "is due")
    away = days_away(due_at, zone)
    return letter(
        notice=notice,
        subject=f"{what} {verb} {away}",
        lead=lead or LEAD,
        date=date_in_words(due_at, zone),
        due_at=due_at,
        action=action,
        path=path,
        ics=ics or calendar_file(notice=notice, what=what, due_at=due_at, path=path),
    )


def calendar_file(
    *, notice: Notice, what: str, due_at: datetime.datetime, path: str
) -> bytes:
    """One entry that a calendar recognises when the date is moved and sent again."""
    occurrence = notice.occurrence
    return calendar_of(
        CalendarDate(
            uid=notice.subject_id,
            sequence=int(occurrence) if occurrence.isdecimal() else 0,
            what=what,
            evaluation=str(notice.evaluation),
            due_at=due_at,
            link=link_to(path) if path else "",
        )
    )


# The dates of the record in a person's calendar.


@DATES.add
def closing_claims(person: User) -> Iterator[CalendarDate]:
    mine = Evaluation.objects.visible_to(person).real()
    mine = mine.filter(owner=person, status=Status.OPEN)
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
            link=link_to(reverse("admin:evaluation_overview", args=[evaluation.slug])),
        )


# One connection to the mail server, and what the server made of each mail.

# Every single answer has its own timeout of 10 s (settings). A server that drips one
# letter at a time would pass each of them, so the whole mail has a limit as well.
MAIL_SECONDS = 15.0
CLOSING_DOWN = 421
# What needs no parser to be told a single address.
_PLAIN = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")


class DeliveryOutcome(enum.Enum):
    TAKEN = "taken"
    LATER = "later"
    NEVER = "never"
    UNCLEAR = "unclear"
    # Of a webhook: never, neither this nor another.
    GONE = "gone"


# What a provider's status means; a key or a limit of ours is no fault of the mail.
STATUSES = {
    **dict.fromkeys((400, 413, 422), DeliveryOutcome.NEVER),
    **dict.fromkeys((401, 402, 403, 429), DeliveryOutcome.LATER),
}
WORDS_KEPT = 500


@dataclass(frozen=True, slots=True)
class DeliveryReply:
    verdict: DeliveryOutcome
    words: str = ""
    # How long it asked us to wait.
    wait: datetime.timedelta = datetime.timedelta(0)


class Unreachable(Exception):
    """There is no line to the mail server, so no mail is to blame."""


class MailConnection:
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

    def hand(self, parcel: OutgoingMessage) -> DeliveryReply:
        """Hand one mail over and say what became of it; never raises."""
        watch = threading.Timer(MAIL_SECONDS, self._cut)
        watch.daemon = True
        watch.start()
        try:
            taken = self._send(parcel)
        except ValueError as error:
            # A newline in a header, two addresses, text that cannot be encoded.
            return DeliveryReply(
                DeliveryOutcome.NEVER, f"The mail cannot be made: {error}"
            )
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            return self._judged(code, reason)
        except (smtplib.SMTPSenderRefused, smtplib.SMTPHeloError) as error:
            # Our own name or address is refused: no fault of this mail, so it waits.
            self._close()
            return DeliveryReply(
                DeliveryOutcome.LATER, _readable(error.smtp_code, error.smtp_error)
            )
        except smtplib.SMTPResponseException as error:
            return self._judged(error.smtp_code, error.smtp_error)
        # Whatever else a backend raises: the server may or may not have taken it,
        # unless it is a provider that says no with a status.
        except Exception as error:  # noqa: BLE001
            self._cut()  # a polite goodbye could take as long again
            self._close()
            verdict = STATUSES.get(
                getattr(error, "status_code", 0), DeliveryOutcome.UNCLEAR
            )
            return DeliveryReply(
                verdict, f"{type(error).__name__}: {error}"[:WORDS_KEPT]
            )
        finally:
            watch.cancel()
        if taken:
            return DeliveryReply(DeliveryOutcome.TAKEN)
        return DeliveryReply(
            DeliveryOutcome.NEVER, "The mail names nobody to send it to."
        )

    def _send(self, parcel: OutgoingMessage) -> bool:
        backend = self._backend
        if type(backend) is not SmtpBackend or backend.connection is None:
            return bool(backend.send_messages([envelope(parcel)]))
        sender, to = (
            name if _PLAIN.fullmatch(name) else backend.prep_address(name)
            for name in (parcel.sender, parcel.to)
        )
        backend.connection.sendmail(sender, [to], bytes(parcel))
        return True

    def _judged(self, code: int, answer: bytes | str) -> DeliveryReply:
        if code == CLOSING_DOWN:
            self._close()
        never = 500 <= code <= 599
        return DeliveryReply(
            DeliveryOutcome.NEVER if never else DeliveryOutcome.LATER,
            _readable(code, answer),
        )

    def _cut(self) -> None:
        """Pull the plug; also from another thread, on a mail that takes too long."""
        sock = getattr(getattr(self._backend, "connection", None), "sock", None)
        if isinstance(sock, socket.socket):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _close(self) -> None:
        self.is_open = False
        with contextlib.suppress(OSError):
            self._backend.close()
        self._backend = mailers.default


def _readable(code: int, answer: bytes | str) -> str:
    if isinstance(answer, bytes):
        text = answer.decode("utf-8", "replace")
    else:
        text = answer
    return f"{code} {' '.join(text.split())}"[:WORDS_KEPT]
