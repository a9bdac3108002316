"""Answering for a candidate that has nobody else to ask: the buyer's own claims."""

from typing import Any

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Requirement
from vendors.availability import DATED
from vendors.choices import Availability
from vendors.models import Candidate
from vendors.selectors.answering import is_answered_by_buyer
from vendors.services.claims import (
    SubmitResult,
    check_note_claim,
    current_claim,
    note_claim,
)

WORDS = ("availability", "available_from", "environments", "statement", "evidence_url")


def check_answer_requirement(
    candidate: Candidate, requirement: Requirement, by: By
) -> None:
    """The owner answers for a candidate that has nobody else to ask."""
    check_note_claim(candidate, requirement, by)
    if not is_answered_by_buyer(candidate):
        raise Refused(f"{candidate.vendor or candidate.name} answers for itself.")


def answer_requirement(
    *, candidate: Candidate, requirement: Requirement, by: By, **words: Any
) -> SubmitResult:
    """Note as the owner what the candidate does; `words` as in `note_claim`.

    Raises:
        Forbidden: not the owner. Refused: wrong stage, or somebody else answers.
        Invalid: by field. NotFound: the requirement belongs elsewhere.

    """
    check_answer_requirement(candidate, requirement, by)
    return note_claim(candidate=candidate, requirement=requirement, by=by, **words)


def change_answer(
    *, candidate: Candidate, requirement: Requirement, by: By, **words: Any
) -> SubmitResult:
    """Change some words of the buyer's own answer; the others stay as they stand.

    A day alone makes it planned, and what has no day loses the one that it had.

    Raises:
        Forbidden: not the owner. Refused: wrong stage, or somebody else answers.
        Invalid: by field.

    """
    check_answer_requirement(candidate, requirement, by)
    said = {**_standing_words(candidate, requirement), **words}
    if not str(said["statement"]).strip():
        sentence = "Write the answer first, then say when it is there."
        raise Invalid(sentence, errors={name: [sentence] for name in words})
    if words.get("available_from") and "availability" not in words:
        if said["availability"] not in DATED:
            said["availability"] = Availability.PLANNED
    elif "availability" in words and said["availability"] not in DATED:
        said["available_from"] = words.get("available_from")
    return answer_requirement(
        candidate=candidate, requirement=requirement, by=by, **said
    )


def _standing_words(candidate: Candidate, requirement: Requirement) -> dict[str, Any]:
    """What the answer says now, as `note_claim` takes it."""
    current = current_claim(candidate, requirement)
    if current is None or current.availability == Availability.WITHDRAWN:
        return {"statement": "", "availability": Availability.UNSTATED}
    words = {name: getattr(current, name) for name in WORDS}
    words["holds_for"] = (current.holds_for or {}).get("said")
    return {**words, "number": current.number} if current.number else words
