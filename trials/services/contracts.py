"""The contract of a trial: put forward, and changed by number."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.policy import change, checked
from evaltracker.kit.text import listed, read_reason
from trials.models import ContractChange, Trial
from trials.policy import check_trial, require_insider
from trials.selectors.common_terms import unlike_the_others
from trials.selectors.contracts import contract_of
from trials.services.agreements import agree_if_all
from trials.services.trial_mails import ask_for_agreement
from trials.services.trials import (
    CONTRACT,
    TEXTS,
    check_days,
    open_trial,
    read_contract,
    record,
)

WHY = "The contract is agreed; give a reason for the change."


def check_propose_contract(trial: Trial, by: By) -> None:
    """Whoever runs it puts it forward, once every part and number is written."""
    check_trial(trial, by)
    if trial.proposed_at:
        raise Refused("The contract of this trial is put forward already.")
    blank = [_verbose(field) for field in CONTRACT if not getattr(trial, field).strip()]
    if blank:
        raise Refused(f"The contract does not state yet: {', '.join(blank)}.")
    if not trial.criteria.exists():
        raise Refused("Name at least one success criterion, with its number, first.")
    vague = trial.criteria.filter(threshold="", measure={}).select_related(
        "requirement"
    )
    if vague:
        names = ", ".join(sorted({criterion.requirement.ref for criterion in vague}))
        raise Refused(f"A number is missing in the criteria of {names}; add it first.")
    if unlike := unexplained(trial):
        raise Refused(f"{unlike} Change the plan and say why.")


def unexplained(trial: Trial) -> str:
    """In what it differs from the other finalists' trials, if nobody has said why."""
    if trial.difference or not (names := unlike_the_others(trial)):
        return ""
    unlike = listed([_verbose(name) for name in names])
    return f"It differs from the other finalists' trials: {unlike}."


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
    agree_if_all(trial, contract, by)
    ask_for_agreement(trial)
    return trial


@transaction.atomic
def amend_contract(
    *, trial: Trial, reason: str, by: By, together: bool = False, **values: Any
) -> Trial:
    """Change what was agreed, by number and with a reason; every role is asked anew.

    The trial goes on meanwhile. Its days move by `move_trial`. `together` says that
    the trials of all finalists change alike.

    Raises:
        Forbidden: neither lead nor owner. Refused: not agreed yet, or closed.
        Invalid: by field.

    """
    trial, evaluation = open_trial(trial, by, check_amend_contract)
    reason = read_reason(reason, WHY)
    if "lead" in values:
        require_insider(values["lead"], evaluation, "lead")
    texts = {name: values[name] for name in TEXTS if name in values}
    values |= read_contract(**texts)
    check_days(
        values.get("starts_on", trial.starts_on), values.get("ends_on", trial.ends_on)
    )
    before, after = change(trial, **values)
    if not together and (unlike := unexplained(trial)):
        sentence = f"{unlike} Say why."
        raise Invalid(sentence, errors={"difference": [sentence]})
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


def _agreed_sentence(after: dict[str, Any]) -> str:
    return f"Changed: {', '.join(map(_verbose, after))}."


def _verbose(field: str) -> str:
    return str(Trial._meta.get_field(field).verbose_name)  # type: ignore[union-attr]
