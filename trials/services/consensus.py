"""The meeting: it opens all scores, settles what is far apart, and closes scoring."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Category, Evaluation
from evaltracker.evaluations.policy import (
    change,
    check_owned,
    checked,
    lock,
)
from evaltracker.kit.text import Inputs
from stakeholders.policy import voices
from trials.models import Consensus, Score, ScoreSheet, Settlement
from trials.policy import FROM_DEMOS, check_running
from trials.selectors import counted_scores, far_apart
from trials.services.scores import lock_sheet
from vendors.models import Candidate
from vendors.services.candidates import lock_candidate

STEP = Decimal("0.5")  # a median of two scores can lie between them


def check_open_consensus(evaluation: Evaluation, by: By) -> None:
    """The owner opens it once."""
    check_owned(evaluation, by, *FROM_DEMOS)
    if Consensus.objects.filter(evaluation=evaluation).exists():
        raise Refused("The consensus is open already.")


def check_settle_score(candidate: Candidate, category: Category, by: By) -> Consensus:
    """The open consensus, in which the owner settles what somebody scored."""
    check_owned(candidate.evaluation, by, *FROM_DEMOS)
    consensus = _open_meeting(candidate.evaluation)
    check_running(candidate)
    scores = counted_scores(candidate.evaluation).filter(
        candidate=candidate, category=category
    )
    if not scores.exists():
        raise Refused(
            f"Nobody scored {category.name} of {candidate.name}, and no meeting scores "
            "for them."
        )
    return consensus


def check_close_scores(evaluation: Evaluation, by: By) -> Consensus:
    """The open consensus, which the owner ends once what is apart is settled."""
    check_owned(evaluation, by, Stage.DECISION)
    consensus = _open_meeting(evaluation)
    if apart := far_apart(evaluation):
        raise Refused(
            f"Far apart and not settled yet: {'; '.join(apart[:5])}. Enter what the "
            "meeting agreed on, even if it is the median."
        )
    return consensus


@transaction.atomic
def open_consensus(*, evaluation: Evaluation, by: By) -> Consensus:
    """Open everybody's scores for the meeting; every sheet is locked with it.

    Raises:
        Forbidden: not the owner. Refused: before demos, or opened already.

    """
    evaluation = lock(evaluation)
    check_open_consensus(evaluation, by)
    consensus = Consensus(evaluation=evaluation, opened_by=journal.actor_of(by).user)
    checked(consensus)
    for part in voices().filter(evaluation=evaluation, scores=True):
        ScoreSheet.objects.get_or_create(stakeholder=part)
    unlocked = ScoreSheet.objects.filter(
        stakeholder__evaluation=evaluation, locked_at__isnull=True
    )
    for sheet in unlocked.select_related("stakeholder__user"):
        lock_sheet(sheet, evaluation, by)
    consensus.save()
    journal.record(
        evaluation=evaluation,
        action="consensus.opened",
        subject=consensus,
        by=by,
        after={"scores": _all_scores(evaluation)},
    )
    return consensus


@transaction.atomic
def settle_score(
    *,
    evaluation: Evaluation,
    candidate: Candidate,
    category: Category,
    value: Decimal,
    reason: str,
    by: By,
) -> Settlement:
    """Write down what the meeting settled on where people were apart, and why.

    It counts in the place of the median. What people gave stays as they gave it.

    Raises:
        Forbidden: not the owner. Refused: the consensus is not open, or nobody
            scored it. Invalid: off the scale, or without a reason.

    """
    candidate = lock_candidate(candidate)
    consensus = check_settle_score(candidate, category, by)
    inputs = Inputs()
    words = inputs.text("reason", reason)
    inputs.check()
    if value % STEP:
        sentence = "Enter whole or half points."
        raise Invalid(sentence, errors={"value": [sentence]})
    cell = {"consensus": consensus, "candidate": candidate, "category": category}
    settled = Settlement.objects.filter(**cell).first() or Settlement(**cell)
    before = {} if settled._state.adding else journal.snapshot(settled, SETTLED)
    settled.value, settled.reason = value, words
    owner: Any = journal.actor_of(by).user
    settled.settled_by = owner
    settled.settled_at = timezone.now()
    checked(settled)
    settled.save()
    journal.record(
        evaluation=evaluation,
        action="score.settled",
        subject=settled,
        by=by,
        before=before,
        after={
            "candidate": candidate,
            "category": category.name,
            **journal.snapshot(settled, SETTLED),
        },
        rows=[settled],
    )
    return settled


SETTLED = ("value", "reason")


@transaction.atomic
def close_scores(*, evaluation: Evaluation, outcome: str, by: By) -> Consensus:
    """End the consensus with its outcome; the originals stay as they were given.

    Raises:
        Forbidden: not the owner. Refused: not the decision stage, not open, closed, or
            something far apart is not settled. Invalid: no outcome.

    """
    evaluation = lock(evaluation)
    consensus = check_close_scores(evaluation, by)
    inputs = Inputs()
    words = inputs.text("outcome", outcome)
    inputs.check()
    before, after = change(
        consensus,
        outcome=words,
        closed_at=timezone.now(),
        closed_by=journal.actor_of(by).user,
    )
    journal.record(
        evaluation=evaluation,
        action="scores.closed",
        subject=consensus,
        by=by,
        before=before,
        after=after,
    )
    return consensus


def _open_meeting(evaluation: Evaluation) -> Consensus:
    consensus = Consensus.objects.filter(evaluation=evaluation).first()
    if consensus is None:
        raise Refused("Open the consensus first; it shows everybody's scores.")
    if consensus.closed_at:
        raise Refused("Scores are closed already.")
    return consensus


def _all_scores(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Every score as it was opened, with the ids that the digests were made from."""
    rows = Score.objects.filter(candidate__evaluation=evaluation).order_by(
        "sheet", "pk"
    )
    return [
        {
            "id": row.pk,
            "person": row.sheet.stakeholder.user.name,
            "candidate": row.candidate.name,
            "category": row.category.name,
            "value": row.value,
            "reason": row.reason,
        }
        for row in rows.order_by("sheet", "pk").select_related(
            "sheet__stakeholder__user", "candidate", "category"
        )
    ]
