"""People's scores: given blind, locked for good, opened and closed by a consensus."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.policy import (
    change,
    checked,
    lock,
    require_owner,
    require_stage,
)
from evaltracker.evaluations.text import Inputs
from stakeholders.models import Stakeholder
from trials.models import Consensus, Score, ScoreSheet
from trials.policy import FROM_DEMOS, SCORING_STAGES, enter, require_running
from vendors.policy import require_no_conflict

if TYPE_CHECKING:
    from evaltracker.evaluations.journal import By
    from evaltracker.evaluations.models import Category, Evaluation, User
    from vendors.models import Candidate


@transaction.atomic
def give_score(
    *,
    stakeholder: Stakeholder,
    candidate: Candidate,
    category: Category,
    value: int,
    by: User,
    reason: str = "",
) -> Score:
    """Give or change one's own score, 0–5, until one's sheet is locked.

    The journal says that a score was given, never which: scores are blind until they
    are opened, and then the consensus writes them all down.

    Raises:
        Forbidden: not one's own part, a part that does not score, or a declared
            interest in the candidate.
        Refused: the wrong stage, locked, or the candidate is eliminated.
        Invalid: by field.

    """
    evaluation = _own_scoring(stakeholder, by, *SCORING_STAGES)
    require_no_conflict(by, candidate)
    require_running(candidate)
    _check_home(evaluation, candidate, category)
    sheet = _open_sheet(stakeholder)
    score = Score.objects.filter(
        sheet=sheet, candidate=candidate, category=category
    ).first()
    first = score is None
    score = score or Score(sheet=sheet, candidate=candidate, category=category)
    inputs = Inputs()
    said = inputs.text("reason", reason, blank=True)
    inputs.check()
    if not first and (score.value, score.reason) == (value, said):
        return score
    score.value, score.reason, score.given_at = value, said, timezone.now()
    checked(score)
    score.save()
    journal.record(
        evaluation=evaluation,
        action="score.given" if first else "score.changed",
        subject=score,
        by=by,
        after={"candidate": candidate, "category": category.name},
    )
    return score


@transaction.atomic
def lock_scores(*, stakeholder: Stakeholder, by: User) -> ScoreSheet:
    """Make one's own scores final and, in return, see those of the others.

    The journal keeps a digest, so that nobody can change them behind the lock. There
    is no way back.

    Raises:
        Forbidden: not one's own part. Refused: nothing is scored, or locked already.

    """
    evaluation = _own_scoring(stakeholder, by, *FROM_DEMOS)
    sheet = _open_sheet(stakeholder)
    if not sheet.scores.exists():
        raise Refused("You have scored nothing yet; a lock is for good.")
    return _lock(sheet, evaluation, by)


@transaction.atomic
def open_consensus(*, evaluation: Evaluation, by: By) -> Consensus:
    """Open everybody's scores for the meeting; every sheet is locked with it.

    Raises:
        Forbidden: not the owner. Refused: before demos, or opened already.

    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    require_stage(evaluation, *FROM_DEMOS)
    if Consensus.objects.filter(evaluation=evaluation).exists():
        raise Refused("The consensus is open already.")
    consensus = Consensus(evaluation=evaluation, opened_by=journal.actor_of(by).user)
    checked(consensus)
    for part in Stakeholder.objects.filter(
        evaluation=evaluation, scores=True, left_at__isnull=True
    ):
        ScoreSheet.objects.get_or_create(stakeholder=part)
    unlocked = ScoreSheet.objects.filter(
        stakeholder__evaluation=evaluation, locked_at__isnull=True
    )
    for sheet in unlocked.select_related("stakeholder__user"):
        _lock(sheet, evaluation, by)
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
def close_scores(*, evaluation: Evaluation, outcome: str, by: By) -> Consensus:
    """End the consensus with its outcome; the originals stay as they were given.

    Raises:
        Forbidden: not the owner. Refused: not the decision stage, not open, or closed.
        Invalid: no outcome.

    """
    evaluation = lock(evaluation)
    require_owner(by, evaluation)
    require_stage(evaluation, Stage.DECISION)
    consensus = Consensus.objects.filter(evaluation=evaluation).first()
    if consensus is None:
        raise Refused("Open the consensus first; it shows everybody's scores.")
    if consensus.closed_at:
        raise Refused("Scores are closed already.")
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


def _own_scoring(stakeholder: Stakeholder, by: User, *stages: Stage) -> Evaluation:
    """The evaluation under lock, if this is `by`'s own part and it scores."""
    stakeholder.refresh_from_db()
    if stakeholder.user_id != by.pk or stakeholder.left_at:
        raise Forbidden("Everybody gives their own scores, nobody another's.")
    if not stakeholder.scores:
        raise Forbidden("You are not asked to score in this evaluation.")
    evaluation, _ = enter(stakeholder.evaluation, by, *stages)
    return evaluation


def _check_home(
    evaluation: Evaluation, candidate: Candidate, category: Category
) -> None:
    """Refuse a candidate or a category of another evaluation."""
    for field, row in (("candidate", candidate), ("category", category)):
        if row.evaluation_id != evaluation.pk:
            sentence = f"The {field} belongs to another evaluation."
            raise Invalid(sentence, errors={field: [sentence]})


def _open_sheet(stakeholder: Stakeholder) -> ScoreSheet:
    """The sheet of a part, made when it is first needed; refused once locked."""
    sheet, _ = ScoreSheet.objects.get_or_create(stakeholder=stakeholder)
    if sheet.locked_at:
        raise Refused("Your scores are locked; they can no longer change.")
    return sheet


def _lock(sheet: ScoreSheet, evaluation: Evaluation, by: By) -> ScoreSheet:
    _, after = change(sheet, locked_at=timezone.now())
    journal.record(
        evaluation=evaluation,
        action="scores.locked",
        subject=sheet,
        by=by,
        after={
            **after,
            "person": sheet.stakeholder.user.name,
            "scores": sheet.scores.count(),
            "sha256": _digest(sheet),
        },
    )
    return sheet


def _digest(sheet: ScoreSheet) -> str:
    """A digest that gives nothing away: the ids of the scores are its salt."""
    rows = sheet.scores.order_by("pk").values_list(
        "pk", "candidate_id", "category_id", "value", "reason"
    )
    text = json.dumps(journal.plain(list(rows)), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _all_scores(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Every score as it was opened, with the ids that the digests were made from."""
    rows = Score.objects.filter(candidate__evaluation=evaluation).order_by(
        "sheet", "pk"
    )
    return [
        {
            "id": one.pk,
            "person": one.sheet.stakeholder.user.name,
            "candidate": one.candidate.name,
            "category": one.category.name,
            "value": one.value,
            "reason": one.reason,
        }
        for one in rows.order_by("sheet", "pk").select_related(
            "sheet__stakeholder__user", "candidate", "category"
        )
    ]
