"""What a trial must reach, with a number, agreed before day one."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.evaluations.policy import change, checked
from evaltracker.kit.text import Inputs, read_reason
from trials.models import Criterion, Trial
from trials.policy import check_trial, require_same
from trials.scoring.values import OFFERED
from trials.selectors import Cell, one_cell
from trials.services.contracts import number_change
from trials.services.trial_mails import ask_for_agreement
from trials.services.trials import open_trial, withdraw_proposal
from vendors.selectors.lists import read_item_values

EDITABLE = frozenset(
    {"requirement", "text", "threshold", "method", "named_values", "position"}
)
TEXTS = ("text", "threshold", "method")
WHY = "The contract is agreed; give a reason for changing its criteria."


@transaction.atomic
def add_criterion(
    *,
    trial: Trial,
    requirement: Requirement,
    text: str,
    by: By,
    threshold: str = "",
    method: str = "",
    named_values: object = None,
    reason: str = "",
) -> Criterion:
    """Add what the trial must reach; once it is agreed, only with a reason.

    Where the requirement must hold in lists of the brief and no value is named, it is
    about those that are offered and that no trial has judged.

    Raises:
        Forbidden: neither lead nor owner. Refused: the wrong stage, or closed.
        Invalid: by field.

    """
    trial, evaluation = open_trial(trial, by)
    reason = _reason(trial, reason)
    require_same(evaluation, requirement)
    last = trial.criteria.order_by("-position").first()
    criterion = Criterion(
        trial=trial,
        requirement=requirement,
        position=last.position + 1 if last else 1,
        named_values=read_item_values(named_values, evaluation)
        or untested_values(one_cell(trial.candidate, requirement)),
        **_read(text=text, threshold=threshold, method=method),
    )
    _require_number(trial, criterion)
    checked(criterion)
    criterion.save()
    _changed(trial, f"Criterion added: {criterion.text}", reason, by)
    _record(criterion, "criterion.added", by, after=_said(criterion), reason=reason)
    return criterion


@transaction.atomic
def change_criterion(
    *, criterion: Criterion, by: By, reason: str = "", **values: Any
) -> Criterion:
    """Change a criterion; once the contract is agreed, only with a reason.

    Raises:
        Refused: it was judged already, so its words stand.

    """
    unknown = values.keys() - EDITABLE
    if unknown:
        raise Invalid(f"Unknown fields: {', '.join(sorted(unknown))}.")
    fresh, evaluation = _open(criterion, by, check_change_criterion)
    trial = fresh.trial
    reason = _reason(trial, reason)
    require_same(evaluation, values.get("requirement"))
    if "named_values" in values:
        said = read_item_values(values["named_values"], evaluation)
        values["named_values"] = said
    values |= _read(**{field: values[field] for field in TEXTS if field in values})
    before, after = change(fresh, **values)
    _require_number(trial, fresh)
    if after:
        _changed(trial, f"Criterion changed: {fresh.text}", reason, by)
        _record(
            fresh, "criterion.changed", by, before=before, after=after, reason=reason
        )
    return fresh


@transaction.atomic
def remove_criterion(*, criterion: Criterion, by: By, reason: str = "") -> None:
    """Take a criterion out that nobody has judged; the journal keeps its words.

    Raises:
        Refused: it was judged, or it is the last one of an agreed contract.

    """
    fresh, _ = _open(criterion, by, check_remove_criterion)
    trial = fresh.trial
    reason = _reason(trial, reason)
    _changed(trial, f"Criterion removed: {fresh.text}", reason, by)
    _record(fresh, "criterion.removed", by, before=_said(fresh), reason=reason)
    fresh.delete()


def untested_values(cell: Cell) -> dict[str, list[str]]:
    """The values of the brief's lists that are offered and that no trial has judged."""
    found: dict[str, list[str]] = {}
    for one in cell.state.counted:
        if one.list_name and one.claimed in OFFERED and not one.tested:
            found.setdefault(one.list_name, []).append(one.value)
    return found


def check_change_criterion(criterion: Criterion, by: By) -> None:
    """Whoever runs the trial changes one that was not judged."""
    check_trial(criterion.trial, by)
    if criterion.evidence.exists():
        raise Refused("This criterion was judged and can no longer change.")


def check_remove_criterion(criterion: Criterion, by: By) -> None:
    """The same for taking it out, unless it is the last that was agreed."""
    check_change_criterion(criterion, by)
    trial = criterion.trial
    if trial.agreed_at and trial.criteria.count() == 1:
        raise Refused("An agreed contract keeps at least one criterion.")


def _open(
    criterion: Criterion, by: By, rule: Callable[[Criterion, By], object]
) -> tuple[Criterion, Evaluation]:
    trial, evaluation = open_trial(criterion.trial, by)
    fresh: Criterion = Criterion.objects.get(pk=criterion.pk)
    fresh.trial = trial
    rule(fresh, by)
    return fresh, evaluation


def _require_number(trial: Trial, criterion: Criterion) -> None:
    """What is agreed on names a number; until then it may be missing."""
    if trial.agreed_at and not criterion.threshold:
        sentence = "The contract is agreed; name the number that must be reached."
        raise Invalid(sentence, errors={"threshold": [sentence]})


def _reason(trial: Trial, reason: str) -> str:
    """The reason, which an agreed contract asks for."""
    return read_reason(reason, WHY) if trial.agreed_at or reason.strip() else ""


def _changed(trial: Trial, what: str, reason: str, by: By) -> None:
    """The contract is another by this: by number, or put forward anew."""
    if trial.agreed_at:
        number_change(trial, what, reason, by)
        ask_for_agreement(trial)
    else:
        withdraw_proposal(trial)


def _read(**texts: str) -> dict[str, str]:
    inputs = Inputs()
    kept = {}
    for field, text in texts.items():
        if field == "threshold":
            kept[field] = inputs.line(field, text, limit=200, blank=True)
        else:
            kept[field] = inputs.text(field, text, blank=field != "text")
    inputs.check()
    return kept


def _said(criterion: Criterion) -> dict[str, Any]:
    return {
        "requirement": criterion.requirement.ref,
        **journal.snapshot(criterion, (*TEXTS, "named_values")),
    }


def _record(
    criterion: Criterion,
    action: str,
    by: By,
    *,
    after: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    journal.record(
        evaluation=criterion.trial.candidate.evaluation,
        action=action,
        subject=criterion,
        by=by,
        before=before,
        after=after,
        reason=reason,
    )
