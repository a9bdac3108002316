"""One mail in two round trips: MAIL, RCPT and DATA in one group, then the text.

A mail server far away answers each command after its own round trip, of which a mail
needs four. RFC 2920 (command pipelining) lets a client send the first three at once to
a server that offers it.
"""

import re
import smtplib

OK, FORWARDED, GO_ON = 250, 251, 354
_FIRST_DOTS = re.compile(rb"(?m)^\.")


def takes_groups(server: smtplib.SMTP) -> bool:
    """Whether the server on this line has offered it."""
    server.ehlo_or_helo_if_needed()
    return server.has_extn("pipelining")


def begin_grouped(server: smtplib.SMTP, sender: str, to: str, size: int) -> bool:
    """Begin a mail of `size` octets; true if the server now waits for its text.

    If false, the server is ready for a mail and has taken none, and what it said is to
    be asked again, one command after the other: it may have refused the addresses, or
    the group. Both addresses have to be bare ones.

    Raises:
        SMTPServerDisconnected: the server is gone.

    """
    room = f" size={size}" if server.has_extn("size") else ""
    server.send(f"mail FROM:<{sender}>{room}\r\nrcpt TO:<{to}>\r\ndata\r\n")
    mail, rcpt, data = (server.getreply()[0] for _ in range(3))
    if mail == OK and rcpt in (OK, FORWARDED) and data == GO_ON:
        return True
    if data == GO_ON:
        # Nobody to send it to, and it waits for the text all the same: there is none.
        server.send(b".\r\n")
        server.getreply()
    server.rset()
    return False


def say(server: smtplib.SMTP, text: bytes) -> tuple[int, bytes]:
    """The text that the server waits for, and its answer; lines end with CR LF.

    Raises:
        SMTPServerDisconnected: the server is gone.

    """
    # Quoted-printable text has no such line, and looking for one is soon done.
    if text.startswith(b".") or b"\n." in text:
        text = _FIRST_DOTS.sub(b"..", text)
    server.send(text + b".\r\n")
    return server.getreply()
