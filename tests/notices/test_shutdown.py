"""Asked to stop, a sweep ends after the mail in hand and owes nobody a doubt."""

import os
from collections.abc import Iterator

import pytest

from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.kinds import Message
from evaltracker.notices.services.delivery import sweep_notices
from evaltracker.toolbox import processes as shutdown
from tests.notices.kinds import Reminder, owe_many
from tests.smtp_sink import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _go_on_afterwards() -> Iterator[None]:
    yield
    shutdown.forget()


def test_it_frees_what_it_has_claimed_and_flags_nothing(
    platform: Evaluation, smtp_sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    owe_many(platform, 10)
    compose = Reminder.compose

    def asked_in_the_middle(self: Reminder, notice: Notice) -> Message:
        if len(smtp_sink.arrived) == 3:
            shutdown.ask_to_stop()
        return compose(self, notice)

    monkeypatch.setattr(Reminder, "compose", asked_in_the_middle)
    assert sweep_notices().sent == 4

    rows = Notice.objects.order_by("state").values_list("state", "lease_token")
    assert (
        sorted(rows)
        == [(NoticeState.PENDING, None)] * 6 + [(NoticeState.SENT, None)] * 4
    )
    assert not Notice.objects.filter(maybe_repeated=True).exists()
    assert len(smtp_sink.arrived) == 4


def test_it_claims_nothing_any_more(platform: Evaluation, smtp_sink: Sink) -> None:
    owe_many(platform, 3)
    shutdown.ask_to_stop()

    assert sweep_notices().sent == 0
    shutdown.forget()
    assert sweep_notices().sent == 3


def test_a_forked_child_hears_what_its_parent_was_asked() -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        while not shutdown.asked_to_stop():
            pass
        os.write(writer, b"heard")
        os._exit(0)
    shutdown.ask_to_stop()

    assert os.read(reader, 5) == b"heard"
    os.waitpid(child, 0)
