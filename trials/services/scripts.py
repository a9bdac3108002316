"""The script of a demo: our list of what must be seen, so that nothing dazzles."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from evaltracker.enumerations import Availability
from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, Requirement, User
from evaltracker.evaluations.policy import check_owned
from evaltracker.evaluations.words import fill
from evaltracker.requirements.services.categories import is_about_price
from evaltracker.requirements.services.requirements import require_known
from evaltracker.requirements.services.templates import (
    TEMPLATE_PARTS,
    TemplatePart,
    find_template,
    require_keeper,
)
from evaltracker.toolbox.measures import kept_measure
from evaltracker.toolbox.text import TEXT_LIMIT, CallFields
from stakeholders.models import Stakeholder
from stakeholders.policy import voices
from trials.models import Demo, ScriptItem
from trials.policy import change_on, journal_on, matters_most, require_same
from trials.scoring import Standing
from trials.selectors.cells import LedgerCell
from trials.selectors.ledger import Ledger, ledger
from trials.services.criteria import live_by_ref, offered_values, read_choices
from trials.services.demos import (
    check_add_dazzle,
    check_demo,
    next_position,
    open_demo,
    save_item,
)
from vendors.models import Claim
from vendors.policy import ANSWERED_BY_BUYER
from vendors.selectors.candidates import read_item_values
from vendors.selectors.claims import current_claims, own_claims

# Scripts lie before the vendor: help for scorers is no part of them.

# Categories of what stands on paper and cannot be seen working.
PAPER = re.compile(
    r"\b(contracts?|contractual|legal|terms|exit|insurance|liability|licen[cs]ing|"
    r"commercial|vertrag|verträge|recht|contrat|contrato|contratto)\b"
)

QUOTE = " You wrote: “"
# How questions begin that say what a vendor claims, also those of former days.
DRAWN = ("You say that ", "You plan this for ", "You do this on request")
# Question and what to show, by availability; the evaluation's words have the others.
ASKED: Mapping[str, tuple[str, str]] = {
    Availability.BETA: (
        "You say that this is in beta: “{text}”.",
        "Ask what exists today, and how we would get it.",
    ),
    Availability.PLANNED: (
        "You plan this for {date}: “{text}”.",
        "Ask to see what exists today. Slides don't count.",
    ),
    Availability.ON_REQUEST: (
        "You do this on request, at cost: “{text}”.",
        "Ask for the same done for another customer, and the effort.",
    ),
    Availability.PARTIAL: (
        "We read that you do this in part: “{text}”. What is missing?",
        "What there is, live, and what there is not.",
    ),
}
ON_PAPER = (
    "Show where the contract says: “{text}”.",
    "The clause itself, in the contract that we would sign.",
    "The contract or its draft, with the terms that it refers to.",
    "We read the clause for {ref}, and nothing elsewhere takes it back.",
)


def script_words(
    wording: Mapping[str, str], requirement: Requirement, claim: Claim | None
) -> dict[str, str]:
    """Question, what to show and when it passes, from claim and requirement, in the
    words of its evaluation."""
    if claim:
        availability = claim.availability
    else:
        availability = ""
    if is_on_paper(requirement.category.name):
        texts = ON_PAPER
    else:
        if availability == Availability.NOW:
            usual = "now"
        else:
            usual = "open"
        of_usual = wording[f"ask_{usual}"], wording[f"show_{usual}"]
        ask, show = ASKED.get(availability, of_usual)
        later = availability in (Availability.PLANNED, Availability.ON_REQUEST)
        texts = ask, show, "" if later else wording["bring"], wording["passes"]
    values = {
        "text": requirement.text.strip(),
        "ref": requirement.ref,
        "date": claim.available_from if claim else "",
    }
    question, *others = (fill(text, **values) for text in texts)
    if claim and claim.statement:
        quoted = f"{QUOTE}{claim.statement}”"
    else:
        quoted = ""
    written = zip(TEXT_FIELDS, (f"{question}{quoted}", *others), strict=True)
    return {name: text[:TEXT_LIMIT] for name, text in written}


def neutral_words(wording: Mapping[str, str], item: ScriptItem) -> dict[str, str]:
    """What to ask any vendor, in place of words drawn from one vendor's answer."""
    if item.requirement is None:
        return {}
    usual_question = fill(wording["ask_now"], text=item.requirement.text.strip())
    if item.question.startswith((*DRAWN, usual_question)) or QUOTE in item.question:
        return script_words(wording, item.requirement, None)
    return {}


