"""Who may do what in trials, and when; one sentence for each no."""

import datetime
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from django.db import models

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.policy import change, is_owner, lock, require_stage
from evaltracker.toolbox.days import instant_of, unknown_zone
from evaltracker.toolbox.days import today_in as today_in
from stakeholders.policy import has_role, is_leadership, require_part
from trials.models import Trial
from trials.scoring import HEAVY
from vendors.choices import CandidateState
from vendors.models import Candidate, VendorRecord

AFTER_REQUIREMENTS = (Stage.RESEARCH, Stage.DEMOS, Stage.TRIALS, Stage.DECISION)
FROM_DEMOS = (Stage.DEMOS, Stage.TRIALS, Stage.DECISION)
# A demo is arranged while research goes on, and another one while trials do.
DEMO_STAGES = (Stage.RESEARCH, Stage.DEMOS, Stage.TRIALS)
# Contracts take weeks, so they are written before the trials stage begins.
TRIAL_STAGES = (Stage.DEMOS, Stage.TRIALS)
SCORING_STAGES = (Stage.DEMOS, Stage.TRIALS)


def enter(evaluation: Evaluation, by: By, *stages: Stage) -> tuple[Evaluation, User]:
    """Lock the evaluation for `by`, one of its people, in one of these stages.

    The lock orders this work against the step out of the stage.

    Raises:
        Forbidden: no part in it. Refused: another stage, or it has ended.
    """
    evaluation = lock(evaluation)
    return evaluation, check_part(evaluation, by, *stages)


def check_part(evaluation: Evaluation, by: By, *stages: Stage) -> User:
    """The acting user, one of its people, in one of these stages."""
    user = require_part(by, evaluation)
    require_stage(evaluation, *stages)
    return user


def journal_on(
    subject: VendorRecord, action: str, by: By, *, after: Mapping[str, Any], **more: Any
) -> None:
    """One entry on something of a candidate, which it names."""
    path = subject.evaluation_path.removesuffix("__evaluation")
    candidate: Candidate = attrgetter(path.replace("__", "."))(subject)
    after = {"candidate": candidate, **after}
    journal.record(candidate.evaluation, action, subject, by, after=after, **more)


def change_on(
    row: models.Model, of: Candidate | Evaluation, action: str, by: By, **values: Any
) -> bool:
    """Change a row of a candidate or an evaluation, with an entry if it is another;
    whether it is."""
    before, after = change(row, **values)
    if not after:
        return False
    if isinstance(of, Candidate):
        after = {"candidate": of, **after}
        of = of.evaluation
    journal.record(of, action, row, by, before=before, after=after)
    return True


def matters_most(requirement: Requirement) -> bool:
    return requirement.is_must or requirement.weight >= HEAVY


def check_running(candidate: Candidate) -> None:
    if candidate.state == CandidateState.ELIMINATED:
        raise Refused(
            f"{candidate.name} was eliminated: {candidate.state_reason} "
            "Bring it back first."
        )


def require_same(evaluation: Evaluation, requirement: Requirement | None) -> None:
    if requirement is None:
        return
    requirement.refresh_from_db(fields=["retired_at", "revision", "priority"])
    if requirement.evaluation_id != evaluation.pk:
        sentence = "The requirement belongs to another evaluation."
        raise Invalid(sentence, field="requirement")
    if requirement.retired_at:
        raise Refused(f"Requirement {requirement.ref} is retired.")


def may_lead(user: User, trial: Trial) -> bool:
    """Whether `user` runs this trial: its lead, or the owner of the evaluation."""
    evaluation = trial.candidate.evaluation
    leads = trial.lead_id == user.pk and has_role(user, evaluation)
    return leads or is_owner(user, evaluation)


def require_trial_lead(by: By, trial: Trial) -> User:
    user = actor_of(by).user
    if user is None or not may_lead(user, trial):
        raise Forbidden(
            f"Only the lead of this trial, {trial.lead.name}, and the owner may do it."
        )
    return user


def check_trial(trial: Trial, by: By, *stages: Stage) -> None:
    evaluation = trial.candidate.evaluation
    require_part(by, evaluation)
    require_trial_lead(by, trial)
    require_stage(evaluation, *(stages or TRIAL_STAGES))
    require_unclosed(trial)


def require_unclosed(trial: Trial) -> None:
    if trial.closed_at:
        raise Refused("This trial is closed.")


def require_excuser(by: By, evaluation: Evaluation) -> User:
    user = actor_of(by).user
    if user is None or not (
        is_owner(user, evaluation) or is_leadership(user, evaluation)
    ):
        raise Forbidden("Only the owner and leadership can excuse a knock-out.")
    return user


def require_insider(user: User, evaluation: Evaluation, field: str) -> None:
    if not user.is_active or not (
        is_owner(user, evaluation) or has_role(user, evaluation)
    ):
        raise Invalid(
            f"{user.name} has no part in this evaluation; give them a role first.",
            field=field,
        )


def need(text: str, field: str, sentence: str) -> str:
    """`text` without blanks around it; refused if nothing is left."""
    text = text.strip()
    if not text:
        raise Invalid(sentence, field=field)
    return text


MOST_REMINDERS = 6


def read_reminder_days(days: Iterable[int], *, earliest: int, field: str) -> list[int]:
    """The days before a date on which people are reminded, the earliest first."""
    wanted = sorted(set(days), reverse=True)
    if len(wanted) > MOST_REMINDERS:
        sentence = f"At most {MOST_REMINDERS} reminders; more are not read."
    elif wanted and (wanted[0] > earliest or wanted[-1] < 0):
        sentence = f"Count days before the date, from 0 to {earliest}."
    else:
        return wanted
    raise Invalid(sentence, field=field)


def read_moment(
    day: datetime.date, time: datetime.time, zone: str
) -> datetime.datetime:
    try:
        return instant_of(day, time, zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(unknown_zone(zone), field="zone") from error
    except OverflowError as error:
        raise Invalid(f"{day} is too far away.", field="day") from error
