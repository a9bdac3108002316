"""The notices of one evaluation, and the owner's word on the unclear ones."""

import datetime
import uuid
from typing import Any

import pytest

from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Evaluation, Notice
from tests.clients import signed_in
from tests.factories import common, stakeholders

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 24, 9, tzinfo=datetime.UTC)


def notice(where: Evaluation, state: str, **fields: Any) -> Notice:
    return Notice.objects.create(
        kind="milestone.due",
        evaluation=where,
        subject_id=str(uuid.uuid4()),
        wall_time=NOW,
        due_at=NOW,
        next_try_at=NOW,
        state=state,
        message_id=f"<{uuid.uuid4()}@testserver>",
        **fields,
    )


@pytest.fixture
def here(purchase: Evaluation) -> str:
    return f"/admin/e/{purchase.slug}/notices/"


def test_an_empty_ledger_says_what_makes_notices(here: str) -> None:
    body = signed_in(common.lina()).get(here).content.decode()
    assert "No mail is owed to anybody" in body
    assert signed_in(common.noor()).get(here).status_code == 404


def test_the_owner_sees_every_state_with_its_reason(
    purchase: Evaluation, here: str
) -> None:
    to = {"recipient": purchase.owner}
    notice(purchase, NoticeState.PENDING, **to)
    notice(purchase, NoticeState.SENT, sent_at=NOW, maybe_repeated=True, **to)
    notice(purchase, NoticeState.SUPPRESSED, suppressed_because="It was moved.", **to)
    notice(purchase, NoticeState.DEAD, last_error="550 No such box", **to)
    body = signed_in(purchase.owner).get(here).content.decode()
    for words in ("Next", "may have arrived twice", "It was moved.", "550 No such box"):
        assert words in body


def test_a_stakeholder_sees_their_own_mail_only(
    purchase: Evaluation, here: str
) -> None:
    stakeholders.stakeholders(purchase, "it")
    ivan = stakeholders.holder("it")
    notice(purchase, NoticeState.SENT, sent_at=NOW, address="secret@vendor.example")
    notice(purchase, NoticeState.SENT, sent_at=NOW, recipient=ivan)
    body = signed_in(ivan).get(here).content.decode()
    assert "Ivan" in body
    assert "vendor" not in body.split("et-scroll")[1]


def test_a_dead_one_is_sent_again_or_closed_with_a_reason(
    purchase: Evaluation, here: str
) -> None:
    client = signed_in(purchase.owner)
    dead = notice(purchase, NoticeState.DEAD, recipient=purchase.owner)
    url = f"/admin/act/resend-notice/{dead.pk}/"
    assert client.post(url, {"reason": " "}).status_code == 400
    answer = client.post(url, {"reason": "Box is back"})
    assert answer.headers["Location"] == here
    dead.refresh_from_db()
    assert dead.state == NoticeState.PENDING
    assert client.post(url, {"reason": "Again"}).status_code == 409
    unsure = notice(purchase, NoticeState.UNCERTAIN, recipient=purchase.owner)
    url = f"/admin/act/resolve-notice/{unsure.pk}/"
    assert client.post(url, {"reason": "They told me"}).status_code == 302
    unsure.refresh_from_db()
    assert unsure.state == NoticeState.SUPPRESSED


def test_nobody_but_the_owner_settles_one(purchase: Evaluation) -> None:
    stakeholders.stakeholders(purchase, "it")
    dead = notice(purchase, NoticeState.DEAD, recipient=purchase.owner)
    url = f"/admin/act/resend-notice/{dead.pk}/"
    ivan = signed_in(stakeholders.holder("it"))
    assert ivan.post(url, {"reason": "x"}).status_code == 404
