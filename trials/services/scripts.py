"""The script of a demo: our list of what must be seen, so that nothing dazzles."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.evaluations.policy import change
from evaltracker.kit.text import Inputs
from evaltracker.measures import kept_measure
from stakeholders.models import Stakeholder
from stakeholders.policy import voices
from trials.models import Demo, ScriptItem
from trials.policy import matters_most, require_same
from trials.scoring import Standing
from trials.scoring.values import OFFERED
from trials.selectors import Cell, Ledger, ledger
from trials.services.demos import (
    check_add_dazzle,
    check_demo,
    open_demo,
)
from trials.services.script_items import next_position, save_item
from trials.services.script_words import script_words
from vendors.models import Claim
from vendors.policy import ANSWERED_BY_BUYER
from vendors.selectors import current_claims, own_claims
from vendors.selectors.lists import read_item_values

SEEN = (Standing.SHOWN, Standing.PROVEN)
TEXTS = frozenset({"question", "show_live", "data_to_bring", "passes_if", "remark"})
EDITABLE = TEXTS | {"position", "minutes", "asker", "named_values", "measure"}


@transaction.atomic
def draw_up_script(*, demo: Demo, by: By) -> list[ScriptItem]:
    """Write the script from what is not proven yet: must-haves, then heavy ones.

    Each is asked by somebody of the role to which its category matters most, else by
    one role after the other, in an equal share of the time. What is on the script
    already stays as it is, so drawing it up again adds only what is new. What the
    candidate never has, and what does not apply, is not asked.

    Returns:
        The items that were added, in order.

    """
    demo, evaluation = open_demo(demo, by)
    book = ledger(evaluation, candidates=[demo.candidate])
    wanted = _wanted(demo, book)
    claims = _current_claims(demo)
    in_turn = _one_per_role(evaluation)
    askers = _askers(evaluation, in_turn)
    minutes = time_box(demo, len(wanted))
    start = next_position(demo)
    items = [
        ScriptItem(
            demo=demo,
            requirement=requirement,
            position=start + number,
            minutes=minutes,
            asker=askers.get(requirement.category_id)
            or (in_turn[number % len(in_turn)] if in_turn else None),
            named_values=unproven_values(book.cell(demo.candidate, requirement)),
            measure=requirement.measure,
            **script_words(requirement, claims.get(requirement.pk)),
        )
        for number, requirement in enumerate(wanted)
    ]
    ScriptItem.objects.bulk_create(items)
    if items:
        journal.record(
            evaluation=evaluation,
            action="demo.script_drawn_up",
            subject=demo,
            by=by,
            after={
                "candidate": demo.candidate,
                "requirements": [requirement.ref for requirement in wanted],
            },
        )
    return items


@transaction.atomic
def add_script_item(
    *,
    demo: Demo,
    question: str,
    by: By,
    requirement: Requirement | None = None,
    asker: Stakeholder | None = None,
    minutes: int = 5,
    show_live: str = "",
    data_to_bring: str = "",
    passes_if: str = "",
    named_values: object = None,
    measure: Mapping[str, Any] | None = None,
) -> ScriptItem:
    """Put one more thing on the script, about a requirement or on its own.

    It has the requirement's measure unless it is given another; `{}` is none.
    """
    demo, evaluation = open_demo(demo, by)
    require_same(evaluation, requirement)
    if requirement and demo.script_items.filter(requirement=requirement).exists():
        raise Refused(f"{requirement.ref} is on this script already; change that item.")
    _check_asker(demo, asker)
    inputs = Inputs()
    item = ScriptItem(
        demo=demo,
        requirement=requirement,
        position=next_position(demo),
        question=inputs.text("question", question),
        show_live=inputs.text("show_live", show_live, blank=True),
        data_to_bring=inputs.text("data_to_bring", data_to_bring, blank=True),
        minutes=minutes,
        asker=asker,
        passes_if=inputs.text("passes_if", passes_if, blank=True),
        named_values=read_item_values(named_values, evaluation),
        measure=_measure(requirement, measure),
    )
    inputs.check()
    return save_item(item, evaluation, "demo.script_item_added", by)


@transaction.atomic
def change_script_item(*, item: ScriptItem, by: By, **values: Any) -> ScriptItem:
    """Change an item; once the demo was held, only the remark.

    Nothing on the dazzle list can be turned into something that scores.
    """
    unknown = values.keys() - EDITABLE
    if unknown:
        raise Invalid(f"Unknown fields: {', '.join(sorted(unknown))}.")
    only_remark = values.keys() <= {"remark"}
    rule = check_add_dazzle if only_remark else check_demo
    demo, evaluation = open_demo(item.demo, by, rule)
    fresh: ScriptItem = ScriptItem.objects.get(pk=item.pk)
    _check_asker(demo, values.get("asker"))
    if "named_values" in values:
        said = read_item_values(values["named_values"], evaluation)
        values["named_values"] = said
    if "measure" in values:
        values["measure"] = kept_measure(values["measure"])
    inputs = Inputs()
    for field in TEXTS & values.keys():
        values[field] = inputs.text(field, values[field], blank=field != "question")
    inputs.check()
    before, after = change(fresh, **values)
    if after:
        journal.record(
            evaluation=evaluation,
            action="demo.script_item_changed",
            subject=fresh,
            by=by,
            before=before,
            after=after,
        )
    return fresh


def time_box(demo: Demo, items: int) -> int:
    """Minutes for each of so many items: what four fifths of the demo hold, 3 to 10.

    The last fifth is for questions that nobody foresaw.
    """
    return max(3, min(10, demo.minutes * 4 // 5 // max(items, 1)))


def unproven_values(cell: Cell) -> dict[str, list[str]]:
    """The values of the brief's lists that are offered and not proven or shown yet."""
    found: dict[str, list[str]] = {}
    for one in cell.state.counted:
        if one.list_name and one.claimed in OFFERED and one.standing not in SEEN:
            found.setdefault(one.list_name, []).append(one.value)
    return found


