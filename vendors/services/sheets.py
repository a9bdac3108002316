"""The answer sheet: giving it out and taking it back, by the rules of any claim."""

from dataclasses import dataclass

from django.db import transaction

from evaltracker.errors import Invalid
from evaltracker.evaluations.journal import Actor
from vendors.models import Candidate
from vendors.selectors import asked_requirements, own_claims
from vendors.selectors.demands import with_demands
from vendors.services.batches import (
    MOST,
    Comparison,
    Stated,
    compare_claims,
    submit_claims,
)
from vendors.sheets import SheetLine, read_sheet, write_sheet
from vendors.words import WORDS, ClaimWords


@dataclass(frozen=True, slots=True)
class SheetResult:
    """What a sheet says against what stands, and the row of each ref."""

    found: Comparison
    rows: dict[str, int]


def answer_sheet(candidate: Candidate) -> bytes:
    """The sheet with everything that is asked and what the vendor says now."""
    asked = with_demands(asked_requirements(candidate.evaluation))
    return write_sheet(asked, _standing(candidate))


@transaction.atomic
def submit_sheet(
    *, candidate: Candidate, content: bytes, filename: str, by: Actor, dry_run: bool
) -> SheetResult:
    """Take the answers of a filled sheet, all of them or none; or, dry, compare only.

    Raises:
        Refused: claims are not open. NotFound: the candidate was not invited.
        Invalid: by cell, each named “Answers.<cell>”.

    """
    lines = read_sheet(content, filename, _standing(candidate))
    if not lines:
        sentence = "No row of the sheet has an answer."
        raise Invalid(sentence, errors={"file": [sentence]})
    if len(lines) > MOST:
        sentence = f"A sheet may answer {MOST:,} requirements; send it in parts."
        raise Invalid(sentence, errors={"file": [sentence]})
    claims = [stated(line) for line in lines]
    try:
        if dry_run:
            found = compare_claims(candidate=candidate, claims=claims)
        else:
            found = submit_claims(candidate=candidate, claims=claims, by=by)
    except Invalid as error:
        raise _by_cell(error, lines) from error
    return SheetResult(found, {line.requirement: line.row for line in lines})


def stated(line: SheetLine) -> Stated:
    """A row as an answer that comes in."""
    held = line.words.holds_for
    words = line.words.fields() | {"holds_for": held and held["said"]}
    return Stated(requirement=line.requirement, **words)


def _standing(candidate: Candidate) -> dict[str, ClaimWords]:
    return {
        row.requirement.ref: ClaimWords(
            **{field: getattr(row, field) for field in WORDS}
        )
        for row in own_claims(candidate)
    }


def _by_cell(error: Invalid, lines: list[SheetLine]) -> Invalid:
    """The same refusal, naming cells instead of items."""
    errors: dict[str, list[str]] = {}
    for place, sentences in error.errors.items():
        _, index, field = place.split(".")
        errors[lines[int(index)].place(field)] = sentences
    count = "1 cell is" if len(errors) == 1 else f"{len(errors):,} cells are"
    return Invalid(f"{count} wrong, so nothing was taken.", errors=errors)
