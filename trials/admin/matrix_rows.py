"""Which requirements and candidates the matrix shows."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode

from django.contrib.admin.views.main import SEARCH_VAR
from django.http import QueryDict

from evaltracker.errors import Invalid
from trials.scoring import Standing
from trials.scoring.values import ValueState
from trials.selectors import Ledger, LedgerRow
from vendors.choices import CandidateState
from vendors.models import Candidate

# Offered where the brief has lists.
NOT_WHERE_WE_RUN = "not_where_we_run"
SETTLED = (Standing.PROVEN, Standing.REFUTED, Standing.NEVER)
CLOSE = (CandidateState.SHORTLISTED, CandidateState.CHOSEN)


class Told(Protocol):
    """What the tests ask of a cell, or of a kind of cell."""

    @property
    def standing(self) -> Standing: ...
    @property
    def not_applicable(self) -> bool: ...
    @property
    def values(self) -> tuple[ValueState, ...]: ...


def is_unproven(cell: Told) -> bool:
    """Whether nothing has settled it yet, one way or the other."""
    return not cell.not_applicable and cell.standing not in SETTLED


def standing_filter(*standings: Standing) -> Callable[[Told], bool]:
    """A test for cells of one of these standings that apply."""
    return lambda cell: not cell.not_applicable and cell.standing in standings


def is_not_where_we_run(cell: Told) -> bool:
    """Whether no answer, or *never*, stands for a value of the brief's lists."""
    return any(
        value.list_name
        and not value.not_applicable
        and value.standing in (Standing.UNANSWERED, Standing.NEVER)
        for value in cell.values
    )


TESTS: dict[str, tuple[str, Callable[[Told], bool]]] = {
    "unproven": ("Not proven yet", is_unproven),
    "refuted": ("Refuted", standing_filter(Standing.REFUTED)),
    "slipped": ("Slipped", standing_filter(Standing.SLIPPED)),
    "unanswered": ("Unanswered", standing_filter(Standing.UNANSWERED)),
    NOT_WHERE_WE_RUN: ("Not where we run", is_not_where_we_run),
}
SWITCHES = {
    "musts": "Must-haves",
    "differs": "Candidates differ",
    **{name: label for name, (label, _) in TESTS.items()},
}
ALL, SHORT = "all", "shortlisted"
CATEGORY, CANDIDATES, AS_OF, VIEW = "category", "candidates", "as_of", "view"
PICTURE, LINES = "", "lines"
VIEWS = {PICTURE: "Picture", LINES: "Three lines"}
PARAMETERS = (*SWITCHES, CATEGORY, CANDIDATES, AS_OF, VIEW)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the reader asked for; `as_of` is None for today."""

    switches: frozenset[str] = field(default_factory=frozenset)
    category: str = ""
    words: str = ""
    candidates: str = SHORT
    as_of: datetime.date | None = None
    view: str = PICTURE

    @property
    def narrows(self) -> bool:
        """Whether requirements are left out."""
        return bool(self.switches or self.category or self.words)

    @property
    def query(self) -> str:
        """The same as part of an address."""
        pairs = [(name, "1") for name in SWITCHES if name in self.switches]
        pairs += [
            (name, value)
            for name, value in ((CATEGORY, self.category), (SEARCH_VAR, self.words))
            if value
        ]
        return urlencode([*pairs, *self._kept])

    @property
    def query_of_all(self) -> str:
        """The address without what leaves requirements out."""
        return urlencode(self._kept)

    @property
    def _kept(self) -> list[tuple[str, str]]:
        day = [(AS_OF, self.as_of.isoformat())] if self.as_of else []
        view = [(VIEW, self.view)] if self.view else []
        return [(CANDIDATES, self.candidates), *day, *view]


def read_choice(query: QueryDict, *, narrowed: bool) -> Chosen:
    """What the address asks for; `narrowed` starts with the short list.

    Raises:
        Invalid: a value that no form of the page offers.

    """
    for name in SWITCHES:
        if query.get(name, "1") != "1":
            raise Invalid(f"“{name}” is either 1 or left out.")
    shown = query.get(CANDIDATES, SHORT if narrowed else ALL)
    if shown not in (ALL, SHORT):
        raise Invalid("Candidates are shortlisted or all.")
    if query.get(VIEW, LINES) != LINES:
        raise Invalid("The matrix is a picture, or has “view=lines”.")
    return Chosen(
        switches=frozenset(name for name in SWITCHES if name in query),
        category=query.get(CATEGORY, ""),
        words=" ".join(query.get(SEARCH_VAR, "").split()),
        candidates=shown,
        as_of=_day(query.get(AS_OF, "")),
        view=query.get(VIEW, PICTURE),
    )


def _day(text: str) -> datetime.date | None:
    if not text:
        return None
    try:
        found = datetime.date.fromisoformat(text)
    except ValueError:
        found = None
    # Other forms of a day, such as a week's, would be other addresses of one page.
    if found is None or found.isoformat() != text:
        raise Invalid("A day is written as 2030-01-31.")
    return found


def shown_candidates(every: Sequence[Candidate], chosen: Chosen) -> list[Candidate]:
    """The short list, or all that are not eliminated."""
    return [
        candidate
        for candidate in every
        if candidate.state != CandidateState.ELIMINATED
        and (chosen.candidates == ALL or candidate.state in CLOSE)
    ]


def categories_of(book: Ledger) -> dict[str, str]:
    """The names of the categories by id, in the order of the rows."""
    return {str(row.category_id): row.category for row in book.rows}


def switches_of(book: Ledger) -> dict[str, str]:
    """The filters of this ledger, with their labels."""
    has_lists = any(row.demanded for row in book.rows)
    dropped = set() if has_lists else {NOT_WHERE_WE_RUN}
    return {name: label for name, label in SWITCHES.items() if name not in dropped}


def shown_rows(book: Ledger, chosen: Chosen) -> list[int]:
    """The numbers of the rows that pass every filter that is on.

    Raises:
        Invalid: the category is none of this evaluation's.

    """
    if chosen.category and chosen.category not in categories_of(book):
        raise Invalid("There is no such category here.")
    passing = [
        {number for number, kind in enumerate(book.kinds) if test(kind)}
        for name, (_, test) in TESTS.items()
        if name in chosen.switches
    ]
    looks = [None if kind.not_applicable else kind.standing for kind in book.kinds]
    found = []
    for row, (asked, line) in enumerate(zip(book.rows, book.lines, strict=True)):
        differs = "differs" not in chosen.switches or len({looks[n] for n in line}) > 1
        cells_pass = all(not numbers.isdisjoint(line) for numbers in passing)
        if differs and cells_pass and _is_asked_for(asked, chosen):
            found.append(row)
    return found


def _is_asked_for(row: LedgerRow, chosen: Chosen) -> bool:
    if "musts" in chosen.switches and not row.is_must:
        return False
    if chosen.category and str(row.category_id) != chosen.category:
        return False
    if not chosen.words:
        return True
    text = f"{row.ref} {row.text}".casefold()
    return all(word in text for word in chosen.words.casefold().split())