def is_on_paper(category: str) -> bool:
    return is_about_price(category) or PAPER.search(category.casefold()) is not None


LONGEST = 60


def check_move_script_item(item: ScriptItem, by: By) -> None:
    """Whoever may prepare the demo; the dazzle list has no order."""
    check_demo(item.demo, by)
    if item.off_script:
        raise Refused("Only what is on the script has a place in its order.")


@transaction.atomic
def move_script_item(*, item: ScriptItem, to: int, by: By) -> ScriptItem:
    """Put an item to another place of the script, counted from 1.

    Beyond either end it becomes the first or the last; those between make room.

    Raises:
        Forbidden: no part in it. Refused: the demo was held or called off, or it is on
        the dazzle list.
    """
    demo, _ = open_demo(item.demo, by)
    item = ScriptItem.objects.get(pk=item.pk)
    item.demo = demo
    check_move_script_item(item, by)
    items = list(demo.script_items.filter(off_script=False).exclude(pk=item.pk))
    places = sorted([item.position, *(other.position for other in items)])
    before = item.position
    items.insert(max(0, min(to - 1, len(items))), item)
    for row, place in zip(items, places, strict=True):
        row.position = place
    if item.position != before:
        ScriptItem.objects.bulk_update(items, ["position"])
        after = {"question": item.question[:LONGEST], "place": items.index(item) + 1}
        journal_on(item, "demo.script_item_moved", by, after=after)
    return item


SEEN = (Standing.SHOWN, Standing.PROVEN)
TEXT_FIELDS = ("question", "show_live", "data_to_bring", "passes_if")
TEXTS = frozenset({*TEXT_FIELDS, "remark"})
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
    # What the candidate itself says; a script is read out before its vendor.
    current = current_claims(demo.candidate)
    if demo.candidate.kind not in ANSWERED_BY_BUYER:
        current = own_claims(demo.candidate)
    claims = {claim.requirement_id: claim for claim in current}
    people: dict[str, Stakeholder] = {}
    for voice in voices().filter(evaluation=evaluation, scores=True):
        people.setdefault(voice.role, voice)
    in_turn = list(people.values())
    # By category the role to which it matters most.
    best: dict[Any, tuple[int, str]] = {}
    for row in evaluation.role_weights.filter(role__in=people).order_by("role"):
        if row.weight > best.get(row.category_id, (0, ""))[0]:
            best[row.category_id] = (row.weight, row.role)
    askers = {category: people[role] for category, (_, role) in best.items()}
    minutes = time_box(demo, len(wanted))
    start = next_position(demo)
    wording = evaluation.wording
    items = [
        ScriptItem(
            demo=demo,
            requirement=requirement,
            position=start + number,
            minutes=minutes,
            asker=askers.get(requirement.category_id)
            or (in_turn[number % len(in_turn)] if in_turn else None),
            named_values=offered_values(
                book.cell(demo.candidate, requirement),
                lambda value: value.standing not in SEEN,
            ),
            measure=requirement.measure,
            **script_words(wording, requirement, claims.get(requirement.pk)),
        )
        for number, requirement in enumerate(wanted)
    ]
    ScriptItem.objects.bulk_create(items)
    if items:
        after = {"requirements": [requirement.ref for requirement in wanted]}
        journal_on(demo, "demo.script_drawn_up", by, after=after)
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
    inputs = CallFields()
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
    require_known(values, EDITABLE)
    only_remark = values.keys() <= {"remark"}
    rule = check_add_dazzle if only_remark else check_demo
    demo, evaluation = open_demo(item.demo, by, rule)
    fresh: ScriptItem = ScriptItem.objects.get(pk=item.pk)
    _check_asker(demo, values.get("asker"))
    read_choices(values, evaluation)
    inputs = CallFields()
    for field in TEXTS & values.keys():
        values[field] = inputs.text(field, values[field], blank=field != "question")
    inputs.check()
    change_on(fresh, evaluation, "demo.script_item_changed", by, **values)
    return fresh


