"""Scripts and criteria in templates: saved without a word of any vendor."""

import datetime
import re
import uuid
from typing import Any

from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import SYSTEM, By
from evaltracker.evaluations.models import Evaluation, Notice, Requirement, User
from evaltracker.evaluations.policy import check_owned, lock
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.requirements.price_names import is_about_price
from evaltracker.requirements.services.templates import (
    TEMPLATE_PARTS,
    TemplatePart,
    find_template,
    nothing_left,
    require_keeper,
    require_template,
)
from evaltracker.toolbox.processes import register_chore
from evaltracker.toolbox.text import TEXT_LIMIT
from trials.models import Criterion, Demo, ScriptItem, Trial
from trials.notices import PromiseSlipped
from trials.policy import check_trial, today_in
from trials.selectors.promised import slipped_claims
from trials.services.criteria import add_criterion
from trials.services.demos import check_demo, next_position, open_demo
from trials.services.trials import open_trial
from vendors.choices import Availability
from vendors.holds_for import promised_dates
from vendors.models import Claim

# The words of a script item, out of a requirement and what is claimed of it.
#
# They lie before the vendor: help for scorers is no part of them.

# Categories of what stands on paper and cannot be seen working.
PAPER = re.compile(
    r"\b(contracts?|contractual|legal|terms|exit|insurance|liability|licen[cs]ing|"
    r"commercial|vertrag|verträge|recht|contrat|contrato|contratto)\b"
)

QUOTE = " You wrote: “"
# How questions begin that say what a vendor claims.
DRAWN = ("You say that ", "You plan this for ", "You do this on request")


def script_words(requirement: Requirement, claim: Claim | None) -> dict[str, str]:
    """Question, what to show and when it passes, from claim and requirement."""
    if is_on_paper(requirement.category.name):
        words = _on_paper(requirement, claim)
    else:
        words = _at_work(requirement, claim)
    return {name: text[:TEXT_LIMIT] for name, text in words.items()}


def neutral_words(item: ScriptItem) -> dict[str, str]:
    """What to ask any vendor, in place of words drawn from one vendor's answer."""
    drawn = item.question.startswith(DRAWN) or QUOTE in item.question
    if item.requirement is None or not drawn:
        return {}
    return script_words(item.requirement, None)


def is_on_paper(category: str) -> bool:
    """Whether such requirements are read in a contract, not seen at work."""
    return is_about_price(category) or PAPER.search(category.casefold()) is not None


def _quoted(claim: Claim | None) -> str:
    return f"{QUOTE}{claim.statement}”" if claim and claim.statement else ""


def _on_paper(requirement: Requirement, claim: Claim | None) -> dict[str, str]:
    return {
        "question": (
            f"Show where the contract says: “{requirement.text.strip()}”."
            f"{_quoted(claim)}"
        ),
        "show_live": "The clause itself, in the contract that we would sign.",
        "data_to_bring": "The contract or its draft, with the terms that it refers to.",
        "passes_if": (
            f"We read the clause for {requirement.ref}, and nothing elsewhere takes it "
            "back."
        ),
    }


def _at_work(requirement: Requirement, claim: Claim | None) -> dict[str, str]:
    said = claim.availability if claim else ""
    text = requirement.text.strip()
    match said:
        case Availability.NOW:
            question = f"You say that this is there now: “{text}”."
            live = f"Do it from start to end on our data: {text}"
        case Availability.BETA:
            question = f"You say that this is in beta: “{text}”."
            live = "The beta itself, on our data, and how it is switched on."
        case Availability.PLANNED:
            date = claim.available_from if claim else None
            question = f"You plan this for {date}: “{text}”."
            live = "What runs of it today; slides do not count."
        case Availability.ON_REQUEST:
            question = f"You do this on request, at cost: “{text}”."
            live = "The same done for another customer, and what it took."
        case Availability.PARTIAL:
            question = f"We read that you do this in part: “{text}”. What is missing?"
            live = f"What there is, live, and what there is not: {text}"
        case _:
            question = f"How do you meet this: “{text}”?"
            live = f"Show it live: {text}"
    bring = ""
    if said not in (Availability.PLANNED, Availability.ON_REQUEST):
        bring = f"Our own sample for {requirement.ref}, with nothing personal in it."
    return {
        "question": f"{question}{_quoted(claim)}",
        "show_live": live,
        "data_to_bring": bring,
        "passes_if": (
            f"We saw it work live for {requirement.ref}: no slides, no mock-up, no "
            "“soon”."
        ),
    }


