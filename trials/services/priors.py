"""What the urns of an evaluation start with: set by hand, or the house's record."""

from dataclasses import asdict
from typing import Any

from django.db import transaction

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import change, check_owned, lock
from evaltracker.kit.clock import today_in
from evaltracker.kit.text import Inputs
from trials.scoring.urns import (
    DEFAULT_PRIOR,
    FEWEST_RECORDED,
    MOST_WORTH,
    Prior,
    TrialRecord,
)
from trials.selectors.prior import house_record, prior_of


def check_set_prior(evaluation: Evaluation, by: By) -> None:
    """The owner sets it while the evaluation is open."""
    check_owned(evaluation, by)


def check_take_house_record(evaluation: Evaluation, by: By) -> tuple[TrialRecord, int]:
    """The record, which the owner takes once it is large enough to say something."""
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
    inputs = Inputs()
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
    stored = {} if prior == DEFAULT_PRIOR else {**asdict(prior), "source": "hand"}
    return _write(evaluation, stored, "prior.set", by)


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
    return _write(evaluation, stored, "prior.taken", by)


def _write(
    evaluation: Evaluation, stored: dict[str, Any], action: str, by: By
) -> Evaluation:
    """Write what changes, with an entry that says it."""
    before, after = change(evaluation, prior=stored)
    if after:
        journal.record(
            evaluation=evaluation,
            action=action,
            subject=evaluation,
            by=by,
            before=before,
            after=after,
        )
    return evaluation
