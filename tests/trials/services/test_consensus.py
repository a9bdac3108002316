"""The meeting opens all scores, settles what is far apart, and closes scoring."""

from decimal import Decimal
from typing import Any

import pytest

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation
from tests.factories import stakeholders, trials, vendors
from tests.trials.services.test_scores import score
from trials.models import Consensus, Score, ScoreSheet, Settlement
from trials.selectors.scores import counted_scores, far_apart, scores_table
from trials.services.scores import close_scores, open_consensus, settle_score
from vendors.models import Candidate
from vendors.services.candidates import clear_conflict, declare_conflict, eliminate

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Candidate:
    option = trials.claimed(trials.platform())
    vendors.enter(option.evaluation, "demos")
    return option


def settle(acme: Candidate, value: str = "3.5", **more: Any) -> Settlement:
    where = acme.evaluation
    return settle_score(
        **{
            "evaluation": where,
            "candidate": acme,
            "category": where.categories.get(),
            "value": Decimal(value),
            "reason": "Dana had not seen the second half.",
            "by": where.owner,
            **more,
        }
    )


def people(where: Evaluation) -> float:
    """The people's score of the only candidate, in points."""
    table = scores_table(where.owner, where)
    value = table.people(table.candidates[0]).value
    assert value is not None
    return float(value * 5)


def test_the_consensus_locks_everybody_and_opens_once(acme: Candidate) -> None:
    where = acme.evaluation
    score(acme)
    with pytest.raises(Forbidden):
        open_consensus(evaluation=where, by=stakeholders.holder("leadership"))
    open_consensus(evaluation=where, by=where.owner)
    sheets = ScoreSheet.objects.filter(stakeholder__evaluation=where)
    assert sheets.count() == 5
    assert not sheets.filter(locked_at=None).exists()
    with pytest.raises(Refused, match="locked"):
        score(acme, "pm")
    with pytest.raises(Refused, match="open already"):
        open_consensus(evaluation=where, by=where.owner)


def test_it_starts_at_the_median_and_keeps_what_people_gave(acme: Candidate) -> None:
    where = acme.evaluation
    for role, value in (("it", 5), ("devops", 0), ("pm", 4)):
        score(acme, role, value)
    open_consensus(evaluation=where, by=where.owner)
    assert people(where) == 4
    settle(acme)
    assert people(where) == 3.5
    assert set(Score.objects.values_list("value", flat=True)) == {5, 0, 4}
    settle(acme, "4", reason="She has by now.")
    assert people(where) == 4
    told = Entry.objects.filter(action="score.settled").latest("number")
    assert told.before == {
        "value": "3.5",
        "reason": "Dana had not seen the second half.",
    }


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_categories_that_weigh_nothing_are_not_settled",
)
def test_only_the_owner_settles_an_open_meeting_with_a_reason(acme: Candidate) -> None:
    where = acme.evaluation
    score(acme)
    with pytest.raises(Refused, match="Open the consensus first"):
        settle(acme)
    open_consensus(evaluation=where, by=where.owner)
    with pytest.raises(Forbidden):
        settle(acme, by=stakeholders.holder("it"))
    for wrong in (
        {"reason": " "},
        {"value": Decimal("5.5")},
        {"value": Decimal("3.2")},
    ):
        with pytest.raises(Invalid):
            settle(acme, **wrong)
    globex = vendors.candidate_late(where, "Globex ML")
    with pytest.raises(Refused, match="Nobody scored"):
        settle(acme, candidate=globex)
    assert not Settlement.objects.exists()


def test_what_is_far_apart_has_to_be_settled_before_closing(acme: Candidate) -> None:
    where = acme.evaluation
    score(acme, "it", 5)
    score(acme, "pm", 2)
    open_consensus(evaluation=where, by=where.owner)
    vendors.enter(where, "decision")
    close: dict[str, Any] = {"evaluation": where, "by": where.owner}
    with pytest.raises(Refused, match="Training of Acme ML"):
        close_scores(outcome="We agree.", **close)
    settle(acme)
    close_scores(outcome="We agree.", **close)
    with pytest.raises(Refused, match="closed already"):
        settle(acme)


def test_scores_of_who_is_out_keep_no_meeting_open(acme: Candidate) -> None:
    where = acme.evaluation
    score(acme, "it", 5)
    score(acme, "pm", 2)
    assert far_apart(where) == []  # nobody has locked
    open_consensus(evaluation=where, by=where.owner)
    assert far_apart(where) == ["Training of Acme ML"]
    eliminate(candidate=acme, reason="It is too slow.", by=where.owner)
    assert far_apart(where) == []
    vendors.enter(where, "decision")
    close_scores(evaluation=where, outcome="Nobody is left.", by=where.owner)
    assert Consensus.objects.get().closed_at


def test_categories_that_weigh_nothing_are_not_settled(acme: Candidate) -> None:
    where = acme.evaluation
    score(acme, "it", 5)
    score(acme, "pm", 2)
    open_consensus(evaluation=where, by=where.owner)
    where.categories.update(weight=0)
    assert far_apart(where) == []


def test_scores_close_in_the_decision_stage_after_the_consensus(
    acme: Candidate,
) -> None:
    where = acme.evaluation
    close: dict[str, Any] = {"evaluation": where, "by": where.owner}
    with pytest.raises(Refused, match="stage"):
        close_scores(outcome="Acme.", **close)
    vendors.enter(where, "decision")
    with pytest.raises(Refused, match="Open the consensus first"):
        close_scores(outcome="Acme.", **close)
    open_consensus(evaluation=where, by=where.owner)
    with pytest.raises(Invalid):
        close_scores(outcome=" ", **close)
    closed = close_scores(outcome="Acme, by four to one.", **close)
    assert closed.closed_at
    assert Consensus.objects.get().outcome == "Acme, by four to one."
    with pytest.raises(Refused, match="closed already"):
        close_scores(outcome="Globex.", **close)


def test_a_score_of_somebody_with_an_interest_counts_once_it_is_cleared(
    acme: Candidate,
) -> None:
    where, ivan = acme.evaluation, stakeholders.holder("it")
    score(acme, "it", 5)
    score(acme, "pm", 3)
    interest = declare_conflict(
        candidate=acme, has_interest=True, statement="I own shares.", by=ivan
    )
    open_consensus(evaluation=where, by=where.owner)
    assert [counted_score.value for counted_score in counted_scores(where)] == [3]
    assert people(where) == 3
    clear_conflict(conflict=interest, reason="He sold them.", by=where.owner)
    assert people(where) == 4