# Telling an owner that promised dates have passed; that they slipped is computed.


def tell_of_slips() -> None:
    """Owe the owner a mail, and the journal an entry, of each date that has slipped.

    A chore: each claim is told of once. A date that is moved and slips again is another
    claim, so it is told of again.
    """
    held = Cast("holds_for", TextField())
    waiting = Claim.objects.annotate(held=held).filter(
        Q(availability=Availability.PLANNED)
        | Q(held__contains=f'"{Availability.PLANNED}"'),
        superseded_at__isnull=True,
        candidate__evaluation__status=Status.OPEN,
    )
    where = waiting.order_by().values("candidate__evaluation")
    for evaluation in Evaluation.objects.filter(pk__in=where).order_by("pk"):
        today = today_in(evaluation.zone)
        planned = waiting.filter(candidate__evaluation=evaluation)
        overdue = [claim.pk for claim in planned if slipped_from(claim, today)]
        told = set(
            Notice.objects.filter(
                kind=PromiseSlipped.name, evaluation=evaluation
            ).values_list("subject_id", flat=True)
        )
        new = [key for key in overdue if str(key) not in told]
        if new:
            _tell(evaluation, new)


def slipped_from(claim: Claim, today: datetime.date) -> datetime.date | None:
    """The first date, of the answer or of one of its values, that has passed."""
    dates = promised_dates(claim.availability, claim.available_from, claim.holds_for)
    return next((day for day in dates if day < today), None)


def _tell(evaluation: Evaluation, new: list[uuid.UUID]) -> None:
    """Of those of these claims that nothing proves."""
    evaluation = lock(evaluation)
    today = today_in(evaluation.zone)
    for claim in slipped_claims(evaluation, Claim.objects.filter(pk__in=new)):
        passed = slipped_from(claim, today)
        owe_now(
            kind=PromiseSlipped.name,
            evaluation=evaluation,
            subject_id=claim.pk,
            occurrence=passed,
            recipient=evaluation.owner,
        )
        journal.record(
            evaluation=evaluation,
            action="promise.slipped",
            subject=claim,
            by=SYSTEM,
            after={
                "candidate": claim.candidate.name,
                "requirement": claim.requirement.ref,
                "available_from": passed,
            },
        )


register_chore(
    name="tell of slipped promises",
    every=datetime.timedelta(hours=1),
    work=tell_of_slips,
)


SCRIPT, CRITERIA = "script", "criteria"
ITEM = ("question", "show_live", "data_to_bring", "passes_if", "minutes")
CRITERION = ("text", "threshold", "method")


def script_of(evaluation: Evaluation) -> list[dict[str, Any]]:
    """What its demos ask, each once; what quotes a vendor is asked neutrally."""
    items = ScriptItem.objects.in_evaluation(evaluation).filter(off_script=False)
    found: dict[str, dict[str, Any]] = {}
    for item in items.select_related("requirement__category").order_by(
        "-demo__scheduled_for", "position"
    ):
        told = {name: getattr(item, name) for name in ITEM}
        told |= {"ref": item.requirement.ref if item.requirement else ""}
        told |= neutral_words(item)
        if item.measure:
            told["measure"] = item.measure
        found.setdefault(told["ref"] or told["question"], told)
    return list(found.values())


