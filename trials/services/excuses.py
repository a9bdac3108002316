"""The human stop at a must-have that is not met: excused with a printed reason."""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Requirement, User
from evaltracker.evaluations.policy import change, checked, lock, require_stage
from evaltracker.kit.registry import Registry
from trials.models import Excuse
from trials.policy import (
    AFTER_REQUIREMENTS,
    check_running,
    need,
    require_excuser,
    require_same,
)
from trials.selectors import Cell, one_cell
from trials.selectors.partly import is_partly_proven
from vendors.models import Candidate
from vendors.policy import require_no_conflict
from vendors.selectors.lists import read_item_values
from vendors.services.candidates import lock_candidate

# What a higher floor does once somebody has excused a knock-out.
Follow = Callable[[Excuse, By], None]
EXCUSED: Registry[Follow, Follow] = Registry("follow-up of an excuse")


def check_excuse_knock_out(
    candidate: Candidate, requirement: Requirement, by: By
) -> tuple[User, Cell]:
    """The acting user, owner or leadership, and the cell that knocks out or holds
    partly.

    Raises:
        Forbidden: somebody else, or a declared interest.
        Refused: the wrong stage, nothing to excuse, or it is excused already.

    """
    user = require_excuser(by, candidate.evaluation)
    require_stage(candidate.evaluation, *AFTER_REQUIREMENTS)
    require_no_conflict(user, candidate)
    check_running(candidate)
    cell = one_cell(candidate, requirement)
    if cell.excused:
        raise Refused(f"{requirement.ref} is excused for {candidate.name} already.")
    in_trials = candidate.evaluation.stage == Stage.TRIALS
    partly = in_trials and is_partly_proven(cell, requirement)
    if not partly and not (requirement.is_must and cell.knocks_out):
        raise Refused(
            f"{requirement.ref} does not knock {candidate.name} out; only a must-have "
            "that was refuted, that it will never have, or that holds partly while "
            "trials run can be excused."
        )
    return user, cell


def check_withdraw_excuse(excuse: Excuse, by: By) -> User:
    """The acting user, owner or leadership, if the excuse counts."""
    evaluation = excuse.candidate.evaluation
    user = require_excuser(by, evaluation)
    require_stage(evaluation, *AFTER_REQUIREMENTS)
    require_no_conflict(user, excuse.candidate)
    if excuse.withdrawn_at:
        raise Refused("This excuse is withdrawn already.")
    return user


@transaction.atomic
def excuse_knock_out(
    *,
    candidate: Candidate,
    requirement: Requirement,
    reason: str,
    by: By,
    named_values: object = None,
) -> Excuse:
    """Let a candidate go on in spite of a must-have that it failed, meets partly or
    never has.

    Where the brief has lists it holds for the values that it names, or for all.

    Raises:
        Forbidden: neither owner nor leadership, or a declared interest.
        Refused: it is no knock-out, or it is excused already. Invalid: no reason.

    """
    candidate = lock_candidate(candidate)
    evaluation = candidate.evaluation
    require_same(evaluation, requirement)
    user, cell = check_excuse_knock_out(candidate, requirement, by)
    excuse = Excuse(
        candidate=candidate,
        requirement=requirement,
        reason=need(
            reason, "reason", "Give a reason for the excuse; the memo prints it."
        ),
        named_values=read_item_values(named_values, evaluation),
        excused_by=user,
    )
    checked(excuse)
    excuse.save()
    journal.record(
        evaluation=evaluation,
        action="knock_out.excused",
        subject=excuse,
        by=by,
        after={
            "candidate": candidate,
            "requirement": requirement.ref,
            "standing": str(cell.standing),
            **({"named_values": excuse.named_values} if excuse.named_values else {}),
        },
        reason=excuse.reason,
        rows=[excuse],
    )
    for follow in EXCUSED:
        follow(excuse, by)
    return excuse


@transaction.atomic
def withdraw_excuse(*, excuse: Excuse, reason: str, by: By) -> Excuse:
    """Let a knock-out that was excused knock out again; the excuse stays on record.

    Raises:
        Forbidden: neither owner nor leadership, or a declared interest.
        Refused: it is withdrawn already, or the evaluation has ended.
        Invalid: no reason.

    """
    evaluation = lock(excuse.candidate.evaluation)
    excuse = Excuse.objects.select_for_update(of=("self",), no_key=True).get(
        pk=excuse.pk
    )
    excuse.candidate.evaluation = evaluation
    user = check_withdraw_excuse(excuse, by)
    before, after = change(
        excuse,
        withdrawn_by=user,
        withdrawn_at=timezone.now(),
        withdrawn_reason=need(
            reason, "reason", "Give a reason for withdrawing the excuse."
        ),
    )
    journal.record(
        evaluation=evaluation,
        action="knock_out.excuse_withdrawn",
        subject=excuse,
        by=by,
        before=before,
        after={
            "candidate": excuse.candidate,
            "requirement": excuse.requirement.ref,
            **after,
        },
        reason=excuse.withdrawn_reason,
        rows=[excuse],
    )
    return excuse
