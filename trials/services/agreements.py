"""The human stop at a must-have that is not met: excused with a printed reason."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Refused, Stale, why_not
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.policy import (
    change,
    check_owned,
    checked,
    lock,
    require_stage,
)
from evaltracker.requirements.services.templates import TEMPLATE_PARTS, TemplatePart
from evaltracker.toolbox.registry import Registry
from evaltracker.toolbox.text import Inputs
from stakeholders.policy import has_role, require_part
from trials.models import Agreement, Excuse, Score, Trial
from trials.policy import (
    AFTER_REQUIREMENTS,
    TRIAL_STAGES,
    check_running,
    need,
    require_excuser,
    require_same,
    require_unclosed,
)
from trials.scoring import TOP_SCORE
from trials.selectors import Cell, one_cell
from trials.selectors.contracts import Contract, contract_of
from trials.selectors.unequal import is_partly_proven
from trials.services.trials import PLAN, locked_trial
from trials.services.trials import trials_record as record
from vendors.models import Candidate
from vendors.policy import require_no_conflict
from vendors.selectors.rivals import read_item_values
from vendors.services.candidates import lock_candidate

# Agreeing to the contracts of trials: to one, or to several read together.

NO_ROLE = "Only people with a role agree to the contract."
CHANGED = "The contract was changed after you opened it; read it again."


def check_agree_contract(trial: Trial, by: By) -> User:
    """The acting user, if a role of theirs is still awaited.

    Raises:
        Forbidden: no role, or a declared interest in the candidate.
        Refused: not put forward, closed, or agreed to already.

    """
    evaluation = trial.candidate.evaluation
    user = require_part(by, evaluation)
    contract = contract_of(trial)
    if not any(
        part.user_id == user.pk for role in contract.roles for part in role.awaited
    ):
        raise Forbidden(NO_ROLE)
    require_no_conflict(user, trial.candidate)
    require_stage(evaluation, *TRIAL_STAGES)
    require_unclosed(trial)
    if trial.proposed_at is None:
        raise Refused("The contract is not put forward yet; its lead is writing it.")
    if not contract.parts_of(user):
        raise Refused("Your role has agreed to this text already.")
    return user


def check_agree_contracts(evaluation: Evaluation, by: By) -> list[Trial]:
    """The trials whose contracts await a role of the acting user, if there are several.

    Raises:
        Forbidden: no role. Refused: fewer than two await them.

    """
    user = require_part(by, evaluation)
    if not has_role(user, evaluation):
        raise Forbidden(NO_ROLE)
    trials = contracts_awaiting(evaluation, user)
    if len(trials) < 2:
        raise Refused("There are not several contracts here that await your role.")
    return trials


def contracts_awaiting(evaluation: Evaluation, user: User) -> list[Trial]:
    """The trials whose contract awaits a role of `user`, in the order of their days."""
    rows = Trial.objects.filter(
        candidate__evaluation=evaluation,
        proposed_at__isnull=False,
        closed_at__isnull=True,
    ).select_related("candidate__evaluation", "lead")
    return [
        trial
        for trial in rows.order_by("starts_on", "pk")
        if why_not(check_agree_contract, trial, user) is None
    ]


def digest_of_all(trials: Iterable[Trial]) -> str:
    """The SHA-256 over the digests of their contracts, in this order."""
    digests = "\n".join(contract_of(trial).digest for trial in trials)
    return hashlib.sha256(digests.encode()).hexdigest()


@transaction.atomic
def agree_contract(*, trial: Trial, digest: str, by: By) -> Trial:
    """Say yes, for each of one's roles, to the words with that digest.

    With the last role the contract is agreed: from then on the trial is judged, and
    the contract changes only by number and with a reason.

    Raises:
        Forbidden: no part in the evaluation, or a declared interest in the candidate.
        Refused: not put forward, closed, or one's roles have agreed already.
        Stale: the words are others by now; they are in the difference.

    """
    evaluation = lock(trial.candidate.evaluation)
    trial = locked_trial(trial, evaluation)
    user = check_agree_contract(trial, by)
    if digest != contract_of(trial).digest:
        raise Stale(CHANGED, difference=contract_of(trial).text)
    return _agree(trial, user, by)


@transaction.atomic
def agree_contracts(*, evaluation: Evaluation, digest: str, by: By) -> list[Trial]:
    """Say yes to every contract that awaits a role of the acting user, read together.

    Raises:
        Forbidden: no part in the evaluation.
        Refused: fewer than two contracts await them.
        Stale: they are not the contracts that `digest_of_all` was shown for.

    """
    evaluation = lock(evaluation)
    trials = check_agree_contracts(evaluation, by)
    if digest != digest_of_all(trials):
        texts = (contract_of(trial).text for trial in trials)
        raise Stale(CHANGED, difference="\n\n".join(texts))
    user = require_part(by, evaluation)
    return [_agree(locked_trial(trial, evaluation), user, by) for trial in trials]


def _agree(trial: Trial, user: User, by: By) -> Trial:
    """Note that the awaited roles of `user` agree to the words of now."""
    contract = contract_of(trial)
    parts = contract.parts_of(user)
    for part in parts:
        agreement = Agreement(
            trial=trial,
            stakeholder=part,
            version=trial.version,
            digest=contract.digest,
        )
        checked(agreement)
        agreement.save(force_insert=True)
    record(
        trial,
        "trial.contract_agreed_to",
        by,
        after={
            "roles": [part.get_role_display() for part in parts],
            "version": trial.version,
            "sha256": contract.digest,
        },
    )
    agree_if_all(trial, contract_of(trial), by)
    return trial


def agree_if_all(trial: Trial, contract: Contract, by: By) -> None:
    """The contract is agreed once no role is awaited; the first time only."""
    if contract.awaited or trial.agreed_at:
        return
    before, after = change(
        trial, agreed_at=timezone.now(), agreed_by=journal.actor_of(by).user
    )
    after |= journal.snapshot(trial, PLAN)
    after["sha256"] = contract.digest
    after["contract"] = contract.text
    record(trial, "trial.agreed", by, before=before, after=after)


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


# What the scores 0 to 5 mean: the buyer's own words; how they count stays the same.

MEANING_LIMIT = 120


def check_word_scale(evaluation: Evaluation, by: By) -> None:
    """The owner, until the first score is given: what was scored keeps its meaning."""
    check_owned(evaluation, by)
    if Score.objects.filter(sheet__stakeholder__evaluation=evaluation).exists():
        raise Refused("Scores have been given, so what they mean stays as it is.")


@transaction.atomic
def word_scale(
    *, evaluation: Evaluation, meanings: Sequence[str], by: By
) -> Evaluation:
    """Say what each score from 0 to 5 means; six blanks leave them without words.

    Raises:
        Forbidden: not the owner. Refused: it has ended, or a score was given.
        Invalid: by field, `score_0` to `score_5`; some have words and others none.

    """
    evaluation = lock(evaluation)
    check_word_scale(evaluation, by)
    inputs = Inputs()
    words = [
        inputs.line(f"score_{value}", text, limit=MEANING_LIMIT, blank=True)
        for value, text in enumerate(meanings)
    ]
    blank = [value for value, text in enumerate(words) if not text]
    if len(words) != TOP_SCORE + 1:
        inputs.refuse("", "Write six meanings, for 0 to 5.")
    for value in blank if len(blank) < len(words) else ():
        if f"score_{value}" not in inputs.errors:
            inputs.refuse(f"score_{value}", "Write words for all six, or for none.")
    inputs.check()
    before, after = change(evaluation, scale=[] if blank else words)
    if after:
        journal.record(
            evaluation=evaluation,
            action="scale.worded",
            subject=evaluation,
            by=by,
            before=before,
            after=after,
        )
    return evaluation


def _save(evaluation: Evaluation) -> list[str]:
    return list(evaluation.scale)


def _load(evaluation: Evaluation, meanings: Any, by: User) -> None:
    word_scale(evaluation=evaluation, meanings=meanings, by=by)


TEMPLATE_PARTS.register("scale", TemplatePart(_save, _load))
