"""The lists of the brief: adding, changing and retiring what answers are held against.

Claims, verdicts and rulings speak of a value by its name. Who uses which values stands
on higher floors, which register in `USES`; a value that is used keeps its name.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import (
    Demand,
    Evaluation,
    Requirement,
    Scope,
    ScopeValue,
)
from evaltracker.evaluations.policy import check_owned, is_published, lock
from evaltracker.requirements.plan import tell_of_changes
from evaltracker.toolbox.registry import Registry
from evaltracker.toolbox.text import CallFields, listed

MOST_LISTS = 10
MOST_VALUES = 40
NAME_LIMIT = 60
# Signs that part lists and values in an answer sheet, and the word for all of them.
PARTING = ",;:="
EVERYWHERE = "everywhere"

# By list and value of an evaluation: what speaks of it, e.g. “R1 of Acme ML”.
type Used = dict[tuple[str, str], list[str]]
USES: Registry[Callable[[Evaluation], Used], Callable[[Evaluation], Used]] = Registry(
    "use of the brief's lists"
)


def check_write_lists(evaluation: Evaluation, by: By) -> None:
    check_owned(evaluation, by)
    if evaluation.stage not in (Stage.REQUIREMENTS, Stage.RESEARCH):
        raise Refused(
            "The values that answers must cover can change only until answers close. "
            "Send the "
            "evaluation back to research to change it."
        )
    now = timezone.now()
    closes = evaluation.claims_closed_at or evaluation.claims_close_at
    if evaluation.stage == Stage.RESEARCH and closes and closes <= now:
        raise Refused(
            "Answers have closed, so the values that they must cover can no longer "
            "change. Reopen answers to change them."
        )


def check_change_list(scope: Scope, by: By) -> None:
    check_write_lists(scope.evaluation, by)


def check_retire_value(value: ScopeValue, by: By) -> None:
    check_write_lists(value.scope.evaluation, by)
    if value.retired_at:
        raise Refused(f"“{value}” is retired already.")


@transaction.atomic
def add_list(
    *, evaluation: Evaluation, name: str, values: Iterable[str], by: By
) -> Scope:
    """Add a list at the end; no requirement has to hold for it yet.

    Raises:
        Forbidden: not the owner. Refused: answers have closed. Invalid: by field.
    """
    evaluation = lock(evaluation)
    check_write_lists(evaluation, by)
    if evaluation.scopes.count() >= MOST_LISTS:
        raise Refused(f"The brief has {MOST_LISTS} lists, which is the most.")
    name, names = _read(evaluation, name, values, but=None)
    last = evaluation.scopes.order_by("position").last()
    scope = Scope.objects.create(
        evaluation=evaluation, name=name, position=last.position + 1 if last else 1
    )
    _write_values(scope, names)
    after = {"name": name, "values": names}
    journal.record(evaluation, "list.added", scope, by, after=after)
    return scope


@transaction.atomic
def change_list(*, scope: Scope, name: str, values: Iterable[str], by: By) -> Scope:
    """Give a list another name, or other values in another order.

    A value that is left out is removed, one that was retired is demanded again. New
    values are asked of whoever answered the others; their answers stand.

    Raises:
        Forbidden: not the owner. Refused: answers have closed, or something speaks of
        what would be renamed or removed. Invalid: by field.
    """
    evaluation = lock(scope.evaluation)
    check_change_list(scope, by)
    name, names = _read(evaluation, name, values, but=scope)
    before = {"name": scope.name, "values": current_values(scope)}
    removed = [value for value in before["values"] if value not in names]
    _refuse_used(evaluation, scope, removed)
    if name != scope.name:
        _refuse_used(evaluation, scope, [value.name for value in scope.values.all()])
    scope.values.filter(name__in=removed).delete()
    scope.name = name
    scope.save(update_fields=["name"])
    _write_values(scope, names)
    after = {"name": name, "values": names}
    if before != after:
        journal.record(
            evaluation, "list.changed", scope, by, before=before, after=after
        )
    if set(names) - set(before["values"]) and is_published(scope.evaluation):
        affected = Requirement.objects.filter(demands__scope=scope, retired_at=None)
        tell_of_changes(scope.evaluation, changed=list(affected))
    return scope


@transaction.atomic
def remove_list(*, scope: Scope, by: By) -> None:
    """Take a list out of the brief: it does not matter for this purchase.

    Raises:
        Forbidden: not the owner. Refused: answers have closed, or something speaks of
        one of its values.
    """
    evaluation = lock(scope.evaluation)
    check_change_list(scope, by)
    names = [value.name for value in scope.values.all()]
    _refuse_used(evaluation, scope, names)
    refs = list(scope.demands.values_list("requirement__ref", flat=True))
    scope.demands.all().delete()
    scope.values.all().delete()
    scope.delete()
    before = {"name": scope.name, "values": names, "must_hold_for": refs}
    journal.record(evaluation, "list.removed", scope, by, before=before)


@transaction.atomic
def retire_value(*, value: ScopeValue, by: By) -> ScopeValue:
    """Demand a value no more; what was answered for it stays on record.

    Raises:
        Forbidden: not the owner. Refused: answers have closed, or it is retired.
    """
    evaluation = lock(value.scope.evaluation)
    check_retire_value(value, by)
    value.retired_at = timezone.now()
    value.save(update_fields=["retired_at"])
    after = {"value": value.name}
    journal.record(evaluation, "list.value_retired", value.scope, by, after=after)
    return value


def current_values(scope: Scope) -> list[str]:
    return list(scope.values.current().values_list("name", flat=True))


def uses_of(evaluation: Evaluation) -> Used:
    used: Used = {}
    for uses in USES:
        for key, places in uses(evaluation).items():
            used.setdefault(key, []).extend(places)
    return used


def _read(
    evaluation: Evaluation, name: str, values: Iterable[str], *, but: Scope | None
) -> tuple[str, list[str]]:
    inputs = CallFields()
    name = inputs.line("name", name, limit=NAME_LIMIT)
    names = inputs.lines("values", values, most=MOST_VALUES, limit=NAME_LIMIT)
    others = [scope.name for scope in evaluation.scopes.all() if scope != but]
    if name in others:
        inputs.refuse("name", f"The brief has a list “{name}” already.")
    for field, word in (("name", name), *(("values", value) for value in names)):
        if any(sign in word for sign in PARTING) or word.lower() == EVERYWHERE:
            inputs.refuse(
                field,
                f"“{word}” would be ambiguous in answers. Leave out commas, "
                "semicolons, colons, equals signs and the word “everywhere”.",
            )
    if len({word.casefold() for word in names}) < len(names):
        inputs.refuse("values", "Two values differ only in capital letters.")
    inputs.check()
    return name, names


def _write_values(scope: Scope, names: Sequence[str]) -> None:
    there = {value.name: value for value in scope.values.all()}
    for position, name in enumerate(names, 1):
        value = there.get(name) or ScopeValue(scope=scope, name=name)
        value.position = position
        value.retired_at = None
        value.save()


def _refuse_used(evaluation: Evaluation, scope: Scope, names: Sequence[str]) -> None:
    used = uses_of(evaluation) if names else {}
    for name in names:
        if places := used.get((scope.name, name)):
            if len(places) > 3:
                more = [f"{len(places) - 3} more"]
            else:
                more = []
            raise Refused(
                f"“{name}” of “{scope}” is spoken of already, by "
                f"{listed([*places[:3], *more])}. Retire it instead."
            )


# For which lists of the brief a requirement must hold.

# What the column of a file, and of a plan, is called.
MUST_HOLD_FOR = "must_hold_for"


def list_names(names: Iterable[str]) -> str:
    return "; ".join(sorted({name.strip() for name in names} - {""}))


def check_demand(requirement: Requirement, by: By) -> None:
    check_write_lists(requirement.evaluation, by)


@transaction.atomic
def demand(
    *, requirement: Requirement, scopes: Collection[Scope], by: By
) -> Requirement:
    """Let a requirement hold for every value of exactly these lists.

    It makes no new revision: answers stand, and are asked for the values that they
    lack. Lists that are the same write nothing.

    Raises:
        Forbidden: not the owner. Refused: answers have closed. Invalid: a list of
        another evaluation.
    """
    before = list(Scope.objects.filter(demands__requirement=requirement))
    if {scope.pk for scope in before} == {scope.pk for scope in scopes}:
        return requirement
    check_demand(requirement, by)
    evaluation = requirement.evaluation
    if any(scope.evaluation_id != evaluation.pk for scope in scopes):
        raise Invalid("The list belongs to another evaluation.")
    requirement.demands.exclude(scope__in=scopes).delete()
    Demand.objects.bulk_create(
        Demand(requirement=requirement, scope=scope)
        for scope in scopes
        if scope not in before
    )
    stood = {"must_hold_for": [scope.name for scope in before]}
    stands = {"must_hold_for": [scope.name for scope in scopes]}
    about = (evaluation, "requirement.held_against", requirement, by)
    journal.record(*about, before=stood, after=stands)
    if is_published(evaluation):
        tell_of_changes(evaluation, changed=[requirement])
    return requirement


def demand_many(
    evaluation: Evaluation,
    values_by_requirement: Mapping[Requirement, Mapping[str, object]],
    by: By,
) -> dict[Requirement, str]:
    """Write what a file says of lists; what stood before, of those that change.

    A requirement of which it says nothing keeps its lists. The import is journalled.

    Raises:
        Refused: answers have closed. Invalid: the brief has no such list.
    """
    lists = {scope.name: scope for scope in evaluation.scopes.all()}
    stood: dict[object, list[str]] = {}
    rows = Demand.objects.filter(scope__evaluation=evaluation)
    for key, name in rows.values_list("requirement", "scope__name"):
        stood.setdefault(key, []).append(name)
    before = {}
    made = []
    for requirement, values in values_by_requirement.items():
        names = [key for key in str(values.get(MUST_HOLD_FOR, "")).split("; ") if key]
        if unknown := [name for name in names if name not in lists]:
            raise Invalid(f"The brief has no list “{unknown[0]}”.")
        former = stood.get(requirement.pk, [])
        if MUST_HOLD_FOR in values and {*names} != {*former}:
            before[requirement] = "; ".join(sorted(former))
            made += [Demand(requirement=requirement, scope=lists[key]) for key in names]
    if before:
        check_write_lists(evaluation, by)
        Demand.objects.filter(requirement__in=list(before)).delete()
        Demand.objects.bulk_create(made, batch_size=500)
    return before
