"""The contract of a trial: put forward, agreed by each role, changed by number."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Refused, Stale
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import change, checked, lock, require_stage
from evaltracker.kit.text import read_reason
from stakeholders.policy import require_part
from trials.models import Agreement, ContractChange, Trial
from trials.policy import TRIAL_STAGES, check_trial, require_insider, require_unclosed
from trials.selectors.contracts import Contract, contract_of
from trials.services.trial_mails import ask_for_agreement
from trials.services.trials import (
    CONTRACT,
    PLAN,
    check_days,
    locked_trial,
    open_trial,
    read_contract,
    record,
)
from vendors.policy import require_no_conflict

WHY = "The contract is agreed; give a reason for the change."


def check_propose_contract(trial: Trial, by: By) -> None:
    """Whoever runs it puts it forward, once every part and number is written."""
    check_trial(trial, by)
    if trial.proposed_at:
        raise Refused("The contract of this trial is put forward already.")
    blank = [
        str(Trial._meta.get_field(field).verbose_name)  # type: ignore[union-attr]
        for field in CONTRACT
        if not getattr(trial, field).strip()
    ]
    if blank:
        raise Refused(f"The contract does not state yet: {', '.join(blank)}.")
    if not trial.criteria.exists():
        raise Refused("Name at least one success criterion, with its number, first.")
    vague = trial.criteria.filter(threshold="").select_related("requirement")
    if vague:
        names = ", ".join(sorted({criterion.requirement.ref for criterion in vague}))
        raise Refused(f"A number is missing in the criteria of {names}; add it first.")


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
        raise Forbidden("Only people with a role agree to the contract.")
    require_no_conflict(user, trial.candidate)
    require_stage(evaluation, *TRIAL_STAGES)
    require_unclosed(trial)
    if trial.proposed_at is None:
        raise Refused("The contract is not put forward yet; its lead is writing it.")
    if not contract.parts_of(user):
        raise Refused("Your role has agreed to this text already.")
    return user


def check_amend_contract(trial: Trial, by: By) -> None:
    """Whoever runs it changes by number what was agreed."""
    check_trial(trial, by)
    if trial.agreed_at is None:
        raise Refused("The contract is not agreed yet; change the plan instead.")


@transaction.atomic
def propose_contract(*, trial: Trial, by: By) -> Trial:
    """Put the contract forward: what is run, where, on which data, how it is judged.

    Each role with a part is asked to agree. Where nobody has a part, it is agreed.

    Raises:
        Forbidden: neither lead nor owner.
        Refused: put forward already, no criterion, one without its number, or a part
            of it is blank.

    """
    trial, _ = open_trial(trial, by, check_propose_contract)
    before, after = change(trial, proposed_at=timezone.now())
    contract = contract_of(trial)
    record(
        trial,
        "trial.contract_proposed",
        by,
        before=before,
        after={**after, "sha256": contract.digest},
    )
    _agree_if_all(trial, contract, by)
    ask_for_agreement(trial)
    return trial


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
    contract = contract_of(trial)
    if digest != contract.digest:
        raise Stale(
            "The contract was changed after you opened it; read it again.",
            difference=contract.text,
        )
    parts = contract.parts_of(user)
    for part in parts:
        agreement = Agreement(
            trial=trial, stakeholder=part, version=trial.version, digest=digest
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
            "sha256": digest,
        },
    )
    _agree_if_all(trial, contract_of(trial), by)
    return trial


@transaction.atomic
def amend_contract(*, trial: Trial, reason: str, by: By, **values: Any) -> Trial:
    """Change what was agreed, by number and with a reason; every role is asked anew.

    The trial goes on meanwhile. Its days move by `move_trial`.

    Raises:
        Forbidden: neither lead nor owner. Refused: not agreed yet, or closed.
        Invalid: by field.

    """
    trial, evaluation = open_trial(trial, by, check_amend_contract)
    reason = read_reason(reason, WHY)
    if "lead" in values:
        require_insider(values["lead"], evaluation, "lead")
    texts = {name: values[name] for name in ("title", *CONTRACT) if name in values}
    values |= read_contract(**texts)
    check_days(
        values.get("starts_on", trial.starts_on), values.get("ends_on", trial.ends_on)
    )
    before, after = change(trial, **values)
    if after:
        number = number_change(trial, _agreed_sentence(after), reason, by)
        record(
            trial,
            "trial.contract_changed",
            by,
            before=before,
            after={**after, "number": number},
            reason=reason,
        )
        ask_for_agreement(trial)
    return trial


def number_change(trial: Trial, what: str, reason: str, by: By) -> int:
    """Give a change of an agreed contract its number; the caller journals it."""
    last = trial.changes.order_by("-number").first()
    row = ContractChange(
        trial=trial,
        number=last.number + 1 if last else 1,
        what=what,
        reason=reason,
        changed_by=journal.actor_of(by).user,
    )
    checked(row)
    row.save(force_insert=True)
    change(trial, version=row.number + 1)
    return row.number


def _agree_if_all(trial: Trial, contract: Contract, by: By) -> None:
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


def _agreed_sentence(after: dict[str, Any]) -> str:
    names = [
        str(Trial._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        for name in after
    ]
    return f"Changed: {', '.join(names)}."
