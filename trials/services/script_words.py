"""The words of a script item, out of a requirement and what is claimed of it.

They lie before the vendor: help for scorers is no part of them.
"""

import re

from evaltracker.evaluations.models import Requirement
from evaltracker.kit.text import TEXT_LIMIT
from evaltracker.requirements.price_names import is_about_price
from trials.models import ScriptItem
from vendors.choices import Availability
from vendors.models import Claim

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
