"""A server that takes commands in groups gets them in one piece (RFC 2920)."""

import smtplib
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from pytest_django import Settings

from evaltracker.notices.kinds import Message
from evaltracker.notices.mail import Parcel
from evaltracker.notices.smtp import Line, Verdict, begin_grouped, say, takes_groups
from tests.smtp_sink import mailer_to

USUAL = ["250 OK", "250 OK", "354 Go on"]


@dataclass
class Script:
    """What a server says, and what it was told, piece by piece as it came."""

    hello: str = "250-here\r\n250 PIPELINING"
    group: list[str] = field(default_factory=USUAL.copy)
    alone: list[str] = field(default_factory=USUAL.copy)
    end: str = "250 Kept"
    told: list[str] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)
    port: int = 0


class Talk(socketserver.BaseRequestHandler):
    """One connection; on this machine what is sent at once comes at once."""

    def handle(self) -> None:
        """Answer what is told, until the client hangs up."""
        script: Script = self.server.script  # type: ignore[attr-defined]
        self.say("220 here")
        while piece := self.request.recv(65536):
            words = [line[:4].decode().upper() for line in piece.splitlines()]
            script.told.append(" ".join(words))
            match words:
                case ["EHLO"]:
                    self.say(script.hello)
                case ["MAIL", "RCPT", "DATA"]:
                    self.say(*script.group)
                    self.text(script, script.group[2])
                case ["MAIL"]:
                    self.say(script.alone[0])
                case ["RCPT"]:
                    self.say(script.alone[1])
                case ["DATA"]:
                    self.say(script.alone[2])
                    self.text(script, script.alone[2])
                case ["QUIT"]:
                    self.say("221 Bye")
                case _:
                    self.say("250 OK")

    def text(self, script: Script, answer: str) -> None:
        """What comes after “go on”; a lone dot is no mail."""
        if not answer.startswith("354"):
            return
        text = b""
        while text != b".\r\n" and not text.endswith(b"\r\n.\r\n"):
            text += self.request.recv(65536)
        if text == b".\r\n":
            self.say("554 No valid recipients")
            return
        script.kept.append(text)
        self.say(script.end)

    def say(self, *answers: str) -> None:
        """Answers, in one piece."""
        self.request.sendall("".join(f"{answer}\r\n" for answer in answers).encode())


@pytest.fixture
def script(settings: Settings) -> Iterator[Script]:
    """The script of a server that the product sends to."""
    found = Script()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        server.daemon_threads = True
        server.script = found  # type: ignore[attr-defined]
        found.port = server.server_address[1]
        settings.MAILERS = {"default": mailer_to(found.port)}
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()


def mail(text: str = "Dear reader", to: str = "reader@example.org") -> Parcel:
    return Parcel(
        "app@example.org", to, "<1@example.org>", Message("A date", text, f"<p>{text}")
    )


def test_a_mail_takes_two_pieces_where_the_server_offers_groups(script: Script) -> None:
    with Line() as line:
        line.open()
        answers = [line.hand(mail()) for _ in range(2)]
    assert [answer.verdict for answer in answers] == [Verdict.TAKEN, Verdict.TAKEN]
    assert script.told[:3] == ["EHLO", "MAIL RCPT DATA", "MAIL RCPT DATA"]
    assert len(script.kept) == 2


def test_a_mail_takes_its_commands_one_by_one_where_it_does_not(script: Script) -> None:
    script.hello = "250 here"
    with Line() as line:
        line.open()
        assert line.hand(mail()).verdict is Verdict.TAKEN
    assert script.told[:4] == ["EHLO", "MAIL", "RCPT", "DATA"]


def test_a_line_that_begins_with_a_dot_does_not_end_the_text(script: Script) -> None:
    with smtplib.SMTP("127.0.0.1", script.port) as server:
        assert takes_groups(server)
        assert begin_grouped(server, "app@example.org", "reader@example.org", 20)
        assert say(server, b".One\r\n.\r\nTwo\r\n") == (250, b"Kept")
    assert script.kept == [b"..One\r\n..\r\nTwo\r\n.\r\n"]


@pytest.mark.parametrize("data", ["554 No valid recipients", "354 Go on"])
def test_whoever_is_refused_in_a_group_is_refused_alone_and_no_mail_is_kept(
    script: Script, data: str
) -> None:
    script.group[1:] = ["550 No such box", data]
    script.alone[1] = "550 No such box"
    with Line() as line:
        line.open()
        answer = line.hand(mail())
        assert (answer.verdict, answer.words) == (Verdict.NEVER, "550 No such box")
        assert script.kept == []
        script.group = USUAL.copy()
        assert line.hand(mail()).verdict is Verdict.TAKEN
    assert len(script.kept) == 1


@pytest.mark.parametrize(
    "refused",
    [
        ["503 One by one", "503 One by one", "503 One by one"],
        ["250 OK", "503 Improper pipelining", "503 Improper pipelining"],
        ["250 OK", "250 OK", "503 Improper pipelining"],
    ],
)
def test_a_server_that_refuses_the_group_gets_the_mail_once_one_by_one(
    script: Script, refused: list[str]
) -> None:
    script.group = refused
    with Line() as line:
        line.open()
        assert line.hand(mail()).verdict is Verdict.TAKEN
    assert script.told[1:6] == ["MAIL RCPT DATA", "RSET", "MAIL", "RCPT", "DATA"]
    assert len(script.kept) == 1


def test_the_answer_to_the_text_decides(script: Script) -> None:
    script.end = "451 Busy"
    with Line() as line:
        line.open()
        answer = line.hand(mail())
    assert (answer.verdict, answer.words) == (Verdict.LATER, "451 Busy")


def test_an_address_with_a_command_in_it_never_reaches_a_server(script: Script) -> None:
    with Line() as line:
        line.open()
        answer = line.hand(mail(to="a@example.org>\r\nrcpt TO:<b@example.org"))
    assert answer.verdict is Verdict.NEVER
    assert "MAIL" not in " ".join(script.told)
