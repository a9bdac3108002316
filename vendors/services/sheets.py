"""The answer sheet: giving it out and taking it back, by the rules of any claim."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction

from evaltracker.errors import Invalid
from evaltracker.evaluations.journal import Actor
from evaltracker.tabular.days import DayOrder
from vendors.models import Candidate
from vendors.selectors import asked_requirements, own_claims
from vendors.selectors.demands import with_demands
from vendors.services.batches import (
    MOST,
    Comparison,
    compare_claims,
    stated,
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
    *,
    candidate: Candidate,
    content: bytes,
    filename: str,
    by: Actor,
    dry_run: bool,
    order: DayOrder | None = None,
) -> SheetResult:
    """Take the answers of a filled sheet, all of them or none; or, dry, compare only.

    Raises:
        Refused: claims are not open. NotFound: the candidate was not invited.
        Invalid: by cell, each named “Answers.<cell>”, all that is wrong at once.

    """
    lines = read_lines(content, filename, _standing(candidate), order)
    claims = [stated(line.requirement, line.words) for line in lines]
    found = Comparison()
    with naming_cells(lines):
        if dry_run or any(line.wrong for line in lines):
            found = compare_claims(candidate=candidate, claims=claims)
        else:
            found = submit_claims(candidate=candidate, claims=claims, by=by)
    return SheetResult(found, {line.requirement: line.row for line in lines})


def read_lines(
    content: bytes,
    filename: str,
    current: Mapping[str, ClaimWords],
    order: DayOrder | None,
) -> list[SheetLine]:
    """The answers of a sheet, as many as are taken at once.

    Raises:
        Invalid: it is no answer sheet, or has no answer or too many.

    """
    lines = read_sheet(content, filename, current, order)
    if not lines:
        sentence = "No row of the sheet has an answer."
        raise Invalid(sentence, errors={"file": [sentence]})
    if len(lines) > MOST:
        sentence = f"A sheet may answer {MOST:,} requirements; send it in parts."
        raise Invalid(sentence, errors={"file": [sentence]})
    return lines


@contextmanager
def naming_cells(lines: Sequence[SheetLine]) -> Iterator[None]:
    """Refuse whatever cannot be read in cells or is refused within, cell by cell."""
    wrong = {
        (line.row, line.place(name)): [sentence]
        for line in lines
        for name, sentence in line.wrong.items()
    }
    try:
        yield
    except Invalid as error:
        for place, sentences in error.errors.items():
            _, index, name = place.split(".")
            line = lines[int(index)]
            wrong.setdefault((line.row, line.place(name)), sentences)
    if wrong:
        in_order = sorted(wrong, key=lambda cell: (cell[0], len(cell[1]), cell[1]))
        errors = {place: wrong[row, place] for row, place in in_order}
        count = "1 cell is" if len(errors) == 1 else f"{len(errors):,} cells are"
        raise Invalid(f"{count} wrong, so nothing was taken.", errors=errors)


def _standing(candidate: Candidate) -> dict[str, ClaimWords]:
    return {
        row.requirement.ref: ClaimWords(
            **{field: getattr(row, field) for field in WORDS}
        )
        for row in own_claims(candidate)
    }
