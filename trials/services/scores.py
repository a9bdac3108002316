"""People's own scores: given blind, locked for good, settled in a meeting."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Category, Evaluation, User
from evaltracker.evaluations.policy import change, check_owned, checked, lock
from evaltracker.requirements.services.templates import TEMPLATE_PARTS, TemplatePart
from evaltracker.toolbox.days import today_in
from evaltracker.toolbox.text import CallFields, read_field
from stakeholders.models import Stakeholder
from stakeholders.policy import has_a_say, voices
from trials.models import Consensus, Score, ScoreSheet, Settlement
from trials.policy import (
    FROM_DEMOS,
    SCORING_STAGES,
    change_on,
    check_part,
    check_running,
)
from trials.scoring import TOP_SCORE
from trials.scoring.open_cells import (
    DEFAULT_PRIOR,
    FEWEST_RECORDED,
    MOST_WORTH,
    Prior,
    TrialRecord,
)
from trials.selectors.scores import counted_scores, far_apart, house_record, prior_of
from vendors.models import Candidate
from vendors.policy import check_judges
from vendors.services.candidates import lock_candidate


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
        interest in the candidate. Refused: the wrong stage, locked, or the candidate is
        eliminated. Invalid: by field; a score without a reason is none.
    """
    evaluation = own_scoring(stakeholder, by)
    candidate.refresh_from_db(fields=["state", "state_reason"])
    check_running(candidate)
    for field, row in (("candidate", candidate), ("category", category)):
        if row.evaluation_id != evaluation.pk:
            raise Invalid(f"The {field} belongs to another evaluation.", field=field)
    sheet = open_sheet(stakeholder)
    cell = {"sheet": sheet, "candidate": candidate, "category": category}
    score = Score.objects.filter(**cell).first() or Score(**cell)
    first = score._state.adding
    cleaned = read_field("reason", reason)
    if not first and (score.value, score.reason) == (value, cleaned):
        return score
    score.value = value
    score.reason = cleaned
    score.given_at = timezone.now()
    checked(score)
    score.save()
    after = {"candidate": candidate, "category": category.name}
    if first:
        action = "score.given"
    else:
        action = "score.changed"
    journal.record(evaluation, action, score, by, after=after)
    return score


@transaction.atomic
def withdraw_score(
    *, stakeholder: Stakeholder, candidate: Candidate, category: Category, by: User
) -> None:
    """Take one's own score back to “not scored”, which is not 0, until it is locked.

    Raises:
        Forbidden: not one's own part, or a part that does not score. Refused: the wrong
        stage, locked, or there is no score to take back.
    """
    evaluation = own_scoring(stakeholder, by)
    given = Score.objects.filter(sheet=open_sheet(stakeholder), category=category)
    score = given.filter(candidate=candidate).first()
    if score is None:
        raise Refused(f"You have not scored {category.name} of {candidate.name}.")
    score.delete()
    before = {"candidate": candidate, "category": category.name}
    journal.record(evaluation, "score.withdrawn", score, by, before=before)


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
    if stakeholder.user_id != by.pk or stakeholder.left_at or not has_a_say(by):
        raise Forbidden("You can only give your own scores.")
    if not stakeholder.scores:
        raise Forbidden("You are not asked to score in this evaluation.")
    check_part(stakeholder.evaluation, by, *(stages or SCORING_STAGES))
    check_judges(stakeholder.evaluation, by)
    require_unlocked(ScoreSheet.objects.filter(stakeholder=stakeholder).first())


def check_lock_scores(stakeholder: Stakeholder, by: User) -> None:
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
    if sheet is not None and sheet.locked_at:
        raise Refused("Your scores are locked; they can no longer change.")


def open_sheet(stakeholder: Stakeholder) -> ScoreSheet:
    """The sheet of a part, made when it is first needed; refused once locked."""
    sheet, _ = ScoreSheet.objects.get_or_create(stakeholder=stakeholder)
    require_unlocked(sheet)
    return sheet


def lock_sheet(sheet: ScoreSheet, evaluation: Evaluation, by: By) -> ScoreSheet:
    _, after = change(sheet, locked_at=timezone.now())
    after |= {"person": sheet.stakeholder.user.name, "scores": sheet.scores.count()}
    after["sha256"] = _digest(sheet)
    journal.record(evaluation, "scores.locked", sheet, by, after=after)
    return sheet


