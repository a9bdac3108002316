"""One line to the mail server, and what becomes of a mail on it."""

import pytest

from evaltracker.notices.kinds import Message
from evaltracker.notices.mail import DeliveryOutcome, MailConnection, OutgoingMessage
from tests.smtp_sink import Sink

READER = "reader@example.org"


def mail(text: str = "Dear reader", to: str = READER) -> OutgoingMessage:
    return OutgoingMessage(
        "app@example.org", to, "<1@example.org>", Message("A date", text, f"<p>{text}")
    )


def test_all_mails_of_a_line_share_a_connection(smtp_sink: Sink) -> None:
    with MailConnection() as line:
        line.open()
        answers = [line.hand(mail()) for _ in range(3)]
    assert [answer.verdict for answer in answers] == [DeliveryOutcome.TAKEN] * 3
    assert (len(smtp_sink.arrived), smtp_sink.sessions) == (3, 1)
    assert {str(arrived["Message-ID"]) for arrived in smtp_sink.arrived} == {
        "<1@example.org>"
    }


def test_a_line_that_begins_with_a_dot_does_not_end_the_text(smtp_sink: Sink) -> None:
    with MailConnection() as line:
        line.open()
        assert line.hand(mail(".One\n.\nTwo")).verdict is DeliveryOutcome.TAKEN
    plain = smtp_sink.arrived[0].get_body(("plain",))
    assert plain is not None
    assert plain.get_content().split() == [".One", ".", "Two"]


@pytest.mark.parametrize(
    ("said", "verdict"),
    [("550 No such box", DeliveryOutcome.NEVER), ("451 Busy", DeliveryOutcome.LATER)],
)
@pytest.mark.parametrize("where", ["answers", "verdicts"])
def test_who_is_refused_does_not_end_the_line(
    smtp_sink: Sink, where: str, said: str, verdict: DeliveryOutcome
) -> None:
    getattr(smtp_sink, where)[READER] = [said, "250 OK"]
    with MailConnection() as line:
        line.open()
        answer = line.hand(mail())
        assert (answer.verdict, answer.words) == (verdict, said)
        assert line.hand(mail()).verdict is DeliveryOutcome.TAKEN
    assert (len(smtp_sink.arrived), smtp_sink.sessions) == (1, 1)


def test_an_address_with_a_command_in_it_never_reaches_a_server(
    smtp_sink: Sink,
) -> None:
    with MailConnection() as line:
        line.open()
        answer = line.hand(mail(to="a@example.org>\r\nrcpt TO:<b@example.org"))
    assert answer.verdict is DeliveryOutcome.NEVER
    assert smtp_sink.arrived == []