def _asked_by_ref(evaluation: Evaluation) -> dict[str, Requirement]:
    asked = evaluation.requirements.filter(retired_at__isnull=True)
    return {row.ref: row for row in asked}


def criteria_of(evaluation: Evaluation) -> list[dict[str, Any]]:
    """What its trials measure, each once."""
    rows = Criterion.objects.in_evaluation(evaluation).select_related("requirement")
    found = {
        (row.requirement.ref, row.text): {
            "ref": row.requirement.ref,
            **({"measure": row.measure} if row.measure else {}),
            **{name: getattr(row, name) for name in CRITERION},
        }
        for row in rows
    }
    return list(found.values())


TEMPLATE_PARTS.register(SCRIPT, TemplatePart(script_of))
TEMPLATE_PARTS.register(CRITERIA, TemplatePart(criteria_of))


def check_take_script(demo: Demo, by: By) -> None:
    """The owner who may start evaluations, until the demo was held."""
    check_owned(demo.candidate.evaluation, by)
    require_keeper(by)
    check_demo(demo, by)
    require_template(SCRIPT, by, words="a demo script")


@transaction.atomic
def take_script(*, demo: Demo, key: str, by: User) -> list[ScriptItem]:
    """Add what a template's script asks and this one does not ask yet.

    What is about a requirement that the evaluation does not have is left out.

    Raises:
        Forbidden: not the owner. NotFound: no such template for `by`.
        Refused: the demo was held or called off. Invalid: nothing is left to add.

    """
    demo, evaluation = open_demo(demo, by, check_take_script)
    point = find_template(key, by)
    there = list(demo.script_items.all())
    asked = {item.requirement_id for item in there if item.requirement_id}
    questions = {item.question for item in there}
    needs = _asked_by_ref(evaluation)
    place, items = next_position(demo), list[ScriptItem]()
    for told in point.content.get(SCRIPT, ()):
        need = needs.get(told["ref"])
        known = need.pk in asked if need else told["question"] in questions
        if known or (told["ref"] and need is None):
            continue
        values = {name: told[name] for name in ITEM}
        values["measure"] = told.get("measure", need.measure if need else {})
        at = place + len(items)
        items.append(ScriptItem(demo=demo, requirement=need, position=at, **values))
    if not items:
        raise nothing_left("Nothing of this template's script is left to add here.")
    ScriptItem.objects.bulk_create(items)
    journal.record(
        evaluation=evaluation,
        action="demo.script_taken",
        subject=demo,
        by=by,
        after={
            "candidate": demo.candidate,
            "template": point.title,
            "questions": [item.question[:60] for item in items],
        },
    )
    return items


def check_take_criteria(trial: Trial, by: By) -> None:
    """Whoever runs it and may start evaluations, until the contract is agreed."""
    check_trial(trial, by)
    require_keeper(by)
    if trial.agreed_at:
        raise Refused("The contract is agreed; add criteria one by one, with a reason.")
    require_template(CRITERIA, by, words="success criteria")


@transaction.atomic
def take_criteria(*, trial: Trial, key: str, by: User) -> list[Criterion]:
    """Add the template's criteria on requirements that the evaluation has.

    Raises:
        Forbidden: neither lead nor owner. NotFound: no such template for `by`.
        Refused: the contract is agreed. Invalid: nothing is left to add.

    """
    trial, evaluation = open_trial(trial, by)
    check_take_criteria(trial, by)
    point = find_template(key, by)
    there = set(trial.criteria.values_list("requirement__ref", "text"))
    needs = _asked_by_ref(evaluation)
    added = [
        add_criterion(
            trial=trial,
            requirement=needs[told["ref"]],
            by=by,
            measure=told.get("measure"),
            **{name: told[name] for name in CRITERION},
        )
        for told in point.content.get(CRITERIA, ())
        if told["ref"] in needs and (told["ref"], told["text"]) not in there
    ]
    if not added:
        raise nothing_left("Nothing of this template's criteria is left to add.")
    return added
