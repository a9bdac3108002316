"""Drawing up the trials of all finalists in one go: words, days, criteria, dates."""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.policy import check_owned, lock
from evaltracker.kit.working_days import monday_to_friday, shift
from trials.models import Criterion, Trial
from trials.policy import TRIAL_STAGES, require_same
from trials.selectors import Ledger, ledger
from trials.selectors.common_terms import open_trials_drawn_up
from trials.selectors.to_draw_up import finalists_without_trial
from trials.services.criteria import put_criterion, read_words
from trials.services.milestones import add_milestone
from trials.services.trials import plan_trial
from vendors.models import Candidate

MORNING, EVENING = datetime.time(9), datetime.time(17)
CLEAN_UP = 2  # working days after the last one


@dataclass(frozen=True, slots=True)
class CommonCriterion:
    """What every finalist must reach; `shared` marks one that trials have already."""

    requirement: Requirement
    text: str
    threshold: str = ""
    method: str = ""
    shared: uuid.UUID | None = None
    # As its requirement's, unless trials have another already.
    measure: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Finalist:
    """Who is tried, who leads that if somebody else does, and what differs and why."""

    candidate: Candidate
    lead: User | None = None
    difference: str = ""


def check_draw_up_trials(evaluation: Evaluation, by: By) -> list[Candidate]:
    """The finalists that get a trial: shortlisted, and without an open one.

    Raises:
        Forbidden: not the owner. Refused: the wrong stage, or there is none.

    """
    check_owned(evaluation, by, *TRIAL_STAGES)
    finalists = finalists_without_trial(evaluation)
    if not finalists:
        raise Refused(
            "Every shortlisted candidate has a trial already, or nobody is shortlisted."
        )
    return finalists


@transaction.atomic
def draw_up_trials(
    *,
    evaluation: Evaluation,
    finalists: Sequence[Finalist],
    criteria: Sequence[CommonCriterion],
    starts_on: datetime.date,
    ends_on: datetime.date,
    lead: User,
    by: By,
    **words: Any,
) -> list[Trial]:
    """Plan the same trial for each of these finalists, with criteria and milestones.

    `words` are the others of `plan_trial`. Where trials were drawn up before and are
    open, these join them and get their criteria.

    Raises:
        Forbidden: not the owner. Refused: the wrong stage, or one has a trial already.
        Invalid: by field; of a criterion by its field and its requirement's id.

    """
    evaluation = lock(evaluation)
    waiting = {one.pk for one in check_draw_up_trials(evaluation, by)}
    late = [it.candidate.name for it in finalists if it.candidate.pk not in waiting]
    if late:
        raise Refused(f"{late[0]} has a trial already, or is not shortlisted any more.")
    criteria = criteria_in_common(evaluation) or [
        _read(criterion, evaluation) for criterion in criteria
    ]
    if not finalists or not criteria:
        raise Invalid("Choose at least one finalist, and at least one criterion.")
    book = ledger(evaluation, candidates=[one.candidate for one in finalists])
    trials = []
    for one in finalists:
        trial = plan_trial(
            candidate=one.candidate,
            title=f"Trial of {one.candidate}"[:150],
            starts_on=starts_on,
            ends_on=ends_on,
            lead=one.lead or lead,
            difference=one.difference,
            drawn_up=True,
            by=by,
            **words,
        )
        trial.candidate.evaluation = evaluation
        _fill(trial, criteria, book, by)
        trials.append(trial)
    journal.record(
        evaluation=evaluation,
        action="trials.drawn_up",
        subject=evaluation,
        by=by,
        after={
            "candidates": [trial.candidate.name for trial in trials],
            "requirements": [criterion.requirement.ref for criterion in criteria],
        },
    )
    return trials


def criteria_in_common(evaluation: Evaluation) -> list[CommonCriterion]:
    """Those of the trials that were drawn up before and are open."""
    for trial in open_trials_drawn_up(evaluation)[:1]:
        rows = trial.criteria.exclude(shared=None).select_related("requirement")
        return [
            CommonCriterion(
                *(row.requirement, row.text, row.threshold, row.method),
                *(row.shared, row.measure),
            )
            for row in rows
        ]
    return []


def _read(criterion: CommonCriterion, evaluation: Evaluation) -> CommonCriterion:
    """The criterion with its words as they are kept, and a mark of its own."""
    requirement = criterion.requirement
    require_same(evaluation, requirement)
    try:
        words: dict[str, Any] = read_words(
            text=criterion.text,
            threshold=criterion.threshold,
            method=criterion.method,
        )
    except Invalid as problem:
        raise Invalid(
            f"{requirement.ref}: {problem}",
            errors={
                f"{field}_{requirement.pk.hex}": said
                for field, said in problem.errors.items()
            },
        ) from problem
    return CommonCriterion(requirement, shared=uuid.uuid4(), **words)


def _fill(
    trial: Trial, criteria: Sequence[CommonCriterion], book: Ledger, by: By
) -> None:
    """Its criteria and its milestones."""
    for one in criteria:
        criterion = Criterion(
            trial=trial,
            requirement=one.requirement,
            text=one.text,
            threshold=one.threshold,
            method=one.method,
            measure=one.requirement.measure if one.measure is None else one.measure,
            shared=one.shared,
        )
        cell = book.cell(trial.candidate, one.requirement)
        put_criterion(criterion, "", by, cell)
    for title, (day, time) in milestones_of(trial).items():
        add_milestone(
            evaluation=trial.candidate.evaluation,
            trial=trial,
            title=title,
            owner_user=trial.lead,
            due_on=day,
            due_time=time,
            by=by,
        )


def milestones_of(trial: Trial) -> Mapping[str, tuple[datetime.date, datetime.time]]:
    """What is due in every trial, and when."""
    first, last = trial.starts_on, trial.ends_on
    return {
        "First day": (first, MORNING),
        "Half-time review": (first + (last - first) // 2, EVENING),
        "Last day": (last, EVENING),
        "Clean-up": (shift(last, CLEAN_UP, monday_to_friday), EVENING),
    }
