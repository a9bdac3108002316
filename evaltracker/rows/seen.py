"""A list of a file while it is read, and as the page shows it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from evaltracker.rows.cells import ParsedCell
from evaltracker.rows.columns import Columns
from evaltracker.rows.guards import column_letter
from evaltracker.rows.lines import PlanLine
from evaltracker.rows.row_types import RowProposal
from evaltracker.rows.sources import Sheet, SheetRow
from evaltracker.rows.subjects import Refusal

type Options = list[tuple[str, str]]


@dataclass(slots=True)
class SheetGroup:
    """Sheets of the same names: one list, its rows numbered through from 0."""

    sheets: list[Sheet]
    columns: Columns
    names: SheetRow | None = None
    rows: list[SheetRow] = field(default_factory=list)
    # By running number, where the row stands in the file.
    places: list[tuple[str, SheetRow]] = field(default_factory=list)
    types: list[RowProposal] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    # By place, the read cells by running number.
    cells: dict[int, dict[int, ParsedCell[Any]]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.sheets[0].name

    def held(self) -> Iterator[tuple[int, str]]:
        """Place and role of each column that is read."""
        for place, proposal in enumerate(self.columns.proposals):
            if proposal.role not in ("", "left"):
                yield place, proposal.role

    def merged_into(self, place: int, blank: Collection[int]) -> dict[int, str]:
        """By row, another candidate's answer whose cell is merged with this one."""
        merges = {
            (sheet.name, merge.top): merge.left
            for sheet in self.sheets
            for merge in sheet.merges
            if merge.left < place <= merge.right
        }
        ours = {at for at, role in self.held() if role.startswith("candidate:")}
        answers = {}
        for at in blank if merges else ():
            sheet, row = self.places[at]
            left = merges.get((sheet, row.number), -1)
            if left in ours:
                answers[at] = self.rows[at].cell(left)
        return answers

    def title(self, place: int) -> str:
        if self.names:
            name = self.names.cell(place)
        else:
            name = ""
        return " ".join(name.split())[:60] or f"column {column_letter(place)}"


@dataclass(frozen=True, slots=True)
class SeenCell:
    text: str
    state: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class SeenRow:
    """`kind` is *row, joined, heading, names, total, left, refused*; blank is open."""

    number: int
    kind: str
    cells: tuple[SeenCell, ...]
    sentence: str = ""
    # The key of the answer that sets this row apart.
    key: str = ""


class SeenSheet:
    """A sheet that is read: its columns' menus by place, and its rows in sight.

    Rows are made when somebody looks at them.
    """

    def __init__(
        self,
        group: SheetGroup,
        sheet: Sheet,
        roles: Options,
        refusals: Sequence[Refusal],
    ) -> None:
        self.name = sheet.name
        self.rows = _SeenRows(group, sheet, refusals)
        self.names_row = self.rows.names_row
        self.columns = tuple(
            PlanLine(
                key=f"column:{group.name}:{place}",
                about="column",
                title=group.title(place),
                state=proposal.state,
                options=tuple(roles),
                chosen=proposal.role,
                why="?" if proposal.is_unsure else proposal.why,
            )
            for place, proposal in enumerate(group.columns.proposals)
        )


class _SeenRows(Sequence[SeenRow]):
    def __init__(
        self, group: SheetGroup, sheet: Sheet, refusals: Sequence[Refusal]
    ) -> None:
        self._group = group
        self._sheet = sheet
        self._refusals = refusals
        is_first = group.names is not None and sheet is group.sheets[0]
        self.names_row = group.names.number if group.names and is_first else 0

    def __len__(self) -> int:
        return len(self._sheet.rows)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self._made(row) for row in self._sheet.rows[at]]
        return self._made(self._sheet.rows[at])

    @cached_property
    def _running(self) -> dict[int, int]:
        return {
            row.number: at
            for at, (name, row) in enumerate(self._group.places)
            if name == self._sheet.name
        }

    @cached_property
    def _roles(self) -> dict[int, str]:
        return dict(self._group.held())

    @cached_property
    def refused(self) -> list[SeenRow]:
        return [
            self._made(row) for row in self._sheet.rows if row.number in self._wrong
        ]

    @cached_property
    def _wrong(self) -> dict[int, dict[str, str]]:
        wrong: dict[int, dict[str, str]] = {}
        for refusal in self._refusals:
            if refusal.sheet == self._sheet.name:
                wrong.setdefault(refusal.row, {})[refusal.role] = refusal.sentence
        return wrong

    def _made(self, row: SheetRow) -> SeenRow:
        at = self._running.get(row.number, -1)
        group = self._group
        if at >= 0:
            kind = group.types[at].kind
        elif row.number == self.names_row:
            kind = "names"
        else:
            kind = "left"
        sentences = self._wrong.get(row.number, {})
        roles = self._roles
        cells = []
        for place, text in enumerate(row.cells):
            role = roles.get(place, "")
            cell = group.cells.get(place, {}).get(at)
            name = role.removeprefix("candidate:")
            if role:
                sentence = sentences.get(role) or sentences.get(name, "")
            else:
                sentence = ""
            state = cell.confidence if cell else ""
            cells.append(SeenCell(text, "refused" if sentence else state, sentence))
        return SeenRow(
            number=row.number,
            kind="refused" if sentences else kind,
            cells=tuple(cells),
            sentence=sentences.get("", ""),
            key=f"row:{self._sheet.name}:{row.number}",
        )
