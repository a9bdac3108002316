"""Agreeing to the contracts of trials: to one, or to several read together."""

import hashlib
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Refused, Stale, why_not
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import change, checked, lock, require_stage
from stakeholders.policy import has_role, require_part
from trials.models import Agreement, Trial
from trials.policy import TRIAL_STAGES, require_unclosed
from trials.selectors.contracts import Contract, contract_of
from trials.services.trials import PLAN, locked_trial, record
from vendors.policy import require_no_conflict

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
