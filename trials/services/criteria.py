"""What a trial must reach, with a number, agreed before day one."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.policy import change, checked
from evaltracker.requirements.services.requirements import require_known
from evaltracker.requirements.services.templates import (
    TEMPLATE_PARTS,
    TemplatePart,
    find_template,
    require_keeper,
)
from evaltracker.toolbox.measures import UnitMismatch, check_same_kind, kept_measure
from evaltracker.toolbox.text import read_reason
from trials.models import Criterion, Trial
from trials.policy import check_trial, may_lead, require_same
from trials.run_formats import key_of_code
from trials.scoring import ValueState
from trials.scoring.ledger import OFFERED
from trials.selectors.cells import LedgerCell
from trials.selectors.ledger import one_cell
from trials.selectors.trials import drawn_up_with, twins_of
from trials.services.mails import ask_for_agreement
from trials.services.trials import (
    DECLARED,
    declare,
    number_change,
    open_trial,
    read_words,
    withdraw_proposal,
)
from vendors.choices import CandidateState
from vendors.selectors.candidates import read_item_values


def check_write_criteria(trial: Trial, by: By) -> None:
    check_trial(trial, by)
    user = actor_of(by).user
    for other in drawn_up_with(trial):
        if user is None or not may_lead(user, other):
            owner = other.candidate.evaluation.owner.name
            raise Forbidden(
                "The trials of all finalists have this in common. It changes for all "
                f"of them or not at all: ask {owner}."
            )


def check_change_criterion(criterion: Criterion, by: By) -> None:
    rule = check_trial if criterion.shared is None else check_write_criteria
    rule(criterion.trial, by)
    for twin in twins_of(criterion):
        if twin.evidence.exists():
            place = where_of(twin, criterion)
            raise Refused(f"This criterion was judged{place} and can no longer change.")


def check_remove_criterion(criterion: Criterion, by: By) -> None:
    check_change_criterion(criterion, by)
    for twin in twins_of(criterion):
        if twin.trial.agreed_at and twin.trial.criteria.count() == 1:
            raise Refused("An agreed contract keeps at least one criterion.")
        if twin.runs.exists():
            raise Refused(
                f"Runs were reported for this criterion{where_of(twin, criterion)}, so "
                "it stays. A run that should not count can be left out."
            )


def where_of(twin: Criterion, criterion: Criterion) -> str:
    if twin is criterion:
        return ""
    return f" in the trial of {twin.trial.candidate}"


TEXTS = ("text", "threshold", "method", *DECLARED)
EDITABLE = frozenset({*TEXTS, "requirement", "measure", "named_values", "position"})
# What each trial says for itself of a criterion that it shares.
OWN = frozenset({"named_values", "position"})
# What a criterion starts with until somebody names a number.
AS_REQUIRED = "as the requirement says"
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
    counted_environment: str = "",
    counted_commit: str = "",
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
        Forbidden: neither lead nor owner. Refused: the wrong stage, or closed. Invalid:
        by field.
    """
    trial, evaluation = open_trial(trial, by, check_write_criteria)
    require_same(evaluation, requirement)
    named = read_item_values(named_values, evaluation)
    texts = read_words(
        "text",
        text=text,
        threshold=threshold,
        method=method,
        counted_environment=counted_environment,
        counted_commit=counted_commit,
    )
    if measure is None:
        chosen = requirement.measure
    else:
        chosen = kept_measure(measure)
    if trial.drawn_up:
        shared = uuid.uuid4()
    else:
        shared = None
    added = [
        put_criterion(
            Criterion(
                trial=other,
                requirement=requirement,
                named_values=named if other is trial else {},
                measure=chosen,
                shared=shared,
                **texts,
            ),
            reason,
            by,
        )
        for other in drawn_up_with(trial)
    ]
    return added[0]


def put_criterion(
    criterion: Criterion, reason: str, by: By, cell: LedgerCell | None = None
) -> Criterion:
    """Save a new criterion of an open trial, as its last one; `cell` is what it is
    about, where the caller has read it."""
    trial = criterion.trial
    reason = _reason(trial, reason)
    last = trial.criteria.order_by("-position").first()
    criterion.position = last.position + 1 if last else 1
    criterion.named_values = criterion.named_values or offered_values(
        cell or one_cell(trial.candidate, criterion.requirement),
        lambda value: not value.tested,
    )
    if not (trial.agreed_at or criterion.number):
        criterion.threshold = AS_REQUIRED
    _require_number(trial, criterion)
    give_codes(trial, [criterion])
    if criterion.counted_environment or criterion.counted_commit:
        criterion.declared_at = timezone.now()
    checked(criterion)
    criterion.save()
    _changed(trial, f"Criterion added: {criterion.text}", reason, by)
    _journal(
        criterion, "criterion.added", by, after=_snapshot(criterion), reason=reason
    )
    return criterion


