"""Answering for a candidate that has nobody else to ask: the buyer's own claims."""

from typing import Any

from evaltracker.errors import Refused
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Requirement
from vendors.models import Candidate
from vendors.selectors.answering import is_answered_by_buyer
from vendors.services.claims import SubmitResult, check_note_claim, note_claim


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