def _wanted(demo: Demo, book: Ledger) -> list[Requirement]:
    """What is not on the script and belongs there: must-haves, then by weight."""
    asked = set(demo.script_items.values_list("requirement_id", flat=True))
    wanted = [
        requirement
        for requirement in book.requirements
        if requirement.pk not in asked
        and _belongs(requirement, book.cell(demo.candidate, requirement))
    ]
    return sorted(
        wanted, key=lambda requirement: (not requirement.is_must, -requirement.weight)
    )


def _one_per_role(evaluation: Evaluation) -> list[Stakeholder]:
    """Who can ask: of each role that scores the first who has not left."""
    people: dict[str, Stakeholder] = {}
    for voice in voices().filter(evaluation=evaluation, scores=True):
        people.setdefault(voice.role, voice)
    return list(people.values())


def _askers(evaluation: Evaluation, able: list[Stakeholder]) -> dict[Any, Stakeholder]:
    """By category, who of them has the role to which it matters most, if any has."""
    people = {stakeholder.role: stakeholder for stakeholder in able}
    best: dict[Any, tuple[int, str]] = {}
    for said in evaluation.role_weights.filter(role__in=people).order_by("role"):
        if said.weight > best.get(said.category_id, (0, ""))[0]:
            best[said.category_id] = (said.weight, said.role)
    return {category: people[role] for category, (_, role) in best.items()}


def _belongs(requirement: Requirement, cell: Cell) -> bool:
    """Whether a demo should ask for it."""
    if cell.not_applicable or cell.standing in (*SEEN, Standing.NEVER):
        return False
    return matters_most(requirement)


def _current_claims(demo: Demo) -> dict[object, Claim]:
    """What the candidate itself says; a script is read out before its vendor."""
    current = current_claims(demo.candidate)
    if demo.candidate.kind not in ANSWERED_BY_BUYER:
        current = own_claims(demo.candidate)
    return {claim.requirement_id: claim for claim in current}


def _measure(
    requirement: Requirement | None, said: Mapping[str, Any] | None
) -> dict[str, Any]:
    if said is None and requirement is not None:
        inherited: dict[str, Any] = requirement.measure
        return inherited
    return kept_measure(said)


def _check_asker(demo: Demo, asker: Stakeholder | None) -> None:
    """Whoever asks has a part in the same evaluation."""
    if asker is None:
        return
    if asker.evaluation_id != demo.candidate.evaluation_id or asker.left_at:
        sentence = "Name somebody who has a part in this evaluation."
        raise Invalid(sentence, errors={"asker": [sentence]})