def give_codes(trial: Trial, rows: Iterable[Criterion]) -> None:
    """Give each of the rows a code that no criterion of the trial ever had.

    It is the ref of the requirement, of a second one with -2; no two of a trial read
    alike in the name of a test.
    """
    taken = {key_of_code(str(code)) for code in trial.codes}
    for row in rows:
        row.code = row.requirement.ref
        number = 1
        while key_of_code(row.code) in taken:
            number += 1
            row.code = f"{row.requirement.ref}-{number}"
        taken.add(key_of_code(row.code))
        trial.codes.append(row.code)
    trial.save(update_fields=["codes"])


def give_missing_codes(trial: Trial) -> None:
    """To criteria that came from an older version, in their order."""
    rows = list(trial.criteria.filter(code="").select_related("requirement"))
    if rows:
        give_codes(trial, rows)
    for row in rows:
        row.save(update_fields=["code"])


@transaction.atomic
def change_criterion(
    *, criterion: Criterion, by: By, reason: str = "", **values: Any
) -> Criterion:
    """Change a criterion, in all trials that share it; once the contract is agreed,
    only with a reason.

    Raises:
        Invalid: by field. Refused: it was judged already, so its words stand.
    """
    require_known(values, EDITABLE)
    fresh, evaluation = _open(criterion, by, check_change_criterion)
    require_same(evaluation, values.get("requirement"))
    read_choices(values, evaluation)
    texts = {name: values[name] for name in TEXTS if name in values}
    values |= read_words("text", **texts)
    common = {name: value for name, value in values.items() if name not in OWN}
    for twin in twins_of(fresh):
        _change(twin, values if twin is fresh else common, reason, by)
    return fresh


