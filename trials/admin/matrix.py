"""Which requirements and candidates the matrix shows."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib.admin.views.main import SEARCH_VAR
from django.http import QueryDict
from django.urls import reverse

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Category, Requirement
from evaltracker.toolbox.text import named_ref
from stakeholders.models import Stakeholder
from trials.admin.cell_page import values_by_standing
from trials.models import Excuse, Score
from trials.scoring import TOP_SCORE, FitRow, Standing
from trials.scoring.ledger import ValueState
from trials.selectors import Cell, Column, Ledger
from trials.selectors import LedgerRow as LedgerRowsLedgerRow
from vendors.admin.base import Place
from vendors.choices import Availability, CandidateState
from vendors.models import Candidate, Claim, Ruling

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


def _is_asked_for(row: LedgerRowsLedgerRow, chosen: Chosen) -> bool:
    if "musts" in chosen.switches and not row.is_must:
        return False
    if chosen.category and str(row.category_id) != chosen.category:
        return False
    if not chosen.words:
        return True
    text = f"{row.ref} {row.text}".casefold()
    return all(word in text for word in chosen.words.casefold().split())


# The claim ledger of one candidate, row by row.

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


# One person's score sheet as a form: 0 to 5 for each category and candidate.

SCALE = [(str(value), str(value)) for value in range(TOP_SCORE + 1)]


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One score to give; `given` is what stands."""

    part: Stakeholder
    category: Category
    candidate: Candidate
    given: Score | None

    @property
    def pk(self) -> str:
        """What stands in addresses of acts on it."""
        return f"{self.part.pk}.{self.candidate.pk}.{self.category.pk}"

    @property
    def address(self) -> str:
        """Where it is given with the evidence beside it."""
        return reverse("admin:act_on", args=["give-score", self.pk])

    def __str__(self) -> str:
        return f"{self.category} of {self.candidate}"

    @property
    def value_name(self) -> str:
        """The form's field of the score."""
        return f"v-{self.candidate.pk}-{self.category.pk}"

    @property
    def reason_name(self) -> str:
        """The form's field of the reason."""
        return f"r-{self.candidate.pk}-{self.category.pk}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that a part may score."""

    categories: list[Category]
    candidates: list[Candidate]
    cells: list[SheetCell]
    # What each score means, if the buyer chose words.
    meanings: list[str]

    @property
    def scale(self) -> list[tuple[str, str]]:
        """The scores to choose from, with their meaning."""
        if not self.meanings:
            return SCALE
        return [(value, f"{value}: {self.meanings[int(value)]}") for value, _ in SCALE]

    @property
    def to_give(self) -> list[SheetCell]:
        """The scores that the person may give, in order."""
        return self.cells

    @property
    def begin(self) -> SheetCell | None:
        """The first that is not given, else the first; None if there is none."""
        cells = self.cells
        return next((cell for cell in cells if cell.given is None), (*cells, None)[0])

    @property
    def given(self) -> int:
        """How many scores are given that count."""
        return sum(cell.given is not None for cell in self.cells)

    def missing(self) -> list[str]:
        """The categories in which something is not scored yet."""
        open_in = {cell.category.pk for cell in self.cells if cell.given is None}
        return [category.name for category in self.categories if category.pk in open_in]

    @property
    def possible(self) -> int:
        """How many could be given."""
        return len(self.cells)


def sheet_of(part: Stakeholder) -> Sheet:
    """The sheet of one part, in three queries."""
    evaluation = part.evaluation
    # A category of weight 0 is not scored.
    categories = list(evaluation.categories.exclude(weight=0))
    given = {
        (score.candidate_id, score.category_id): score
        for score in Score.objects.filter(sheet__stakeholder=part)
    }
    running = Candidate.objects.filter(evaluation=evaluation).exclude(
        state=CandidateState.ELIMINATED
    )
    candidates = worth_scoring(list(running), {key[0] for key in given})
    cells = [
        SheetCell(part, category, candidate, given.get((candidate.pk, category.pk)))
        for category in categories
        for candidate in candidates
    ]
    return Sheet(categories, candidates, cells, evaluation.scale)


def worth_scoring(running: list[Candidate], scored: set[UUID]) -> list[Candidate]:
    """The short list and what was scored before; all while nobody is shortlisted."""
    close = [
        candidate
        for candidate in running
        if candidate.state != CandidateState.LONGLISTED
    ]
    if not close:
        return running
    return [
        candidate
        for candidate in running
        if candidate in close or candidate.pk in scored
    ]


class SheetForm(forms.Form):
    """A choice and a reason for each cell that the person may score."""

    def __init__(self, *args: Any, sheet: Sheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        for cell in sheet.cells:
            about = f"{cell.category}, {cell.candidate}"
            self.fields[cell.value_name] = forms.ChoiceField(
                label=f"Score: {about}",
                choices=[("", "not scored"), *sheet.scale],
                required=False,
                initial=str(cell.given.value) if cell.given else "",
                widget=forms.Select(attrs={"aria-label": f"Score: {about}"}),
            )
            self.fields[cell.reason_name] = forms.CharField(
                label=f"Reason: {about}",
                required=False,
                max_length=5000,
                initial=cell.given.reason if cell.given else "",
                widget=forms.Textarea(
                    attrs={
                        "aria-label": f"Reason: {about}",
                        "placeholder": "why",
                        "rows": 1,
                    }
                ),
            )

    def clean(self) -> dict[str, Any]:
        """A score says why; a row that was not sent is left as it stands."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for cell in self.sheet.cells:
            if cell.value_name not in self.data:
                data.pop(cell.value_name, None)
        for cell in self.sheet.cells:
            if data.get(cell.value_name) and not data.get(cell.reason_name, "").strip():
                self.add_error(cell.reason_name, "Say why you give this score.")
        return data

    def rows(self) -> list[tuple[Category, list[dict[str, Any]]]]:
        """Category by category, with the bound fields of each candidate."""
        by_category: dict[Any, list[dict[str, Any]]] = {}
        for cell in self.sheet.cells:
            fields = {
                "candidate": cell.candidate,
                "address": cell.address,
                "value": self[cell.value_name],
                "reason": self[cell.reason_name],
            }
            by_category.setdefault(cell.category.pk, []).append(fields)
        return [
            (category, by_category.get(category.pk, []))
            for category in self.sheet.categories
        ]
