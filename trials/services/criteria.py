"""What a trial must reach, with a number, agreed before day one."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.evaluations.policy import change, checked
from evaltracker.toolbox.measures import UnitMismatch, check_same_kind, kept_measure
from evaltracker.toolbox.text import Inputs, listed, read_reason
from trials.models import ContractChange, Criterion, Trial
from trials.policy import check_trial, may_lead, require_insider, require_same
from trials.scoring.ledger import OFFERED
from trials.selectors import Cell, one_cell
from trials.selectors.contracts import contract_of
from trials.selectors.unequal import drawn_up_with, twins_of, unlike_the_others
from trials.services.agreements import agree_if_all
from trials.services.trial_mails import ask_for_agreement
from trials.services.trials import (
    CONTRACT,
    check_days,
    open_trial,
    read_contract,
    withdraw_proposal,
)
from trials.services.trials import TEXTS as TRIALS_TEXTS
from trials.services.trials import trials_record as record
from vendors.selectors.rivals import read_item_values

# The contract of a trial: put forward, and changed by number.

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
    texts = {name: values[name] for name in TRIALS_TEXTS if name in values}
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


# Who changes the criteria of trials, and when; what is shared changes for all.


def check_write_criteria(trial: Trial, by: By) -> None:
    """Whoever runs the trial, and all that were drawn up with it.

    Raises:
        Forbidden: somebody else runs one of them. Refused: as `check_trial`.

    """
    check_trial(trial, by)
    require_all(drawn_up_with(trial), by)


def check_change_criterion(criterion: Criterion, by: By) -> None:
    """Whoever runs the trials that have it changes one that was not judged."""
    rule = check_trial if criterion.shared is None else check_write_criteria
    rule(criterion.trial, by)
    for twin in twins_of(criterion):
        if twin.evidence.exists():
            where = where_of(twin, criterion)
            raise Refused(f"This criterion was judged{where} and can no longer change.")


def check_remove_criterion(criterion: Criterion, by: By) -> None:
    """The same for taking it out, unless it is the last that was agreed."""
    check_change_criterion(criterion, by)
    for twin in twins_of(criterion):
        if twin.trial.agreed_at and twin.trial.criteria.count() == 1:
            raise Refused("An agreed contract keeps at least one criterion.")
        if twin.runs.exists():
            raise Refused(
                f"Runs were reported for this criterion{where_of(twin, criterion)}, so "
                "it stays. A run that should not count can be left out."
            )


def require_fit_of_runs(criterion: Criterion) -> None:
    """Refuse a measure by which the runs that were reported cannot be judged."""
    units = criterion.runs.exclude(unit="").order_by().values_list("unit", flat=True)
    for unit in units.distinct():
        if not criterion.measure:
            sentence = "Runs were reported for this criterion, so it keeps a measure."
            raise Invalid(sentence, errors={"measure": [sentence]})
        try:
            check_same_kind(unit, criterion.measure["unit"])
        except UnitMismatch as mismatch:
            sentence = f"Runs were reported in {unit}. {mismatch}"
            raise Invalid(sentence, errors={"measure_unit": [sentence]}) from mismatch


def where_of(twin: Criterion, criterion: Criterion) -> str:
    """In whose trial it is, if that is another."""
    return "" if twin is criterion else f" in the trial of {twin.trial.candidate}"


def require_all(trials: list[Trial], by: By) -> None:
    """Refuse to change for all what one does not run."""
    user = actor_of(by).user
    for trial in trials:
        if user is None or not may_lead(user, trial):
            owner = trial.candidate.evaluation.owner.name
            raise Forbidden(
                "The trials of all finalists have this in common. It changes for all "
                f"of them or not at all: ask {owner}."
            )


TEXTS = ("text", "threshold", "method")
EDITABLE = frozenset({*TEXTS, "requirement", "measure", "named_values", "position"})
# What each trial says for itself of a criterion that it shares.
OWN = frozenset({"named_values", "position"})
CRITERIA_WHY = "The contract is agreed; give a reason for changing its criteria."


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
    return (
        read_reason(reason, CRITERIA_WHY) if trial.agreed_at or reason.strip() else ""
    )


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