def _change(criterion: Criterion, values: dict[str, Any], reason: str, by: By) -> None:
    trial = criterion.trial
    reason = _reason(trial, reason)
    declare(criterion, values)
    before, after = change(criterion, **values)
    _require_number(trial, criterion)
    units = criterion.runs.exclude(unit="").order_by().values_list("unit", flat=True)
    for unit in units.distinct():
        if not criterion.measure:
            sentence = "Runs were reported for this criterion, so it keeps a measure."
            raise Invalid(sentence, field="measure")
        try:
            check_same_kind(unit, criterion.measure["unit"])
        except UnitMismatch as mismatch:
            sentence = f"Runs were reported in {unit}. {mismatch}"
            raise Invalid(sentence, field="measure_unit") from mismatch
    if after:
        _changed(trial, f"Criterion changed: {criterion.text}", reason, by, after)
        _journal(
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
        twin.delete()
        _journal(twin, "criterion.removed", by, before=_snapshot(twin), reason=why)


def read_choices(values: dict[str, Any], evaluation: Evaluation) -> None:
    """Put the named values and the measure, where given, as they are kept."""
    if "named_values" in values:
        named = read_item_values(values["named_values"], evaluation)
        values["named_values"] = named
    if "measure" in values:
        values["measure"] = kept_measure(values["measure"])


def offered_values(
    cell: LedgerCell, is_owed: Callable[[ValueState], bool]
) -> dict[str, list[str]]:
    """The values of the brief's lists that are offered and of which that holds."""
    offered: dict[str, list[str]] = {}
    for value in cell.state.counted:
        if value.list_name and value.claimed in OFFERED and is_owed(value):
            offered.setdefault(value.list_name, []).append(value.value)
    return offered


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
        raise Invalid(sentence, field="threshold")


def _reason(trial: Trial, reason: str) -> str:
    if trial.agreed_at or reason.strip():
        return read_reason(reason, CRITERIA_WHY)
    return ""


def _changed(
    trial: Trial, what: str, reason: str, by: By, changed: Iterable[str] = ("words",)
) -> None:
    if trial.agreed_at:
        number_change(trial, what, reason, by, changed)
        ask_for_agreement(trial)
    else:
        withdraw_proposal(trial)


def _snapshot(criterion: Criterion) -> dict[str, Any]:
    return {
        "requirement": criterion.requirement.ref,
        **journal.snapshot(criterion, (*TEXTS, "measure", "named_values", "code")),
    }


def _journal(criterion: Criterion, action: str, by: By, **details: Any) -> None:
    journal.record(
        criterion.trial.candidate.evaluation, action, criterion, by, **details
    )


def check_copy_criteria(trial: Trial, by: By) -> list[Trial]:
    """Whoever runs all of these trials copies; the trials that would get criteria."""
    check_trial(trial, by)
    if trial.drawn_up:
        raise Refused("The trials of all finalists have these criteria in common.")
    open_ones = Trial.objects.filter(
        candidate__evaluation=trial.candidate.evaluation_id,
        closed_at=None,
        agreed_at=None,
        drawn_up=False,
    ).exclude(candidate__state=CandidateState.ELIMINATED)
    named = open_ones.select_related("candidate__evaluation__owner", "lead")
    others = list(named.exclude(pk=trial.pk).order_by("candidate__name"))
    for other in others:
        check_trial(other, by)
    if not trial.criteria.exists():
        raise Refused("This trial has no criteria yet.")
    if not others:
        raise Refused("No other finalist has a trial whose contract is still open.")
    return others


@transaction.atomic
def copy_criteria(*, trial: Trial, by: By) -> list[Criterion]:
    """Add this trial's criteria to the other finalists' trials that lack them.

    A criterion is there already if it asks the same of the same requirement. Where the
    brief has lists, each trial is about the values that its candidate offers.

    Returns:
        The criteria that were added.
    """
    trial, _ = open_trial(trial, by)
    added = []
    for other in check_copy_criteria(trial, by):
        there = set(other.criteria.values_list("requirement_id", "text"))
        added += [
            add_criterion(
                trial=other,
                requirement=criterion.requirement,
                text=criterion.text,
                threshold=criterion.threshold,
                method=criterion.method,
                measure=criterion.measure,
                by=by,
                **{name: getattr(criterion, name) for name in DECLARED},
            )
            for criterion in trial.criteria.select_related("requirement")
            if (criterion.requirement_id, criterion.text) not in there
        ]
    return added


CRITERIA = "criteria"
CRITERION = ("text", "threshold", "method")


def live_by_ref(evaluation: Evaluation) -> dict[str, Requirement]:
    requirements = evaluation.requirements.filter(retired_at__isnull=True)
    return {row.ref: row for row in requirements}


def criteria_of(evaluation: Evaluation) -> list[dict[str, Any]]:
    rows = Criterion.objects.in_evaluation(evaluation).select_related("requirement")
    by_text = {
        (row.requirement.ref, row.text): {
            "ref": row.requirement.ref,
            **({"measure": row.measure} if row.measure else {}),
            **{name: getattr(row, name) for name in CRITERION},
        }
        for row in rows
    }
    return list(by_text.values())


TEMPLATE_PARTS.register(CRITERIA, TemplatePart(criteria_of))


def check_take_criteria(trial: Trial, by: By) -> None:
    check_trial(trial, by)
    require_keeper(by)
    if trial.agreed_at:
        raise Refused("The contract is agreed; add criteria one by one, with a reason.")


@transaction.atomic
def take_criteria(*, trial: Trial, key: str, by: User) -> list[Criterion]:
    """Add the template's criteria on requirements that the evaluation has.

    Raises:
        Forbidden: neither lead nor owner. NotFound: no such template for `by`. Refused:
        the contract is agreed. Invalid: nothing is left to add.
    """
    trial, evaluation = open_trial(trial, by)
    check_take_criteria(trial, by)
    point = find_template(key, by)
    there = set(trial.criteria.values_list("requirement__ref", "text"))
    needs = live_by_ref(evaluation)
    added = [
        add_criterion(
            trial=trial,
            requirement=needs[row["ref"]],
            by=by,
            measure=row.get("measure"),
            **{name: row[name] for name in CRITERION},
        )
        for row in point.content.get(CRITERIA, ())
        if row["ref"] in needs and (row["ref"], row["text"]) not in there
    ]
    if not added:
        raise Invalid(
            "Nothing of this template's criteria is left to add.", field="key"
        )
    return added
