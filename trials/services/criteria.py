"""What a trial must reach, with a number, agreed before day one."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from evaltracker.errors import Invalid
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.evaluations.policy import change, checked
from evaltracker.kit.text import Inputs, read_reason
from evaltracker.measures import kept_measure
from trials.models import Criterion, Trial
from trials.policy import require_same
from trials.scoring.values import OFFERED
from trials.selectors import Cell, one_cell
from trials.selectors.common_terms import drawn_up_with, twins_of
from trials.services.contracts import number_change
from trials.services.criterion_rules import (
    check_change_criterion,
    check_remove_criterion,
    check_write_criteria,
    require_fit_of_runs,
)
from trials.services.trial_mails import ask_for_agreement
from trials.services.trials import open_trial, withdraw_proposal
from vendors.selectors.lists import read_item_values

TEXTS = ("text", "threshold", "method")
EDITABLE = frozenset({*TEXTS, "requirement", "measure", "named_values", "position"})
# What each trial says for itself of a criterion that it shares.
OWN = frozenset({"named_values", "position"})
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
    measure: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Criterion:
    """Add what the trial must reach; once it is agreed, only with a reason.

    Trials that were drawn up together get it alike. It has the requirement's measure
    unless it is given another; `{}` is none. Where the requirement must hold in lists
    of the brief and no value is named, it is about those that are offered and that no
    trial has judged.

    Raises:
        Forbidden: neither lead nor owner. Refused: the wrong stage, or closed.
        Invalid: by field.

    """
    trial, evaluation = open_trial(trial, by, check_write_criteria)
    require_same(evaluation, requirement)
    named = read_item_values(named_values, evaluation)
    words = read_words(text=text, threshold=threshold, method=method)
    kept = requirement.measure if measure is None else kept_measure(measure)
    shared = uuid.uuid4() if trial.drawn_up else None
    added = [
        put_criterion(
            Criterion(
                trial=each,
                requirement=requirement,
                named_values=named if each is trial else {},
                measure=kept,
                shared=shared,
                **words,
            ),
            reason,
            by,
        )
        for each in drawn_up_with(trial)
    ]
    return added[0]


def put_criterion(
    criterion: Criterion, reason: str, by: By, cell: Cell | None = None
) -> Criterion:
    """Save a new criterion of an open trial, as its last one; `cell` is what it is
    about, where the caller has read it."""
    trial = criterion.trial
    reason = _reason(trial, reason)
    last = trial.criteria.order_by("-position").first()
    criterion.position = last.position + 1 if last else 1
    criterion.named_values = criterion.named_values or untested_values(
        cell or one_cell(trial.candidate, criterion.requirement)
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
    """Change a criterion, in all trials that share it; once the contract is agreed,
    only with a reason.

    Raises:
        Invalid: by field. Refused: it was judged already, so its words stand.

    """
    unknown = values.keys() - EDITABLE
    if unknown:
        raise Invalid(f"Unknown fields: {', '.join(sorted(unknown))}.")
    fresh, evaluation = _open(criterion, by, check_change_criterion)
    require_same(evaluation, values.get("requirement"))
    if "named_values" in values:
        said = read_item_values(values["named_values"], evaluation)
        values["named_values"] = said
    if "measure" in values:
        values["measure"] = kept_measure(values["measure"])
    values |= read_words(**{name: values[name] for name in TEXTS if name in values})
    common = {name: said for name, said in values.items() if name not in OWN}
    for twin in twins_of(fresh):
        _change(twin, values if twin is fresh else common, reason, by)
    return fresh


def _change(criterion: Criterion, values: dict[str, Any], reason: str, by: By) -> None:
    trial = criterion.trial
    reason = _reason(trial, reason)
    before, after = change(criterion, **values)
    _require_number(trial, criterion)
    require_fit_of_runs(criterion)
    if after:
        _changed(trial, f"Criterion changed: {criterion.text}", reason, by)
        _record(
            criterion,
            "criterion.changed",
            by,
            before=before,
            after=after,
            reason=reason,
        )


@transaction.atomic
def remove_criterion(*, criterion: Criterion, by: By, reason: str = "") -> None:
    """Take a criterion out that nobody has judged, of all trials that share it; the
    journal keeps its words.

    Raises:
        Refused: it was judged, or it is the last one of an agreed contract.

    """
    fresh, _ = _open(criterion, by, check_remove_criterion)
    for twin in twins_of(fresh):
        why = _reason(twin.trial, reason)
        _changed(twin.trial, f"Criterion removed: {twin.text}", why, by)
        _record(twin, "criterion.removed", by, before=_said(twin), reason=why)
        twin.delete()


def untested_values(cell: Cell) -> dict[str, list[str]]:
    """The values of the brief's lists that are offered and that no trial has judged."""
    found: dict[str, list[str]] = {}
    for one in cell.state.counted:
        if one.list_name and one.claimed in OFFERED and not one.tested:
            found.setdefault(one.list_name, []).append(one.value)
    return found


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
    if trial.agreed_at and not criterion.number:
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


def read_words(**texts: str) -> dict[str, str]:
    """The words of a criterion as they are kept; only the text may not be blank."""
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
        **journal.snapshot(criterion, (*TEXTS, "measure", "named_values")),
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
