"""People's own scores: given blind, taken back, locked for good."""

import hashlib
import json
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Category, Evaluation, User
from evaltracker.evaluations.policy import (
    change,
    checked,
    lock,
)
from evaltracker.kit.text import Inputs
from stakeholders.models import Stakeholder
from stakeholders.policy import has_a_say
from trials.models import Score, ScoreSheet
from trials.policy import FROM_DEMOS, SCORING_STAGES, check_part, check_running
from vendors.models import Candidate
from vendors.policy import check_judges


@transaction.atomic
def give_score(
    *,
    stakeholder: Stakeholder,
    candidate: Candidate,
    category: Category,
    value: int,
    reason: str,
    by: User,
) -> Score:
    """Give or change one's own score, 0–5, until one's sheet is locked.

    The journal says that a score was given, never which: scores are blind until they
    are opened, and then the consensus writes them all down.

    Raises:
        Forbidden: not one's own part, a part that does not score, or a declared
            interest in the candidate.
        Refused: the wrong stage, locked, or the candidate is eliminated.
        Invalid: by field; a score without a reason is none.

    """

    def rule(part: Stakeholder, person: User) -> None:
        candidate.refresh_from_db(fields=["state", "state_reason"])
        check_give_score(part, candidate, person)

    evaluation = own_scoring(stakeholder, by, rule)
    _check_home(evaluation, candidate, category)
    sheet = open_sheet(stakeholder)
    score = Score.objects.filter(
        sheet=sheet, candidate=candidate, category=category
    ).first()
    first = score is None
    score = score or Score(sheet=sheet, candidate=candidate, category=category)
    inputs = Inputs()
    said = inputs.text("reason", reason)
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
        rows=[sheet, score],
    )
    return score


@transaction.atomic
def withdraw_score(
    *, stakeholder: Stakeholder, candidate: Candidate, category: Category, by: User
) -> None:
    """Take one's own score back to “not scored”, which is not 0, until it is locked.

    Raises:
        Forbidden: not one's own part, or a part that does not score.
        Refused: the wrong stage, locked, or there is no score to take back.

    """

    def rule(part: Stakeholder, person: User) -> None:
        check_withdraw_score(part, candidate, category, person)

    evaluation = own_scoring(stakeholder, by, rule)
    sheet = open_sheet(stakeholder)
    score = Score.objects.get(sheet=sheet, candidate=candidate, category=category)
    journal.record(
        evaluation=evaluation,
        action="score.withdrawn",
        subject=score,
        by=by,
        before={"candidate": candidate, "category": category.name},
        rows=[sheet],
        removed=[score],
    )
    score.delete()


@transaction.atomic
def lock_scores(*, stakeholder: Stakeholder, by: User) -> ScoreSheet:
    """Make one's own scores final and, in return, see those of the others.

    The journal keeps a digest, so that nobody can change them behind the lock. There
    is no way back.

    Raises:
        Forbidden: not one's own part. Refused: nothing is scored, or locked already.

    """
    evaluation = own_scoring(stakeholder, by, check_lock_scores)
    return lock_sheet(open_sheet(stakeholder), evaluation, by)


def check_give_scores(stakeholder: Stakeholder, by: User, *stages: Stage) -> None:
    """Everybody gives their own scores, until they are locked.

    Raises:
        Forbidden: not one's own part, one that does not score, or a conflict.
        Refused: the wrong stage, locked, or interests were not declared.

    """
    if stakeholder.user_id != by.pk or stakeholder.left_at or not has_a_say(by):
        raise Forbidden("You can only give your own scores.")
    if not stakeholder.scores:
        raise Forbidden("You are not asked to score in this evaluation.")
    check_part(stakeholder.evaluation, by, *(stages or SCORING_STAGES))
    check_judges(stakeholder.evaluation, by)
    require_unlocked(ScoreSheet.objects.filter(stakeholder=stakeholder).first())


def check_give_score(stakeholder: Stakeholder, candidate: Candidate, by: User) -> None:
    """The same for one candidate, while it is in the running."""
    check_give_scores(stakeholder, by)
    check_running(candidate)


def check_withdraw_score(
    stakeholder: Stakeholder, candidate: Candidate, category: Category, by: User
) -> None:
    """The same for taking one back, once it is given."""
    check_give_scores(stakeholder, by)
    scores = Score.objects.filter(sheet__stakeholder=stakeholder)
    if not scores.filter(candidate=candidate, category=category).exists():
        raise Refused(f"You have not scored {category.name} of {candidate.name}.")


def check_lock_scores(stakeholder: Stakeholder, by: User) -> None:
    """The same for locking them, once there are some."""
    check_give_scores(stakeholder, by, *FROM_DEMOS)
    if not Score.objects.filter(sheet__stakeholder=stakeholder).exists():
        raise Refused("You have not scored anything yet, and a lock is final.")


def own_scoring(
    stakeholder: Stakeholder,
    by: User,
    rule: Callable[[Stakeholder, User], object] = check_give_scores,
) -> Evaluation:
    """The evaluation under lock, if `rule` lets `by` work on the part's scores."""
    stakeholder.refresh_from_db()
    evaluation = lock(stakeholder.evaluation)
    stakeholder.evaluation = evaluation
    rule(stakeholder, by)
    return evaluation


def require_unlocked(sheet: ScoreSheet | None) -> None:
    """Refuse a sheet that is final."""
    if sheet is not None and sheet.locked_at:
        raise Refused("Your scores are locked; they can no longer change.")


def _check_home(
    evaluation: Evaluation, candidate: Candidate, category: Category
) -> None:
    """Refuse a candidate or a category of another evaluation."""
    for field, row in (("candidate", candidate), ("category", category)):
        if row.evaluation_id != evaluation.pk:
            sentence = f"The {field} belongs to another evaluation."
            raise Invalid(sentence, errors={field: [sentence]})


def open_sheet(stakeholder: Stakeholder) -> ScoreSheet:
    """The sheet of a part, made when it is first needed; refused once locked."""
    sheet, _ = ScoreSheet.objects.get_or_create(stakeholder=stakeholder)
    require_unlocked(sheet)
    return sheet


def lock_sheet(sheet: ScoreSheet, evaluation: Evaluation, by: By) -> ScoreSheet:
    """Lock a sheet, whoever asked for it."""
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
        rows=[sheet],
    )
    return sheet


def _digest(sheet: ScoreSheet) -> str:
    """A digest that gives nothing away: the ids of the scores are its salt."""
    rows = sheet.scores.order_by("pk").values_list(
        "pk", "candidate_id", "category_id", "value", "reason"
    )
    text = json.dumps(journal.plain(list(rows)), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
