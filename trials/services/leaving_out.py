"""Leaving a run out, with a reason, and taking it back in; it stays in the picture."""

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.policy import change
from evaltracker.kit.text import read_reason
from trials.models import Run
from trials.policy import check_trial
from trials.services.trials import open_trial
from vendors.policy import check_judges

WHY = "Give the reason for leaving this run out; it is shown beside it."


def check_runs_kept(run: Run, by: By) -> None:
    """Whoever runs the trial says which runs count, while it goes on.

    Raises:
        Forbidden: neither lead nor owner, or a conflict of interest.
        Refused: the wrong stage, or closed.

    """
    trial = run.criterion.trial
    check_trial(trial, by)
    check_judges(trial.candidate.evaluation, by)


def check_leave_out_run(run: Run, by: By) -> None:
    """The same for one that counts."""
    check_runs_kept(run, by)
    if run.left_out_at:
        raise Refused("This run is left out already.")


def check_take_back_run(run: Run, by: By) -> None:
    """The same for one that was left out."""
    check_runs_kept(run, by)
    if run.left_out_at is None:
        raise Refused("This run counts already.")


@transaction.atomic
def leave_out_run(*, run: Run, reason: str, by: By) -> Run:
    """Let a run count no more; the reason stands beside it.

    Raises:
        Forbidden: neither lead nor owner, or a conflict of interest.
        Refused: left out already, or the trial is closed. Invalid: no reason.

    """
    run = _locked(run, by)
    check_leave_out_run(run, by)
    text = read_reason(reason, WHY)
    change(
        run,
        left_out_at=timezone.now(),
        left_out_by=actor_of(by).user,
        left_out_reason=text,
    )
    _record(run, "run.left_out", by, reason=text)
    return run


@transaction.atomic
def take_back_run(*, run: Run, by: By) -> Run:
    """Let a run count again that was left out.

    Raises:
        Forbidden: neither lead nor owner, or a conflict of interest.
        Refused: it counts already, or the trial is closed.

    """
    run = _locked(run, by)
    check_take_back_run(run, by)
    change(run, left_out_at=None, left_out_by=None, left_out_reason="")
    _record(run, "run.taken_back", by)
    return run


def _locked(run: Run, by: By) -> Run:
    """The run as it is now, its trial locked."""
    trial, _ = open_trial(run.criterion.trial, by)
    fresh: Run = Run.objects.select_related("criterion__requirement").get(pk=run.pk)
    fresh.criterion.trial = trial
    return fresh


def _record(run: Run, action: str, by: By, *, reason: str = "") -> None:
    candidate = run.criterion.trial.candidate
    said = {"requirement": run.criterion.requirement.ref, "number": run.number}
    journal.record(
        evaluation=candidate.evaluation,
        action=action,
        subject=run,
        by=by,
        after={
            "candidate": candidate,
            **said,
            "unit": run.unit,
            "failed": run.failed,
            "measured_at": run.measured_at,
        },
        reason=reason,
    )
