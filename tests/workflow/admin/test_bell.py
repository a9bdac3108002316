"""The bell: what is new for the reader, until they mark it as seen."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.workflow.inbox.glances import MOST, count_news
from evaltracker.workflow.models import BellLook
from evaltracker.workflow.services.sign_offs import mark_news_seen
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from vendors.models import Question, Submission

pytestmark = pytest.mark.django_db


def mail_to(person: User, where: Evaluation, number: int, **more: Any) -> Notice:
    now = timezone.now()
    said: dict[str, Any] = {"sent_at": now, "state": "sent"} | more
    made: Notice = Notice.objects.create(
        kind="milestone_due",
        evaluation=where,
        subject_id=str(where.pk),
        occurrence=str(number),
        recipient=person,
        wall_time=now,
        due_at=now,
        next_try_at=now,
        message_id=f"<bell{number}-{person.pk}@x.example>",
        **said,
    )
    return made


@pytest.fixture
def where(db: None) -> Evaluation:
    made = common.evaluation()
    common.requirement(made)
    stakeholders.stakeholders(made, "it")
    return made


def test_mails_and_what_vendors_sent_are_new_until_marked(where: Evaluation) -> None:
    lina, ivan = where.owner, stakeholders.holder("it")
    option = vendors.candidate(where, "Acme ML")
    mail_to(ivan, where, 1)
    Question.objects.create(evaluation=where, text="Which region?")
    Submission.objects.create(
        candidate=option, number="1", submitted_by="x", claims=1, sha256="0" * 64
    )
    assert (count_news(lina), count_news(ivan)) == (2, 1)
    client = signed_in(lina)
    page: Any = client.get("/admin/news/")
    said = page.content.decode()
    assert "Acme ML handed in its answer" in said
    assert "Question: Which region?" in said
    assert "2 new notices" in said
    assert f"/admin/e/{where.slug}/questions/#questions" in said
    # Looking changes nothing; the button does.
    assert not BellLook.objects.exists()
    until = page.context["until"]
    answer = client.post("/admin/act/mark-news-seen/", {"until": until})
    assert answer.status_code == 302
    assert (count_news(lina), count_news(ivan)) == (0, 1)
    Question.objects.create(evaluation=where, text="And now?")
    assert count_news(lina) == 1


def test_only_what_was_sent_to_oneself_and_lately(where: Evaluation) -> None:
    ivan, noor = stakeholders.holder("it"), common.noor()
    long_ago = timezone.now() - datetime.timedelta(days=31)
    mail_to(ivan, where, 1, state="suppressed", suppressed_because="x", sent_at=None)
    mail_to(ivan, where, 2, sent_at=long_ago)
    mail_to(where.owner, where, 3)
    Question.objects.create(evaluation=where, text="Which region?")
    assert count_news(ivan) == count_news(noor) == count_news(common.otto()) == 0


def test_a_look_never_goes_back_nor_ahead(where: Evaluation) -> None:
    ivan = stakeholders.holder("it")
    ahead = timezone.now() + datetime.timedelta(days=9)
    mark_news_seen(until=ahead, by=ivan)
    look = BellLook.objects.get()
    assert look.until <= timezone.now()
    mark_news_seen(until=timezone.now() - datetime.timedelta(days=9), by=ivan)
    assert BellLook.objects.get().until == look.until


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/admin/test_demos_and_trials_in_my_work.py"
    "::test_a_contract_that_is_not_agreed_is_nothing_to_judge",
)
def test_the_head_counts_in_one_query_and_stops(where: Evaluation) -> None:
    ivan = stakeholders.holder("it")
    for number in range(MOST + 3):
        mail_to(ivan, where, number)
    with CaptureQueriesContext(connection) as caught:
        assert count_news(ivan) == MOST
    assert len(caught) == 1
    assert "99+" in signed_in(ivan).get("/admin/").content.decode()