def time_box(demo: Demo, items: int) -> int:
    """Minutes for each of so many items: what four fifths of the demo hold, 3 to 10.

    The last fifth is for questions that nobody foresaw.
    """
    return max(3, min(10, demo.minutes * 4 // 5 // max(items, 1)))


def _wanted(demo: Demo, book: Ledger) -> list[Requirement]:
    scripted = set(demo.script_items.values_list("requirement_id", flat=True))
    wanted = [
        requirement
        for requirement in book.requirements
        if requirement.pk not in scripted
        and _belongs(requirement, book.cell(demo.candidate, requirement))
    ]
    return sorted(
        wanted, key=lambda requirement: (not requirement.is_must, -requirement.weight)
    )


def _belongs(requirement: Requirement, cell: LedgerCell) -> bool:
    if cell.not_applicable or cell.standing in (*SEEN, Standing.NEVER):
        return False
    return matters_most(requirement)


def _measure(
    requirement: Requirement | None, measure: Mapping[str, Any] | None
) -> dict[str, Any]:
    if measure is None and requirement is not None:
        inherited: dict[str, Any] = requirement.measure
        return inherited
    return kept_measure(measure)


def _check_asker(demo: Demo, asker: Stakeholder | None) -> None:
    if asker is None:
        return
    if asker.evaluation_id != demo.candidate.evaluation_id or asker.left_at:
        raise Invalid("Name somebody who has a part in this evaluation.", field="asker")


SCRIPT = "script"
ITEM = (*TEXT_FIELDS, "minutes")


def script_of(evaluation: Evaluation) -> list[dict[str, Any]]:
    """What its demos ask, each once; what quotes a vendor is asked neutrally."""
    items = ScriptItem.objects.in_evaluation(evaluation).filter(off_script=False)
    rows: dict[str, dict[str, Any]] = {}
    for item in items.select_related("requirement__category").order_by(
        "-demo__scheduled_for", "position"
    ):
        row = {name: getattr(item, name) for name in ITEM}
        row |= {"ref": item.requirement.ref if item.requirement else ""}
        row |= neutral_words(evaluation.wording, item)
        if item.measure:
            row["measure"] = item.measure
        rows.setdefault(row["ref"] or row["question"], row)
    return list(rows.values())


TEMPLATE_PARTS.register(SCRIPT, TemplatePart(script_of))


def check_take_script(demo: Demo, by: By) -> None:
    check_owned(demo.candidate.evaluation, by)
    require_keeper(by)
    check_demo(demo, by)


@transaction.atomic
def take_script(*, demo: Demo, key: str, by: User) -> list[ScriptItem]:
    """Add what a template's script asks and this one does not ask yet.

    What is about a requirement that the evaluation does not have is left out.

    Raises:
        Forbidden: not the owner. NotFound: no such template for `by`. Refused: the demo
        was held or called off. Invalid: nothing is left to add.
    """
    demo, evaluation = open_demo(demo, by, check_take_script)
    point = find_template(key, by)
    there = list(demo.script_items.all())
    scripted = {item.requirement_id for item in there if item.requirement_id}
    questions = {item.question for item in there}
    needs = live_by_ref(evaluation)
    place = next_position(demo)
    items = list[ScriptItem]()
    for row in point.content.get(SCRIPT, ()):
        need = needs.get(row["ref"])
        if need:
            known = need.pk in scripted
        else:
            known = row["question"] in questions
        if known or (row["ref"] and need is None):
            continue
        values = {name: row[name] for name in ITEM}
        values["measure"] = row.get("measure", need.measure if need else {})
        at = place + len(items)
        items.append(ScriptItem(demo=demo, requirement=need, position=at, **values))
    if not items:
        raise Invalid(
            "Nothing of this template's script is left to add here.", field="key"
        )
    ScriptItem.objects.bulk_create(items)
    after = {
        "template": point.title,
        "questions": [item.question[:60] for item in items],
    }
    journal_on(demo, "demo.script_taken", by, after=after)
    return items