def _digest(sheet: ScoreSheet) -> str:
    """A digest that gives nothing away: the ids of the scores are its salt."""
    rows = sheet.scores.order_by("pk").values_list(
        "pk", "candidate_id", "category_id", "value", "reason"
    )
    text = json.dumps(journal.as_json_value(list(rows)), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


STEP = Decimal("0.5")  # a median of two scores can lie between them


def check_open_consensus(evaluation: Evaluation, by: By) -> None:
    check_owned(evaluation, by, *FROM_DEMOS)
    if Consensus.objects.filter(evaluation=evaluation).exists():
        raise Refused("The consensus is open already.")


def check_settle_score(candidate: Candidate, category: Category, by: By) -> Consensus:
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
    check_owned(evaluation, by, Stage.DECISION)
    consensus = _open_meeting(evaluation)
    if unsettled := far_apart(evaluation):
        raise Refused(
            f"Far apart and not settled yet: {'; '.join(unsettled[:5])}. Enter what "
            "the meeting agreed on, even if it is the median."
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
    after = {"scores": _all_scores(evaluation)}
    journal.record(evaluation, "consensus.opened", consensus, by, after=after)
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
        Forbidden: not the owner. Refused: the consensus is not open, or nobody scored
        it. Invalid: off the scale, or without a reason.
    """
    candidate = lock_candidate(candidate)
    consensus = check_settle_score(candidate, category, by)
    cleaned = read_field("reason", reason)
    if value % STEP:
        raise Invalid("Enter whole or half points.", field="value")
    cell = {"consensus": consensus, "candidate": candidate, "category": category}
    settled = Settlement.objects.filter(**cell).first() or Settlement(**cell)
    if settled._state.adding:
        before = {}
    else:
        before = journal.snapshot(settled, SETTLED)
    settled.value = value
    settled.reason = cleaned
    owner: Any = journal.actor_of(by).user
    settled.settled_by = owner
    settled.settled_at = timezone.now()
    checked(settled)
    settled.save()
    after = {
        "candidate": candidate,
        "category": category.name,
        **journal.snapshot(settled, SETTLED),
    }
    journal.record(evaluation, "score.settled", settled, by, before=before, after=after)
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
    change_on(
        consensus,
        evaluation,
        "scores.closed",
        by,
        outcome=read_field("outcome", outcome),
        closed_at=timezone.now(),
        closed_by=journal.actor_of(by).user,
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
    rows = Score.objects.filter(candidate__evaluation=evaluation)
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


def check_set_prior(evaluation: Evaluation, by: By) -> None:
    check_owned(evaluation, by)


def check_take_house_record(evaluation: Evaluation, by: By) -> tuple[TrialRecord, int]:
    check_owned(evaluation, by)
    record, evaluations = house_record(evaluation)
    if record.total < FEWEST_RECORDED:
        raise Refused(
            f"The house’s record has {record.total} trial verdicts of other decided "
            f"evaluations; it can be taken once it has {FEWEST_RECORDED}."
        )
    return record, evaluations


@transaction.atomic
def set_prior(
    *, evaluation: Evaluation, holds: int, partly: int, fails: int, worth: int, by: By
) -> Evaluation:
    """Set the shares in per cent and how many verdicts they are worth.

    Raises:
        Forbidden: not the owner. Refused: it has ended. Invalid: by field.
    """
    evaluation = lock(evaluation)
    check_set_prior(evaluation, by)
    inputs = CallFields()
    shares = holds, partly, fails
    if sum(shares) != 100 or min(shares) < 0:
        inputs.refuse(
            "holds",
            f"Holds, partly and fails must add up to 100; they add up to {sum(shares)}."
            if sum(shares) != 100
            else "Each share is 0 or more.",
        )
    if not 1 <= worth <= MOST_WORTH:
        inputs.refuse("worth", "Worth is a whole number from 1 to 100.")
    inputs.check()
    prior = Prior(holds, partly, fails, worth)
    if prior == DEFAULT_PRIOR:
        stored = {}
    else:
        stored = {**asdict(prior), "source": "hand"}
    change_on(evaluation, evaluation, "prior.set", by, prior=stored)
    return evaluation


@transaction.atomic
def take_house_record(*, evaluation: Evaluation, by: By) -> Evaluation:
    """Start the urns from the house's record as it is today; it is never read again.

    How much it is worth stays as it was set.

    Raises:
        Forbidden: not the owner. Refused: it has ended, or the record is too small.
    """
    evaluation = lock(evaluation)
    record, evaluations = check_take_house_record(evaluation, by)
    prior, _ = prior_of(evaluation)
    stored = {
        **asdict(Prior(record.holds, record.partly, record.fails, prior.worth)),
        "source": "house",
        "record": {
            "taken_on": today_in(evaluation.zone).isoformat(),
            "evaluations": evaluations,
        },
    }
    change_on(evaluation, evaluation, "prior.taken", by, prior=stored)
    return evaluation


MEANING_LIMIT = 120


def check_word_scale(evaluation: Evaluation, by: By) -> None:
    """The owner, until the first score is given: what was scored keeps its meaning."""
    check_owned(evaluation, by)
    if Score.objects.filter(sheet__stakeholder__evaluation=evaluation).exists():
        raise Refused(
            "Scores have been given. You can't change their meaning any more."
        )


@transaction.atomic
def word_scale(
    *, evaluation: Evaluation, meanings: Sequence[str], by: By
) -> Evaluation:
    """Say what each score from 0 to 5 means; six blanks leave them without words.

    Raises:
        Forbidden: not the owner. Refused: it has ended, or a score was given. Invalid:
        by field, `score_0` to `score_5`; some have words and others none.
    """
    evaluation = lock(evaluation)
    check_word_scale(evaluation, by)
    inputs = CallFields()
    texts = [
        inputs.line(f"score_{value}", text, limit=MEANING_LIMIT, blank=True)
        for value, text in enumerate(meanings)
    ]
    blank = [value for value, text in enumerate(texts) if not text]
    if len(texts) != TOP_SCORE + 1:
        inputs.refuse("", "Write six meanings, for 0 to 5.")
    for value in blank if len(blank) < len(texts) else ():
        if f"score_{value}" not in inputs.errors:
            inputs.refuse(f"score_{value}", "Write words for all six, or for none.")
    inputs.check()
    scale = [] if blank else texts
    change_on(evaluation, evaluation, "scale.worded", by, scale=scale)
    return evaluation


def _load(evaluation: Evaluation, meanings: Any, by: User) -> None:
    word_scale(evaluation=evaluation, meanings=meanings, by=by)


TEMPLATE_PARTS.register(
    "scale", TemplatePart(lambda evaluation: list(evaluation.scale), _load)
)
