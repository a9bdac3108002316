"""Notes of what was read and heard, with source and date."""

import datetime
from typing import Any

import pytest

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry
from tests.factories import common, stakeholders, trials, vendors
from trials.services.evidence import note_research
from vendors.models import Candidate

pytestmark = pytest.mark.django_db
NOTE: dict[str, Any] = {
    "kind": "podcast",
    "title": "Episode 12",
    "text": "They moved off it after a year.",
    "source_url": "https://example.org/12",
    "source_date": datetime.date(2026, 5, 1),
}


@pytest.fixture
def acme() -> Candidate:
    return trials.claimed(trials.platform())


def test_a_note_is_journaled_with_source_and_date(acme: Candidate) -> None:
    priya = stakeholders.holder("pm")
    requirement = acme.evaluation.requirements.get()
    note = note_research(candidate=acme, requirement=requirement, by=priya, **NOTE)
    assert note.noted_by == priya
    entry = Entry.objects.filter(evaluation=acme.evaluation).latest("number")
    assert entry.action == "research.noted"
    assert entry.after["source_date"] == "2026-05-01"
    assert entry.after["requirement"] == "R1"


def test_a_note_can_be_what_evidence_rests_on(acme: Candidate) -> None:
    note = note_research(candidate=acme, by=acme.evaluation.owner, **NOTE)
    found = trials.verdict(trials.claim_of(acme), note="", research_note=note)
    assert found.research_note == note


def test_nobody_notes_research_before_the_requirements_are_signed() -> None:
    where = common.evaluation()
    option = vendors.candidate(where)
    with pytest.raises(Refused, match="stage"):
        note_research(candidate=option, by=where.owner, **NOTE)


def test_strangers_note_nothing(acme: Candidate) -> None:
    with pytest.raises(Forbidden):
        note_research(candidate=acme, by=common.noor(), **NOTE)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("text", ""),
        ("kind", "rumour"),
        ("source_url", "ftp://example.org/x"),
    ],
)
def test_a_note_that_does_not_fit_is_refused_by_field(
    acme: Candidate, field: str, value: str
) -> None:
    with pytest.raises(Invalid) as caught:
        note_research(
            candidate=acme, by=acme.evaluation.owner, **{**NOTE, field: value}
        )
    assert field in caught.value.errors


def test_a_requirement_of_another_evaluation_is_refused(acme: Candidate) -> None:
    other = common.requirement(common.evaluation(title="Another"), "X1")
    with pytest.raises(Invalid):
        note_research(
            candidate=acme, requirement=other, by=acme.evaluation.owner, **NOTE
        )
