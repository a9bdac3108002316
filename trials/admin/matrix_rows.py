"""Which requirements and candidates the matrix shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evaltracker.errors import Invalid
from trials.scoring import Standing
from vendors.choices import CandidateState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import QueryDict

    from evaltracker.evaluations.models import Category, Requirement
    from trials.selectors import Cell, Ledger
    from vendors.models import Candidate

SETTLED = (Standing.PROVEN, Standing.REFUTED, Standing.NEVER)


def is_unproven(cell: Cell) -> bool:
    """Whether nothing has settled it yet, one way or the other."""
    return not cell.not_applicable and cell.standing not in SETTLED


def stands(*standings: Standing) -> Callable[[Cell], bool]:
    """A test for cells of one of these standings that apply."""
    return lambda cell: not cell.not_applicable and cell.standing in standings


TESTS: dict[str, tuple[str, Callable[[Cell], bool]]] = {
    "unproven": ("Not proven yet", is_unproven),
    "refuted": ("Refuted", stands(Standing.REFUTED)),
    "slipped": ("Slipped", stands(Standing.SLIPPED)),
    "unanswered": ("Unanswered", stands(Standing.UNANSWERED)),
}
SWITCHES = {
    "musts": "Must-haves",
    "differs": "Candidates differ",
    **{name: label for name, (label, _) in TESTS.items()},
}
ALL, SHORT = "all", "shortlisted"
PARAMETERS = (*SWITCHES, "category", "candidates")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the reader asked for."""

    switches: frozenset[str] = field(default_factory=frozenset)
    category: str = ""
    candidates: str = SHORT

    @property
    def narrows(self) -> bool:
        """Whether requirements are left out."""
        return bool(self.switches or self.category)


def read_choice(
    query: QueryDict, categories: Sequence[Category], *, narrowed: bool
) -> Chosen:
    """What the address asks for; `narrowed` starts with the short list.

    Raises:
        Invalid: a value that no form of the page offers.

    """
    for name in SWITCHES:
        if query.get(name, "1") != "1":
            raise Invalid(f"“{name}” is either 1 or left out.")
    category = query.get("category", "")
    if category and category not in {str(one.pk) for one in categories}:
        raise Invalid("There is no such category here.")
    shown = query.get("candidates", SHORT if narrowed else ALL)
    if shown not in (ALL, SHORT):
        raise Invalid("Candidates are shortlisted or all.")
    switches = frozenset(name for name in SWITCHES if name in query)
    return Chosen(switches, category, shown)


def shown_candidates(every: Sequence[Candidate], chosen: Chosen) -> list[Candidate]:
    """The short list, or all that are not eliminated."""
    close = (CandidateState.SHORTLISTED, CandidateState.CHOSEN)
    return [
        one
        for one in every
        if one.state != CandidateState.ELIMINATED
        and (chosen.candidates == ALL or one.state in close)
    ]


def shown_requirements(book: Ledger, chosen: Chosen) -> list[Requirement]:
    """Requirements that pass every switch that is on."""
    return [
        one
        for one in book.requirements
        if (not chosen.category or str(one.category_id) == chosen.category)
        and _passes(book.row(one), one, chosen.switches)
    ]


def _passes(
    cells: list[Cell], requirement: Requirement, switches: frozenset[str]
) -> bool:
    if "musts" in switches and not requirement.is_must:
        return False
    if "differs" in switches and len({_look(cell) for cell in cells}) < 2:
        return False
    return all(
        any(test(cell) for cell in cells)
        for name, (_, test) in TESTS.items()
        if name in switches
    )


def _look(cell: Cell) -> object:
    return "" if cell.not_applicable else cell.standing
