"""Who is asked to score by mail, when it becomes their turn, and who no more."""

import pytest

from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.kinds import KINDS
from stakeholders.services.people import remove_stakeholder
from tests.factories import stakeholders, trials, vendors
from tests.workflow.notices.asking import later, mail_to, owed, rows
from trials.services.scores import give_score, lock_scores, open_consensus
from vendors.models import Candidate
from vendors.services.candidates import shortlist

pytestmark = pytest.mark.django_db
KIND = "scores_requested"
ALL = ["dana", "elif", "ivan", "priya", "viktor"]


@pytest.fixture
def acme() -> Candidate:
    """Shortlisted and shown; all five score, and nobody has."""
    where = trials.platform()
    option = trials.claimed(where)
    shortlist(candidate=option, by=where.owner)
    vendors.enter(where, "demos")
    option.evaluation.refresh_from_db()
    return option


def shown(option: Candidate) -> Evaluation:
    trials.verdict(trials.claim_of(option), "demo")
    return option.evaluation


def lock(option: Candidate, role: str) -> None:
    part = option.evaluation.stakeholders.get(role=role)
    give_score(
        stakeholder=part,
        candidate=option,
        category=option.evaluation.categories.get(),
        value=4,
        reason="Seen",
        by=part.user,
    )
    lock_scores(stakeholder=part, by=part.user)


def why_not(option: Candidate, role: str) -> str:
    """Why the mail to a role does not go out any more."""
    notice = Notice.objects.select_related("recipient", "evaluation__owner").get(
        kind=KIND, recipient=stakeholders.holder(role)
    )
    return KINDS[KIND].holds(notice)


def test_everybody_who_scores_is_asked_once_the_demos_are_judged(
    acme: Candidate,
) -> None:
    with later(minutes=11):
        assert owed(KIND) == []
    where = shown(acme)
    with later(minutes=11):
        assert owed(KIND) == ALL
        mail = mail_to(stakeholders.holder("it"), KIND)
    assert mail.subject.startswith("Please score the candidates as IT")
    assert "It is your turn." in mail.text
    assert f"/admin/e/{where.slug}/scores/#mine-" in mail.text
    assert "Acme" not in mail.subject + mail.text + mail.html
    assert KINDS[KIND].titles([rows(KIND)[0].subject_id])
    with later(hours=3):
        assert Notice.objects.filter(kind=KIND).count() == len(ALL)


def test_who_has_locked_or_scores_no_more_is_not_asked(acme: Candidate) -> None:
    where = shown(acme)
    lock(acme, "it")
    where.stakeholders.filter(role="pm").update(scores=False)
    with later(minutes=11):
        assert owed(KIND) == ["dana", "elif", "viktor"]
        lock(acme, "devops")
        assert why_not(acme, "devops") == "Their scores are locked."
        where.stakeholders.filter(role="engineering").update(scores=False)
        assert why_not(acme, "engineering") == "They are not asked to score any more."
        boss = where.stakeholders.get(role="leadership")
        remove_stakeholder(stakeholder=boss, reason="Left.", by=where.owner)
        assert why_not(acme, "leadership").startswith("They have no part")


def test_nobody_is_asked_after_the_stage_or_the_end(acme: Candidate) -> None:
    where = shown(acme)
    with later(minutes=11):
        assert owed(KIND) == ALL
        vendors.enter(where, "trials")
        assert owed(KIND) == []
        assert "stage that asked" in why_not(acme, "it")
        Evaluation.objects.filter(pk=where.pk).update(status="cancelled")
        assert why_not(acme, "it") == "The evaluation has ended."


def test_the_consensus_locks_all_and_nobody_is_asked(acme: Candidate) -> None:
    where = shown(acme)
    with later(minutes=11):
        assert owed(KIND) == ALL
        open_consensus(evaluation=where, by=where.owner)
        assert owed(KIND) == []


def test_another_stay_in_the_demos_asks_once_more(acme: Candidate) -> None:
    where = shown(acme)
    with later(minutes=11):
        assert owed(KIND) == ALL
    lock(acme, "it")
    vendors.enter(where, "research")
    vendors.enter(where, "demos")
    with later(hours=2):
        assert owed(KIND) == [name for name in ALL if name != "ivan"]
        assert Notice.objects.filter(kind=KIND).count() == 2 * len(ALL) - 1
