"""The list of all notices: what needs somebody first, in words, with what to do."""

import datetime
import re

import pytest
from django.utils import timezone

from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Evaluation, Notice
from tests.clients import auditing, signed_in
from tests.factories import common, stakeholders
from tests.notices.admin.test_notices_page import notice

pytestmark = pytest.mark.django_db
LIST = "/admin/evaluations/notice/"
DAY = datetime.timedelta(days=1)


@pytest.fixture
def owed(purchase: Evaluation) -> dict[str, Notice]:
    """One of each state, due on different days."""
    now = timezone.now()
    states = {
        "far": (NoticeState.PENDING, 400),
        "next": (NoticeState.PENDING, 1),
        "late": (NoticeState.PENDING, -1),
        "dead": (NoticeState.DEAD, -2),
        "unsure": (NoticeState.UNCERTAIN, -3),
        "sent": (NoticeState.SENT, -4),
        "stopped": (NoticeState.SUPPRESSED, -5),
    }
    made = {}
    for name, (state, days) in states.items():
        made[name] = notice(purchase, state, recipient=purchase.owner)
        Notice.objects.filter(pk=made[name].pk).update(
            due_at=now + days * DAY,
            suppressed_because="It was moved." if name == "stopped" else "",
        )
    return made


def shown(owner: object, query: str = "") -> tuple[list[str], str]:
    """The ids of the rows from the top, and the page."""
    answer = signed_in(auditing(owner)).get(f"{LIST}{query}")  # type: ignore[arg-type]
    assert answer.status_code == 200
    body = answer.content.decode()
    return list(dict.fromkeys(re.findall(r"/notice/([0-9a-f-]{36})/", body))), body


def ids(owed: dict[str, Notice], *names: str) -> list[str]:
    return [str(owed[name].pk) for name in names]


def test_what_needs_somebody_and_what_is_late_stand_above_what_is_next(
    purchase: Evaluation, owed: dict[str, Notice]
) -> None:
    rows, body = shown(purchase.owner)
    assert rows == ids(owed, "unsure", "dead", "late", "next", "far")
    for words in (
        "Milestone due",
        "Refused for good",
        "Late",
        "Next",
        "can send it again",
    ):
        assert words in body
    assert "milestone.due" not in body


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_mail_about_a_login_says_how_it_is_asked_for_anew",
)
def test_the_filters_lead_to_the_others(
    purchase: Evaluation, owed: dict[str, Notice]
) -> None:
    owner = purchase.owner
    assert shown(owner, "?show=unclear")[0] == ids(owed, "unsure", "dead")
    assert shown(owner, "?show=sent")[0] == ids(owed, "sent")
    rows, body = shown(owner, "?show=suppressed")
    assert rows == ids(owed, "stopped")
    assert "It was moved." in body
    assert shown(owner, "?show=all")[0][0] == str(owed["far"].pk)


def test_sending_again_is_offered_where_it_can_be_done(
    purchase: Evaluation, owed: dict[str, Notice]
) -> None:
    def detail(who: object, name: str) -> str:
        url = f"{LIST}{owed[name].pk}/change/"
        return signed_in(who).get(url).content.decode()  # type: ignore[arg-type]

    assert "act/resend-notice" in detail(purchase.owner, "dead")
    assert "act/resend-notice" not in detail(purchase.owner, "sent")
    stakeholders.stakeholders(purchase, "it")
    assert "act/resend-notice" not in detail(common.otto(), "dead")


def test_a_mail_about_a_login_says_how_it_is_asked_for_anew(
    purchase: Evaluation,
) -> None:
    operator = common.otto()
    lost = notice(purchase, NoticeState.DEAD, recipient=purchase.owner)
    Notice.objects.filter(pk=lost.pk).update(evaluation=None)
    _, body = shown(operator)
    assert "Invite the person again" in body
    url = f"/admin/act/resend-notice/{lost.pk}/"
    assert signed_in(operator).get(url).status_code == 403
