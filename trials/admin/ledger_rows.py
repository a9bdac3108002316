"""The claim ledger of one candidate, row by row."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from evaltracker.evaluations.models import Requirement
from evaltracker.kit.text import named_ref
from trials.admin.cell_values import values_by_standing
from trials.admin.matrix_rows import TESTS
from trials.models import Excuse
from trials.scoring import FitRow, Standing
from trials.selectors import Cell, Column, Ledger
from vendors.admin.targets import Place
from vendors.choices import Availability
from vendors.models import Candidate, Claim, Ruling

FILTERS = {"musts": "Must-haves", **{name: label for name, (label, _) in TESTS.items()}}


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One requirement and what this candidate says and has shown of it."""

    requirement: Requirement
    cell: Cell
    place: Place
    claim: Claim | None
    fit: FitRow
    ruling: Ruling | None
    excuse: Excuse | None

    @property
    def claimed(self) -> str:
        """The mark of the claim; a plan that passed is slipped."""
        slipped = self.cell.standing == Standing.SLIPPED
        return "slipped" if slipped else self.cell.claimed

    @property
    def values(self) -> dict[Standing, str]:
        """The values of the brief by standing, where they stand differently."""
        return values_by_standing(self.cell)

    @property
    def knocks_out(self) -> bool:
        """Whether somebody has to excuse it or eliminate the candidate."""
        return self.requirement.is_must and self.cell.knocks_out


def ledger_rows(book: Ledger, candidate: Candidate) -> list[LedgerRow]:
    """Every requirement, in three queries beside the ledger's."""
    column = book.of(candidate)
    claims = _by_requirement(
        Claim.objects.filter(candidate=candidate, superseded_at__isnull=True)
        .exclude(availability=Availability.WITHDRAWN)
        .select_related("noted_by")
        .prefetch_related("files")
    )
    rulings = _by_requirement(Ruling.objects.filter(candidate=candidate))
    excuses = _by_requirement(
        Excuse.objects.standing()
        .filter(candidate=candidate)
        .select_related("excused_by")
    )
    fits = {row.key: row for row in column.fit_rows}
    return [
        LedgerRow(
            requirement=requirement,
            cell=column.cells[requirement.ref],
            place=Place(candidate, requirement),
            claim=claims.get(requirement.pk),
            fit=fits[requirement.ref],
            ruling=rulings.get(requirement.pk),
            excuse=excuses.get(requirement.pk),
        )
        for requirement in book.requirements
    ]


def filtered(rows: list[LedgerRow], name: str) -> list[LedgerRow]:
    """The rows that one filter leaves."""
    if not name:
        return rows
    if name == "musts":
        return [row for row in rows if row.requirement.is_must]
    test = TESTS[name][1]
    return [row for row in rows if test(row.cell)]


@dataclass(frozen=True, slots=True)
class Promise:
    """One line of the promise record."""

    label: str
    held: int
    partly: int
    failed: int
    tested: int
    share: Any
    weighted: Any


def promises_of(column: Column) -> list[Promise]:
    """All together first, then by category."""
    record = column.promises
    tallies = [("All together", record.overall), *record.by_category.items()]
    return [
        Promise(
            label,
            tally.held,
            tally.partly,
            tally.failed,
            tally.tested,
            tally.share_held,
            tally.weighted_share_held,
        )
        for label, tally in tallies
    ]


def _by_requirement(rows: Any) -> dict[Any, Any]:
    return {row.requirement_id: row for row in rows}


def named_promises(
    column: Column, rows: Iterable[LedgerRow]
) -> list[tuple[str, list[str]]]:
    """What stands out of the promise record, by requirement with its text."""
    names = {
        row.requirement.ref: named_ref(row.requirement.ref, row.requirement.text)
        for row in rows
    }
    record = column.promises
    return [
        (label, [names.get(ref, ref) for ref in refs])
        for label, refs in (
            ("Better than claimed", record.better_than_claimed),
            ("Slipped", record.slipped),
            ("Honest “never”", record.honest_nevers),
        )
    ]
