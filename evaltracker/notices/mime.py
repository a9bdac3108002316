"""A mail as the bytes that a mail server takes.

The library's message objects need milliseconds for what is joined here in
microseconds; other backends than SMTP are still given such an object (mail.envelope).
"""

import base64
import binascii
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formataddr, formatdate, parseaddr
from functools import lru_cache

from evaltracker.notices.kinds import Message

# RFC 2047: 75 characters a word, of which “=?utf-8?b?” and “?=” take 12.
WORD_BYTES = 45


@dataclass(frozen=True, slots=True)
class Parcel:
    """One mail, ready to be handed over: from whom, to whom, and what it says."""

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
        said = self.message
        # No quoted-printable text can contain “=_”.
        mark = zlib.crc32(self.message_id.encode())
        inner, outer = b"=_in%08x" % mark, b"=_out%08x" % mark
        yield header("Subject", words(said.subject))
        yield header("From", encoded_address(self.sender))
        yield header("To", encoded_address(self.to))
        if said.reply_to:
            yield header("Reply-To", encoded_address(said.reply_to))
        yield header("Date", formatdate())
        yield header("Message-ID", self.message_id)
        # Keeps holiday notes from answering a machine.
        yield header("Auto-Submitted", "auto-generated")
        yield header("MIME-Version", "1.0")
        if said.ics is not None:
            yield b'Content-Type: multipart/mixed; boundary="' + outer + b'"\r\n\r\n'
            yield b"--" + outer + b"\r\n"
        yield b'Content-Type: multipart/alternative; boundary="' + inner + b'"\r\n\r\n'
        yield from _text_part(inner, b"plain", said.text)
        yield from _text_part(inner, b"html", said.html)
        yield b"--" + inner + b"--\r\n"
        if said.ics is not None:
            yield b"--" + outer + b"\r\n"
            yield b'Content-Type: text/calendar; charset="utf-8"\r\n'
            yield b"Content-Transfer-Encoding: base64\r\n"
            yield b'Content-Disposition: attachment; filename="date.ics"\r\n\r\n'
            yield base64.encodebytes(said.ics).replace(b"\n", b"\r\n")
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
def words(text: str) -> str:
    """`text` as a header says it: plain if it can be, else as encoded words."""
    if text.isascii() and len(text) < 900 and "=?" not in text:
        return text
    chunks, chunk = [], b""
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
