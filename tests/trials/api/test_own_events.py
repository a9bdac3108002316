"""What a vendor's program is told: of its invitation, and nothing of rivals."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import ChoreDone, Entry, Evaluation
from evaltracker.notices.services.delivery import do_chores
from evaltracker.requirements.services.requirements import (
    add_requirement,
    change_requirement,
    retire_requirement,
)
from tests.factories import trials, vendors
from tests.imported import take
from tests.trials.api.test_own_trial import party
from tests.vendors.api.conftest import Party
from trials.services.events import NAME, copy_events
from trials.services.trials import record_gap, retest_gap
from vendors.choices import DocumentKind
from vendors.models import Candidate, VendorEvent
from vendors.services.answering import close_claims, move_claims_close
from vendors.services.candidates import eliminate
from vendors.services.claims import rule_not_applicable
from vendors.services.dialogue import answer_question, ask_question, publish_document


@pytest.fixture
def where(db: None) -> Evaluation:
    """A purchase whose claims are open."""
    return trials.platform()


@pytest.fixture
def acme(where: Evaluation) -> Party:
    return party(where, "Acme ML")


@pytest.fixture
def globex(where: Evaluation) -> Party:
    return party(where, "Globex ML")


def events(of: Party) -> list[dict[str, Any]]:
    """All that it reads, a page of three at a time, after the chore has run."""
    copy_events()
    rows: list[dict[str, Any]] = []
    following = f"{of.home}events/?limit=3"
    while following:
        page = of.call("GET", following).json()
        rows += page["results"]
        following = page["next"]
    return rows


def types(of: Party) -> list[str]:
    return [row["type"] for row in events(of)]


def add(where: Evaluation, ref: str) -> Any:
    group = where.categories.get()
    more: Any = {"category": group, "ref": ref, "text": ref, "by": where.owner}
    return add_requirement(evaluation=where, **more)


def test_a_rivals_question_that_is_answered_names_nobody(
    where: Evaluation,
    acme: Party,
    globex: Party,
) -> None:
    question, _ = ask_question(
        evaluation=where,
        candidate=globex.candidate,
        text="Do you mean R 4.x?",
        by=Actor(name="Globex"),
    )
    assert events(acme) == []
    answer_question(question=question, answer="Or later.", by=where.owner)
    (told,) = events(acme)
    entry = Entry.objects.get(action="question.answered")
    assert told == {
        "id": str(VendorEvent.objects.get(candidate=acme.candidate).pk),
        "type": "question.answered",
        "at": entry.at.isoformat().replace("+00:00", "Z"),
        "subject": {"kind": "question", "id": str(question.pk)},
        "text": "A question was answered.",
    }
    (same,) = events(globex)
    assert {**same, "id": told["id"]} == told
    (listed,) = acme.call("GET", f"{acme.home}questions/").json()["results"]
    assert listed["id"] == told["subject"]["id"]


def test_what_is_asked_of_it_is_told_and_nothing_that_it_is_not_shown(
    where: Evaluation,
    acme: Party,
) -> None:
    asked = add(where, "R2")
    change_requirement(requirement=asked, text="Other words", by=where.owner)
    change_requirement(requirement=asked, scorer_help="Look closely", by=where.owner)
    gone = add(where, "R3")
    retire_requirement(requirement=gone, reason="Asked twice.", by=where.owner)
    apart = add(where, "R4")
    rule_not_applicable(
        candidate=acme.candidate, requirement=apart, reason="No GPU.", by=where.owner
    )
    where.refresh_from_db()
    later = timezone.now() + datetime.timedelta(days=30)
    move_claims_close(
        evaluation=where, close_at=later, reason="Holidays.", by=where.owner
    )
    close_claims(evaluation=where, by=where.owner)
    subject = {"kind": "requirement", "id": "R2"}
    assert [(row["type"], row["subject"]) for row in events(acme)] == [
        ("requirement.added", subject),
        ("requirement.changed", subject),
        ("claims.close_moved", None),
        ("claims.closed", None),
    ]


def test_a_file_of_requirements_is_told_once_and_names_none(
    where: Evaluation, acme: Party
) -> None:
    table = (
        "Ref,Category,Requirement,Priority\nR8,Serving,One,must\nR9,Serving,Two,must\n"
    )
    for text in (table, table.replace("Two", "Three")):
        take("requirements", where, text)
    assert [(row["type"], row["subject"]) for row in events(acme)] == [
        ("requirement.added", None),
        ("requirement.changed", None),
    ]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_gaps.py"
    "::test_a_gap_is_noted_on_its_day_of_the_trial",
)
def test_a_trial_and_its_gaps_are_told_to_their_vendor_alone(
    where: Evaluation,
    acme: Party,
    globex: Party,
) -> None:
    vendors.enter(where, "trials")
    planned = trials.trial(acme.candidate, agreed=False)
    found: Any = {"severity": "challenge", "text": "It stops.", "by": planned.lead}
    record_gap(trial=planned, **found)
    assert types(acme) == []
    trials.agreed_by_all(planned)
    planned.refresh_from_db()
    gap = record_gap(trial=planned, **found)
    retest_gap(gap=gap, outcome="mended", note="It runs.", by=planned.lead)
    subject = {"kind": "gap", "id": str(gap.pk)}
    told = [(row["type"], row["subject"]) for row in events(acme)][-3:]
    assert told == [
        ("trial.agreed", None),
        ("gap.recorded", subject),
        ("gap.retested", subject),
    ]
    shown = acme.call("GET", f"{acme.home}trial/").json()["gaps"]
    assert str(gap.pk) in [row["id"] for row in shown]
    assert events(globex) == []


def test_who_is_out_of_the_choice_hears_of_its_own_letter_alone(
    where: Evaluation,
    acme: Party,
    globex: Party,
) -> None:
    eliminate(candidate=globex.candidate, reason="Too dear.", by=where.owner)
    add(where, "R2")
    candidate = Candidate.objects.get(pk=globex.candidate.pk)
    letter: Any = {"kind": DocumentKind.LETTER, "text": "Thank you.", "by": where.owner}
    publish_document(candidate=candidate, **letter)
    assert types(globex) == ["document.published"]
    assert types(acme) == ["requirement.added"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_who_is_out_of_the_choice_hears_of_its_own_letter_alone",
)
def test_nothing_is_told_of_the_time_before_the_invitation(
    where: Evaluation,
    acme: Party,
) -> None:
    add(where, "R2")
    copy_events()
    later = vendors.invited(where, "Initech ML")
    assert later.vendor is not None
    initech = Party(later, vendors.token(later.vendor))
    hidden = vendors.candidate(where, "Umbrella ML")
    assert types(initech) == []
    add(where, "R3")
    assert types(initech) == ["requirement.added"]
    assert types(acme) == ["requirement.added"] * 2
    assert not VendorEvent.objects.filter(candidate=hidden).exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_tick_without_news_asks_little",
)
def test_a_reader_who_goes_on_misses_none_and_sees_none_twice(
    where: Evaluation,
    acme: Party,
) -> None:
    seen: list[str] = []
    page = f"{acme.home}events/?limit=2"
    for number in range(2, 9):
        add(where, f"R{number}")
        if number % 3:
            copy_events()
        copy_events()
        while True:
            answer = acme.call("GET", page).json()
            new = [row["id"] for row in answer["results"] if row["id"] not in seen]
            seen += new
            if answer["next"] is None:
                break
            page = answer["next"]
    assert len(seen) == len(set(seen)) == 7
    assert seen == [row["id"] for row in events(acme)]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_options_without_numbers.py"
    "::test_memos_from_before_read_as_they_were_signed",
)
def test_a_worker_that_was_away_for_days_tells_of_all_that_happened_meanwhile(
    where: Evaluation,
    acme: Party,
    time_machine: Any,
) -> None:
    add(where, "R2")
    do_chores()
    assert VendorEvent.objects.count() == 1
    add(where, "R3")
    days_ago = timezone.now() - datetime.timedelta(days=3)
    ChoreDone.objects.filter(name=NAME).update(done_at=days_ago)
    assert NAME in do_chores()
    assert types(acme) == ["requirement.added"] * 2


def test_a_tick_without_news_asks_little(where: Evaluation, acme: Party) -> None:
    add(where, "R2")
    copy_events()
    later = timezone.now() + datetime.timedelta(hours=2)
    ChoreDone.objects.create(name=NAME, done_at=later)
    with CaptureQueriesContext(connection) as asked:
        copy_events()
    assert len(asked) <= 3
