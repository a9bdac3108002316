"""Planning a trial and closing it."""

import datetime
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import (
    change,
    check_owned,
    checked,
    lock,
)
from evaltracker.kit.text import Inputs
from trials.models import Trial
from trials.policy import (
    TRIAL_STAGES,
    check_running,
    check_trial,
    require_insider,
)
from trials.selectors import unjudged_criteria
from trials.selectors.findings import awaiting_reply
from trials.services.milestones import cancel_open_milestones
from vendors.models import Candidate
from vendors.services.candidates import lock_candidate

CONTRACT = ("workload", "environment", "data_allowed", "people_hours", "exit_plan")
TEXTS = ("title", *CONTRACT, "difference")
PLAN = ("starts_on", "ends_on", "zone", "lead", *TEXTS)


@transaction.atomic
def plan_trial(
    *,
    candidate: Candidate,
    title: str,
    starts_on: datetime.date,
    ends_on: datetime.date,
    lead: User,
    workload: str,
    by: By,
    zone: str = "",
    environment: str = "",
    data_allowed: str = "",
    people_hours: str = "",
    exit_plan: str = "",
    difference: str = "",
    drawn_up: bool = False,
) -> Trial:
    """Plan a candidate's trial; what is blank is filled in before it is agreed.

    Raises:
        Forbidden: not the owner. Refused: the wrong stage, or eliminated.
        Invalid: by field, e.g. a lead without a part in the evaluation.

    """
    candidate = lock_candidate(candidate)
    check_plan_trial(candidate, by)
    evaluation = candidate.evaluation
    require_insider(lead, evaluation, "lead")
    words = read_contract(
        title=title,
        workload=workload,
        environment=environment,
        data_allowed=data_allowed,
        people_hours=people_hours,
        exit_plan=exit_plan,
        difference=difference,
    )
    check_days(starts_on, ends_on)
    trial = Trial(
        candidate=candidate,
        starts_on=starts_on,
        ends_on=ends_on,
        zone=zone or evaluation.zone,
        lead=lead,
        drawn_up=drawn_up,
        **words,
    )
    checked(trial)
    trial.save()
    record(trial, "trial.planned", by, after=journal.snapshot(trial, PLAN))
    return trial


@transaction.atomic
def change_trial(*, trial: Trial, by: By, **values: Any) -> Trial:
    """Change the plan, until its contract is agreed.

    What was put forward is taken back with it, and agreed to anew.

    Raises:
        Forbidden: neither lead nor owner. Refused: agreed. Invalid: by field.

    """
    unknown = values.keys() - set(PLAN)
    if unknown:
        raise Invalid(f"Unknown fields: {', '.join(sorted(unknown))}.")
    trial, evaluation = open_trial(trial, by, check_change_trial)
    if "lead" in values:
        require_insider(values["lead"], evaluation, "lead")
    texts = {field: values[field] for field in TEXTS if field in values}
    values |= read_contract(**texts)
    check_days(
        values.get("starts_on", trial.starts_on), values.get("ends_on", trial.ends_on)
    )
    before, after = change(trial, **values)
    if after:
        withdraw_proposal(trial)
        record(trial, "trial.changed", by, before=before, after=after)
    return trial


@transaction.atomic
def close_trial(*, trial: Trial, summary: str, by: By) -> Trial:
    """End a trial with what it came to; its open milestones are called off.

    Raises:
        Forbidden: neither lead nor owner.
        Refused: never agreed, a criterion is not judged, or the vendor may still
            answer what failed. Invalid: no summary.

    """
    trial, _ = open_trial(trial, by, check_close_trial)
    inputs = Inputs()
    words = inputs.text("summary", summary)
    inputs.check()
    before, after = change(trial, summary=words, closed_at=timezone.now())
    called_off = cancel_open_milestones(trial, "The trial was closed.")
    after["milestones_called_off"] = called_off
    record(trial, "trial.closed", by, before=before, after=after)
    return trial


def withdraw_proposal(trial: Trial) -> None:
    """Take a contract back that was put forward and not agreed; its words changed."""
    if trial.proposed_at and not trial.agreed_at:
        change(trial, proposed_at=None, version=trial.version + 1)


def check_plan_trial(candidate: Candidate, by: By) -> None:
    """The owner plans one for a candidate that is in the choice."""
    check_owned(candidate.evaluation, by, *TRIAL_STAGES)
    check_running(candidate)


def check_change_trial(trial: Trial, by: By) -> None:
    """Whoever runs it changes the plan, until the contract is agreed."""
    check_trial(trial, by)
    if trial.agreed_at:
        raise Refused(
            "The contract of this trial is agreed; change it with a reason, by number."
        )


def check_close_trial(trial: Trial, by: By) -> None:
    """Whoever runs it closes it, once all is judged and no vendor may still answer."""
    check_trial(trial, by, Stage.TRIALS)
    if not trial.agreed_at:
        raise Refused("The contract of this trial was never agreed.")
    missing = [
        f"{criterion.requirement.ref}: {criterion.text[:80]}"
        for criterion in unjudged_criteria().filter(trial=trial)
    ]
    if missing:
        raise Refused(
            f"Not judged yet: {'; '.join(missing[:5])}"
            + (f" and {len(missing) - 5} more." if len(missing) > 5 else ".")
        )
    asked = trial.gaps.filter(awaiting_reply()).order_by("-reply_until").first()
    if asked is not None and asked.reply_until is not None:
        until = asked.reply_until.astimezone(ZoneInfo(trial.zone))
        raise Refused(
            f"The vendor may answer what failed until {until:%d %B %Y, %H:%M %Z}; "
            "close the trial then, or once it has replied."
        )


def open_trial(
    trial: Trial, by: By, rule: Callable[[Trial, By], object] = check_trial
) -> tuple[Trial, Evaluation]:
    """The trial under a row lock, after its evaluation's, if `rule` lets `by` go on."""
    evaluation = lock(trial.candidate.evaluation)
    fresh = locked_trial(trial, evaluation)
    rule(fresh, by)
    return fresh, evaluation


def locked_trial(trial: Trial, evaluation: Evaluation) -> Trial:
    """The trial as it is now, its row locked."""
    fresh: Trial = (
        Trial.objects.select_for_update(of=("self",), no_key=True)
        .select_related("candidate", "lead")
        .get(pk=trial.pk)
    )
    fresh.candidate.evaluation = evaluation
    return fresh


def read_contract(**texts: str) -> dict[str, str]:
    """The words of a contract as they are kept; all but the workload may wait."""
    inputs = Inputs()
    kept = {}
    for field, text in texts.items():
        if field == "title":
            kept[field] = inputs.line(field, text)
        else:
            kept[field] = inputs.text(field, text, blank=field != "workload")
    inputs.check()
    return kept


def check_days(starts_on: datetime.date, ends_on: datetime.date) -> None:
    """Refuse a trial that ends before it starts."""
    if ends_on < starts_on:
        sentence = "A trial cannot end before it starts."
        raise Invalid(sentence, errors={"ends_on": [sentence]})


def record(
    trial: Trial,
    action: str,
    by: By,
    *,
    after: dict[str, Any],
    before: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """The journal's entry of something that happened to a trial."""
    journal.record(
        evaluation=trial.candidate.evaluation,
        action=action,
        subject=trial,
        by=by,
        before=before,
        after={"candidate": trial.candidate, **after},
        reason=reason,
    )
