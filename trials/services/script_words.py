"""The words of a script item, out of a requirement and what is claimed of it."""

from evaltracker.evaluations.models import Requirement
from evaltracker.kit.text import TEXT_LIMIT
from vendors.choices import Availability
from vendors.models import Claim


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
