"""What is uncertain or dead waits for the owner's word, and the journal keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Entry, Notice
from evaltracker.notices.services.delivery import sweep_notices
from evaltracker.notices.services.scheduling import resend_notice, resolve_notice
from tests.factories import common
from tests.notices.kinds import owe

if TYPE_CHECKING:
    from collections.abc import Callable

    from evaltracker.evaluations.models import Evaluation
    from tests.smtp_sink import Sink

    Settle = Callable[..., Notice]

pytestmark = pytest.mark.django_db
BOTH = pytest.mark.parametrize("settle", [resend_notice, resolve_notice])


def stuck(evaluation: Evaluation, state: NoticeState) -> Notice:
    """A notice that waits for a person."""
    notice = owe(evaluation, kind="test_letter")
    Notice.objects.filter(pk=notice.pk).update(state=state, attempts=9)
    notice.refresh_from_db()
    return notice


@pytest.mark.parametrize(
    ("state", "repeated"),
    [(NoticeState.UNCERTAIN, True), (NoticeState.DEAD, False)],
)
def test_a_notice_that_is_sent_again_is_flagged_if_it_may_have_arrived(
    platform: Evaluation, smtp_sink: Sink, state: NoticeState, repeated: bool
) -> None:
    notice = stuck(platform, state)

    resend_notice(notice=notice, reason="She asked for it.", by=platform.owner)

    assert sweep_notices().sent == 1
    assert smtp_sink.counts() == {notice.message_id: 1}
    notice.refresh_from_db()
    assert (notice.state, notice.maybe_repeated) == (NoticeState.SENT, repeated)
    assert notice.attempts == 1


def test_a_resolved_notice_is_never_sent_and_says_why(
    platform: Evaluation, smtp_sink: Sink
) -> None:
    notice = stuck(platform, NoticeState.UNCERTAIN)

    resolve_notice(notice=notice, reason=" She has it. ", by=platform.owner)

    assert sweep_notices().sent == 0
    notice.refresh_from_db()
    assert notice.state == NoticeState.SUPPRESSED
    assert notice.suppressed_because == "She has it."


@BOTH
def test_the_journal_keeps_who_settled_it_and_why(
    platform: Evaluation, settle: Settle
) -> None:
    settle(
        notice=stuck(platform, NoticeState.DEAD), reason="Because.", by=platform.owner
    )

    entry = Entry.objects.filter(evaluation=platform).latest("number")
    assert entry.action in ("notice.resent", "notice.resolved")
    assert (entry.actor, entry.reason) == (platform.owner, "Because.")
    assert entry.before["state"] == "dead"


@BOTH
def test_only_the_owner_settles(platform: Evaluation, settle: Settle) -> None:
    for other in (common.noor(), common.otto()):
        with pytest.raises(Forbidden):
            settle(notice=stuck(platform, NoticeState.DEAD), reason="No.", by=other)
        Notice.objects.all().delete()


@BOTH
def test_a_reason_is_asked_for(platform: Evaluation, settle: Settle) -> None:
    with pytest.raises(Invalid) as refusal:
        settle(notice=stuck(platform, NoticeState.DEAD), reason="  ", by=platform.owner)
    assert "reason" in refusal.value.errors


@BOTH
@pytest.mark.parametrize("state", ["pending", "handing", "sent", "suppressed"])
def test_what_needs_no_word_takes_none(
    platform: Evaluation, settle: Settle, state: str
) -> None:
    notice = stuck(platform, NoticeState(state))

    with pytest.raises(Refused, match="only an uncertain or dead one"):
        settle(notice=notice, reason="Because.", by=platform.owner)
