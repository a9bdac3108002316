"""The script of a demo: our list of what must be seen, so that nothing dazzles."""

from typing import Any

from django.db import transaction

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.evaluations.policy import change
from evaltracker.kit.text import TEXT_LIMIT, Inputs
from stakeholders.models import Stakeholder
from stakeholders.policy import voices
from trials.models import Demo, ScriptItem
from trials.policy import matters_most, require_same
from trials.scoring import Standing
from trials.selectors import Cell, ledger
from trials.services.demos import (
    check_add_dazzle,
    check_demo,
    next_position,
    open_demo,
    save_item,
)
from vendors.choices import Availability
from vendors.models import Claim
from vendors.policy import ANSWERED_BY_BUYER
from vendors.selectors import current_claims, own_claims

SEEN = (Standing.SHOWN, Standing.PROVEN)
TEXTS = frozenset({"question", "show_live", "data_to_bring", "passes_if", "remark"})
EDITABLE = TEXTS | {"position", "minutes", "asker"}


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
    wanted = _wanted(demo, evaluation)
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
) -> ScriptItem:
    """Put one more thing on the script, about a requirement or on its own."""
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


def script_words(requirement: Requirement, claim: Claim | None) -> dict[str, str]:
    """Question, what to show live and when it passes, from claim and requirement."""
    said = claim.availability if claim else ""
    words = f"“{requirement.text.strip()}”"
    quoted = f" You wrote: “{claim.statement}”" if claim and claim.statement else ""
    match said:
        case Availability.NOW:
            question = f"You say that this is there now: {words}.{quoted}"
            live = f"Do it from start to end on our data: {requirement.text}"
        case Availability.BETA:
            question = f"You say that this is in beta: {words}.{quoted}"
            live = "The beta itself, on our data, and how it is switched on."
        case Availability.PLANNED:
            date = claim.available_from if claim else None
            question = f"You plan this for {date}: {words}.{quoted}"
            live = "What runs of it today; slides do not count."
        case Availability.ON_REQUEST:
            question = f"You do this on request, at cost: {words}.{quoted}"
            live = "The same done for another customer, and what it took."
        case _:
            question = f"How do you meet this: {words}?{quoted}"
            live = f"Show it live: {requirement.text}"
    passes = requirement.scorer_help.strip() or (
        f"We saw it work live for {requirement.ref}: no slides, no mock-up, no “soon”."
    )
    bring = ""
    if said not in (Availability.PLANNED, Availability.ON_REQUEST):
        bring = f"Our own sample for {requirement.ref}, with nothing personal in it."
    return {
        "question": question[:TEXT_LIMIT],
        "show_live": live[:TEXT_LIMIT],
        "data_to_bring": bring,
        "passes_if": passes[:TEXT_LIMIT],
    }


def time_box(demo: Demo, items: int) -> int:
    """Minutes for each of so many items: what four fifths of the demo hold, 3 to 10.

    The last fifth is for questions that nobody foresaw.
    """
    return max(3, min(10, demo.minutes * 4 // 5 // max(items, 1)))


def _wanted(demo: Demo, evaluation: Evaluation) -> list[Requirement]:
    """What is not on the script and belongs there: must-haves, then by weight."""
    book = ledger(evaluation, candidates=[demo.candidate])
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


def _check_asker(demo: Demo, asker: Stakeholder | None) -> None:
    """Whoever asks has a part in the same evaluation."""
    if asker is None:
        return
    if asker.evaluation_id != demo.candidate.evaluation_id or asker.left_at:
        sentence = "Name somebody who has a part in this evaluation."
        raise Invalid(sentence, errors={"asker": [sentence]})
