"""The feed: what happened, in its order, without anybody's words."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Entry, Evaluation, JournalHead
from evaltracker.notices.events import events_for
from evaltracker.notices.kinds import TYPE_OF, TYPES
from tests.clients import program, signed_in
from tests.factories import common, stakeholders, trials, vendors
from vendors.models import Claim, Conflict

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(db: None) -> Evaluation:
    """An evaluation in demos, in which Acme has shown what it claims."""
    made = trials.platform("must", "should")
    acme = trials.claimed(made, made.requirements.get(ref="R1"))
    vendors.enter(made, "demos")
    trials.demo(acme, held=True)
    trials.verdict(trials.claim_of(acme), "demo")
    return made


def feed(client: Client, where: Evaluation, **params: Any) -> Any:
    return client.get(f"/api/v1/staff/evaluations/{where.slug}/events/", params)


def head(where: Evaluation) -> int:
    return JournalHead.objects.get(evaluation=where).count


def test_events_ascend_from_the_number_that_one_has(where: Evaluation) -> None:
    lead = program(where.owner)
    every = feed(lead, where).json()["results"]
    numbers = [event["number"] for event in every]
    assert numbers == sorted(set(numbers))
    after = numbers[len(numbers) // 2]
    answer = feed(lead, where, after=after)
    assert answer.status_code == 200
    assert answer.json()["results"] == [e for e in every if e["number"] > after]
    first = feed(lead, where, limit=2).json()["results"]
    assert first == every[:2]


def test_above_the_head_is_nothing_and_what_is_no_number_is_refused(
    where: Evaluation,
) -> None:
    lead = program(where.owner)
    answer = feed(lead, where, after=999999)
    assert (answer.status_code, answer.json()["results"]) == (200, [])
    for after in ("x", "-1", "1.5", "", "٣", "9" * 10):
        answer = feed(lead, where, after=after)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == "#/after"


def test_an_event_names_nobody_and_tells_no_words(where: Evaluation) -> None:
    claim = Claim.objects.get()
    told = feed(program(where.owner), where).json()["results"]
    found = next(event for event in told if event["type"] == "evidence.recorded")
    entry = Entry.objects.get(number=found["number"], evaluation=where)
    assert found == {
        "id": str(entry.pk),
        "type": "evidence.recorded",
        "at": entry.at.isoformat().replace("+00:00", "Z"),
        "number": entry.number,
        "evaluation": where.slug,
        "subject": {"kind": entry.subject_type, "id": entry.subject_id},
        "by": "person",
        "link": f"http://testserver/admin/e/{where.slug}/matrix/",
        "text": "A verdict was recorded.",
    }
    said = str(told)
    for word in (claim.statement, claim.candidate.name, where.title, where.owner.name):
        assert word not in said


def test_a_subject_is_null_while_answers_are_closed_to_the_reader(
    where: Evaluation,
) -> None:
    reader = stakeholders.holder("it")
    told = feed(program(reader), where).json()["results"]
    kinds = {event["type"]: event["subject"] for event in told}
    assert kinds["evidence.recorded"]
    Conflict.objects.filter(person=reader).delete()
    told = feed(program(reader), where).json()["results"]
    kinds = {event["type"]: event["subject"] for event in told}
    assert kinds["evidence.recorded"] is None


def test_a_reader_who_has_everything_gets_304_until_something_happens(
    where: Evaluation,
) -> None:
    lead = program(where.owner)
    tag = feed(lead, where)["ETag"]
    again = lead.get(
        f"/api/v1/staff/evaluations/{where.slug}/events/",
        headers={"If-None-Match": tag},
    )
    assert (again.status_code, again.content) == (304, b"")
    with transaction.atomic():
        journal.record(where, "claim.submitted", where, where.owner)
    assert feed(lead, where)["ETag"] != tag


def test_a_stranger_finds_no_feed_and_a_session_opens_none(where: Evaluation) -> None:
    assert feed(program(common.noor()), where).status_code == 404
    assert feed(signed_in(where.owner), where).status_code == 401


@pytest.mark.parametrize(
    ("name", "has_account", "by"),
    [
        ("Dana Weber", True, "person"),
        ("Dana Weber by token “CI”", True, "token"),
        ("Acme ML (Bid desk)", False, "vendor"),
        ("Acme by token “CI” (Bid desk)", False, "vendor"),
        ("evaltracker (Bid desk)", False, "vendor"),
        ("Run token evr_1", False, "token"),
        ("evaltracker", False, "system"),
        ("Somebody of before", False, "person"),
    ],
)
def test_who_acted_is_told_by_kind(
    db: None, name: str, has_account: bool, by: str
) -> None:
    platform = common.evaluation()
    actor = Actor(name, platform.owner if has_account else None)
    entry = journal.record(platform, "claim.submitted", platform, actor)
    (event,) = events_for(platform.owner, platform, [entry])
    assert event["by"] == by


def test_every_page_of_an_event_is_there_and_no_action_means_two_types(
    db: None,
) -> None:
    platform = common.evaluation()
    lead = signed_in(platform.owner)
    assert len(TYPE_OF) == sum(len(it["actions"]) for it in TYPES.values())
    for page in {it["page"] for it in TYPES.values()}:
        path = f"/admin/e/{platform.slug}/{page.replace('_', '-')}/"
        path = path.replace("/overview/", "/")
        assert lead.get(path).status_code in (200, 302), page


@pytest.mark.nightly(
    reason="a thousand rows; each push reads every type of event",
    short="::test_every_page_of_an_event_is_there_and_no_action_means_two_types",
)
def test_a_thousand_events_are_read_at_once(
    db: None, figure: Callable[[str], None]
) -> None:
    platform = common.evaluation()
    for _ in range(1000):
        journal.record(platform, "claim.submitted", platform, platform.owner)
    lead, times = program(platform.owner), []
    for _ in range(7):
        began = time.process_time()
        answer = feed(lead, platform, after=head(platform) - 1000, limit=1000)
        times.append(time.process_time() - began)
        assert len(answer.json()["results"]) == 1000
    figure(f"1,000 events: {min(times) * 1000:.0f} ms")
    # Five times what it takes a machine that is quiet.
    assert min(times) < 0.15
