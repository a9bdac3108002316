"""Scores are one's own, blind until locked, and each says why."""

from typing import Any

import pytest

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation
from stakeholders.models import Stakeholder
from tests.factories import common, stakeholders, trials, vendors
from trials.models import Score, ScoreSheet
from trials.services.scores import (
    give_score,
    lock_scores,
    open_consensus,
    withdraw_score,
)
from vendors.models import Candidate
from vendors.services.candidates import declare_conflict, eliminate

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Candidate:
    option = trials.claimed(trials.platform())
    vendors.candidate(option.evaluation, "Globex ML")
    vendors.enter(option.evaluation, "demos")
    return option


def part(where: Evaluation, role: str) -> Stakeholder:
    """The cast's part of that role."""
    found: Stakeholder = where.stakeholders.get(role=role)
    return found


def score(option: Candidate, role: str = "it", value: int = 4, **more: Any) -> Score:
    """A score by who holds the role, in the only category."""
    where = option.evaluation
    return give_score(
        **{
            "stakeholder": part(where, role),
            "candidate": option,
            "category": where.categories.get(),
            "value": value,
            "reason": "Seen in the demo.",
            "by": stakeholders.holder(role),
            **more,
        }
    )


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_research.py"
    "::test_a_note_is_journaled_with_source_and_date",
)
def test_a_score_changes_until_it_is_locked(acme: Candidate) -> None:
    score(acme, value=2)
    score(acme, value=0, reason="It crashed.")
    given = Score.objects.get()
    assert (given.value, given.reason) == (0, "It crashed.")
    ivan = stakeholders.holder("it")
    lock_scores(stakeholder=part(acme.evaluation, "it"), by=ivan)
    with pytest.raises(Refused, match="locked"):
        score(acme, value=5)
    with pytest.raises(Refused, match="locked"):
        lock_scores(stakeholder=part(acme.evaluation, "it"), by=ivan)
    assert Score.objects.get().value == 0


def test_a_score_says_why(acme: Candidate) -> None:
    with pytest.raises(Invalid) as caught:
        score(acme, reason=" ")
    assert "reason" in caught.value.errors
    assert not Score.objects.exists()


def test_a_score_goes_back_to_not_scored_until_it_is_locked(acme: Candidate) -> None:
    where, ivan = acme.evaluation, stakeholders.holder("it")
    about: dict[str, Any] = {
        "stakeholder": part(where, "it"),
        "candidate": acme,
        "category": where.categories.get(),
    }
    score(acme, value=0)
    with pytest.raises(Forbidden):
        withdraw_score(by=where.owner, **about)
    withdraw_score(by=ivan, **about)
    assert not Score.objects.exists()
    told = Entry.objects.filter(evaluation=where).latest("number")
    assert told.action == "score.withdrawn"
    assert "value" not in told.before
    with pytest.raises(Refused, match="not scored"):
        withdraw_score(by=ivan, **about)
    score(acme, value=2)
    lock_scores(stakeholder=part(where, "it"), by=ivan)
    with pytest.raises(Refused, match="locked"):
        withdraw_score(by=ivan, **about)
    assert Score.objects.get().value == 2


def test_the_same_score_again_writes_nothing(acme: Candidate) -> None:
    score(acme)
    entries = Entry.objects.count()
    score(acme)
    assert Entry.objects.count() == entries


def test_the_journal_keeps_scores_blind_until_they_are_opened(acme: Candidate) -> None:
    where = acme.evaluation
    score(acme, value=3, reason="Secret words")
    lock_scores(stakeholder=part(where, "it"), by=stakeholders.holder("it"))
    score(acme, "devops", value=1)
    entries = Entry.objects.filter(evaluation=where).order_by("-number")[:3]
    assert [entry.action for entry in entries] == [
        "score.given",
        "scores.locked",
        "score.given",
    ]
    for entry in entries:
        assert "value" not in entry.after
        assert "Secret" not in str(entry.after)
    assert len(entries[1].after["sha256"]) == 64
    open_consensus(evaluation=where, by=where.owner)
    opened = Entry.objects.filter(evaluation=where).latest("number").after["scores"]
    assert {(row["person"], row["value"]) for row in opened} == {
        ("Ivan", 3),
        ("Dana", 1),
    }


def test_nobody_scores_for_another(acme: Candidate) -> None:
    where = acme.evaluation
    for who in (stakeholders.holder("pm"), where.owner, common.otto(), common.noor()):
        with pytest.raises(Forbidden):
            score(acme, by=who)
        with pytest.raises(Forbidden):
            lock_scores(stakeholder=part(where, "it"), by=who)
    assert not ScoreSheet.objects.exists()


def test_only_parts_that_score_are_asked(acme: Candidate) -> None:
    where = acme.evaluation
    where.stakeholders.filter(role="it").update(scores=False)
    with pytest.raises(Forbidden, match="not asked to score"):
        score(acme)


def test_a_declared_interest_bars_scoring_any_candidate(acme: Candidate) -> None:
    where = acme.evaluation
    ivan = stakeholders.holder("it")
    globex = where.candidates.get(name="Globex ML")
    declare_conflict(
        candidate=acme,
        has_interest=True,
        statement="I hold shares.",
        by=ivan,
    )
    for option in (acme, globex):
        with pytest.raises(Forbidden, match="conflict of interest"):
            score(option)


@pytest.mark.parametrize(
    ("stage", "allowed"), [("research", False), ("trials", True), ("decision", False)]
)
def test_scores_are_given_in_demos_and_trials(
    acme: Candidate, stage: str, allowed: bool
) -> None:
    vendors.enter(acme.evaluation, stage)
    if allowed:
        assert score(acme)
    else:
        with pytest.raises(Refused, match="stage"):
            score(acme)


@pytest.mark.parametrize("value", [-1, 6])
def test_a_score_off_the_scale_is_refused(acme: Candidate, value: int) -> None:
    with pytest.raises(Invalid) as caught:
        score(acme, value=value)
    assert "value" in caught.value.errors
    assert not Score.objects.exists()


def test_candidates_and_categories_of_elsewhere_are_refused(acme: Candidate) -> None:
    other = common.evaluation(title="Another")
    with pytest.raises(Invalid):
        score(acme, category=common.category(other))
    with pytest.raises(Invalid):
        score(acme, candidate=vendors.candidate(other, "Acme ML"))
    eliminate(candidate=acme, reason="Too dear.", by=acme.evaluation.owner)
    with pytest.raises(Refused, match="Too dear"):
        score(acme)


def test_an_empty_sheet_is_not_locked(acme: Candidate) -> None:
    with pytest.raises(Refused, match="not scored anything"):
        lock_scores(
            stakeholder=part(acme.evaluation, "it"), by=stakeholders.holder("it")
        )
