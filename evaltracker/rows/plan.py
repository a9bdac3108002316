"""What a source would bring: read, asked, planned, and nothing written."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import zip_longest
from typing import Any

from evaltracker.rows import columns, row_types
from evaltracker.rows.cells import (
    LABELS,
    SENTENCES,
    WORDS,
    Hints,
    ParsedCell,
    key,
    read_column,
)
from evaltracker.rows.columns import SEARCHED_ROWS, Columns
from evaltracker.rows.guards import Unreadable, column_letter
from evaltracker.rows.lines import ImportPlan, Lines, PlannedChange
from evaltracker.rows.row_types import RowProposal
from evaltracker.rows.seen import Options, SeenSheet, SheetGroup
from evaltracker.rows.sources import Sheet, SheetRow, Workbook
from evaltracker.rows.subjects import (
    ColumnRole,
    Context,
    Key,
    ListType,
    ParsedRecord,
    ReadRow,
    Refusal,
)
from evaltracker.toolbox.text import ESCAPE, meant

__all__ = ["Answers", "ImportPlan", "PlannedChange", "read", "signature"]

# By key of a line what somebody chose, and by `cell:Sheet1:4:2` (row from 1, column
# from 0) what somebody typed anew.
type Answers = Mapping[str, str]

LEAST_ROWS = 3  # Of a second list with other names, to be proposed for reading.
# What a row can be, as menus say it.
KINDS_OF_ROWS: dict[str, str] = WORDS["kinds_of_rows"]
NO_RESULT = "A formula without a saved result. Type it, or save the workbook once."
CLOSED = frozenset({"closed", "availability"})
KEPT = ("text", "kept as text: not stated")
SHOWN_CELLS = 2_000  # Of other columns, that tell how a sheet writes numbers.


def read(
    subject: ListType,
    book: Workbook,
    context: Context,
    known: Mapping[Key, Mapping[str, Any]],
    answers: Answers,
) -> ImportPlan:
    """Read a source for a subject, with what was answered so far.

    Args:
        known: by key of a record, the values that the evaluation has.

    Raises:
        Unreadable: no sheet of it holds anything.
    """
    return _PlanBuilder(subject, book, context, answers).plan(known)


def signature(names: SheetRow) -> str:
    """Of a set of names, in any order: what columns are remembered by."""
    keys = sorted(filter(None, map(key, names.cells)))
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()[:32]


class _PlanBuilder:
    def __init__(
        self, subject: ListType, book: Workbook, context: Context, answers: Answers
    ) -> None:
        self.subject = subject
        self.context = context
        self.answers = answers
        self.roles = {role.name: role for role in subject.roles}
        self.lines = Lines(answers)
        self.refusals: list[Refusal] = []
        self.typed: list[str] = []
        self.left: Counter[str] = Counter()
        self.decided: dict[str, str] = {}
        self.book = replace(book, sheets=tuple(map(self._adjusted, book.visible)))

    def _adjusted(self, sheet: Sheet) -> Sheet:
        """The sheet with the cells that were typed anew, and turned if asked."""
        typed: dict[int, dict[int, str]] = {}
        for cell, text in _under(f"cell:{sheet.name}:", self.answers).items():
            row, _, place = cell.partition(":")
            if row.isdecimal() and place.isdecimal():
                typed.setdefault(int(row), {})[int(place)] = text
                self.typed.append(f"{sheet.name} {column_letter(int(place))}{row}")
        # The mark that keeps a spreadsheet from running a text is no part of that.
        rows = [
            replace(row, cells=tuple(map(meant, row.cells)))
            if any(cell[:1] == ESCAPE for cell in row.cells)
            else row
            for row in sheet.rows
        ]
        rows = [
            _typed_anew(row, typed[row.number]) if row.number in typed else row
            for row in rows
        ]
        if self.answers.get(f"turned:{sheet.name}"):
            cells = zip_longest(*(row.cells for row in rows), fillvalue="")
            rows = [SheetRow(at, tuple(row)) for at, row in enumerate(cells, 1)]
        return replace(sheet, rows=tuple(row for row in rows if row.filled))

    def plan(self, known: Mapping[Key, Mapping[str, Any]]) -> ImportPlan:
        groups = self._groups()
        read = []
        for group in groups:
            rows = self._read(group)
            # Without a required column its rows wait for that answer.
            if not group.columns.open_roles:
                read += rows
        read = self._without_refs(self._for_all(read, groups))
        records = self._once_each(self._records(self._numbered(read)))
        is_asked = any(line.state == "open" for line in self.lines.in_order())
        if (
            groups
            and self.subject.across
            and not (records or self.refusals or is_asked)
        ):
            # Rows that say nothing wait for the column that does.
            self._ask_role(groups[0], self.subject.across)
        new, changed, same = _compared(records, known)
        self._ask_refused()
        answered_words = {
            line: answer
            for line, answer in self.answers.items()
            if line.startswith("words:")
        }
        return ImportPlan(
            filename=self.book.filename,
            sha256=self.book.sha256,
            new=tuple(new),
            changed=tuple(changed),
            same=tuple(same),
            left=dict(self.left),
            refused=tuple(self.refusals),
            lines=self.lines.in_order(),
            remarks=(*self.book.remarks, *self._remarks(groups)),
            sheets=tuple(
                SeenSheet(group, sheet, self._menu, self.refusals)
                for group in groups
                for sheet in group.sheets
            ),
            typed=tuple(self.typed),
            rest=tuple(self._rest(groups)),
            decided=self.decided | answered_words,
        )

    # Sheets, and what their columns hold.

    def _groups(self) -> list[SheetGroup]:
        """The lists that are read, each with what its columns and rows are."""
        groups: list[SheetGroup] = []
        for sheet in self.book.sheets:
            if not sheet.rows:
                continue
            columns = self._columns(sheet.name, sheet.rows)
            if columns.names_at >= 0:
                names = sheet.rows[columns.names_at]
            else:
                names = None
            alike = (group for group in groups if _are_alike(group.names, names))
            group = next(alike, None)
            if group is None:
                group = SheetGroup([], columns, names)
                groups.append(group)
            group.sheets.append(sheet)
            first = columns.names_at + (not group.rows)
            for row in sheet.rows[max(first, 0) :]:
                group.places.append((sheet.name, row))
                group.rows.append(replace(row, number=len(group.rows)))
        if not groups:
            raise Unreadable("This file is empty. Choose another one.")
        groups = self._chosen(groups)
        for group in groups:
            if len(group.sheets) > 1 and group.names:
                rows = (group.names, *group.rows)
                group.columns = self._columns(group.name, rows, names_at=0)
            self._name_columns(group)
            self._type_rows(group)
        return groups

    def _columns(
        self, name: str, rows: Sequence[SheetRow], names_at: int | None = None
    ) -> Columns:
        """What columns hold: said on the screen, remembered, or proposed."""
        at = names_at
        numbers = [row.number for row in rows[:SEARCHED_ROWS]]
        answer = self.answers.get(f"names:{name}", "")
        if at is None and answer:
            is_there = answer.isdecimal() and int(answer) in numbers
            if is_there:
                at = numbers.index(int(answer))
            else:
                at = -1
        remembered = self.context.remembered
        elsewhere = self.context.elsewhere
        met = remembered.keys() | elsewhere.keys() if at is None else ()
        for place, row in enumerate(rows[:SEARCHED_ROWS] if met else ()):
            if f"names:{signature(row)}" in met:
                at = place
        chosen = _under(f"column:{name}:", self.answers)
        roles = _under(f"role:{name}:", self.answers)
        chosen |= {place: role for role, place in roles.items()}
        screen = {int(at): role for at, role in chosen.items() if at.isdecimal()}
        if at is not None and at >= 0:
            sign = signature(rows[at])
        else:
            sign = ""
        start = f"column:{sign}:"
        context = replace(
            self.context,
            remembered=_under(start, remembered),
            elsewhere=_under(start, elsewhere),
        )
        return columns.propose(self.subject, rows, context, screen, at)

    def _chosen(self, groups: list[SheetGroup]) -> list[SheetGroup]:
        """The lists to read: the one with most rows, and others that are as clear."""
        best = max(
            groups,
            key=lambda group: (
                _clarity(group),
                len(dict(group.held())),
                len(group.rows),
            ),
        )
        clear = max(2, _clarity(best))
        read = []
        for group in groups:
            is_clear = _clarity(group) >= clear and len(group.rows) >= LEAST_ROWS
            names = [sheet.name for sheet in group.sheets]
            chosen = len(groups) == 1 or self.lines.add(
                f"sheet:{group.name}",
                "sheet",
                f"Sheet “{group.name}”"
                + (f" and {len(names) - 1} of the same columns" if names[1:] else ""),
                (("read", "is read"), ("skip", "is left out")),
                proposed="read" if group is best or is_clear else "skip",
                count=len(group.rows),
                things="rows",
                examples=names[1:],
            )
            if chosen != "skip":
                read.append(group)
        return read

    def _name_columns(self, group: SheetGroup) -> None:
        names = group.names
        sign = signature(names) if names else ""
        for place, proposal in enumerate(group.columns.proposals):
            filled = [row.cell(place) for row in group.rows if row.cell(place)]
            if proposal.role not in ("", "left") or proposal.state == "open":
                self.lines.add(
                    f"column:{group.name}:{place}",
                    "column",
                    f"Column “{group.title(place)}”",
                    self._menu,
                    proposed="" if proposal.state == "open" else proposal.role,
                    state=proposal.state,
                    count=len(filled),
                    examples=filled[:3],
                    why=proposal.why,
                )
            if sign and names and proposal.role and names.cell(place):
                name = key(names.cell(place))
                self.decided[f"column:{sign}:{name}"] = proposal.role
                self.decided[f"names:{sign}"] = "1"
        for name in group.columns.open_roles:
            self._ask_role(group, name)

    def _ask_role(self, group: SheetGroup, name: str) -> None:
        self.lines.add(
            f"role:{group.name}:{name}",
            "column",
            f"Which column is the {self.roles[name].label.lower()}?",
            [
                (str(place), group.title(place))
                for place, proposal in enumerate(group.columns.proposals)
                if proposal.role in ("", "left")
            ],
            count=len(group.rows),
            things="rows",
        )

    @cached_property
    def _menu(self) -> Options:
        """What a column may be said to hold."""
        options: Options = [("left", "not read")]
        options += [(role.name, role.label) for role in self.roles.values()]
        if self.subject.across:
            label = self.roles[self.subject.across].label.lower()
            names = dict.fromkeys(self.context.candidates.values())
            options += [(f"candidate:{name}", f"{name}: {label}") for name in names]
        for name in self.subject.crosses:
            role = self.roles[name]
            options += [
                (f"cross:{value}", f"a cross here: {label}")
                for value, label in self.context.options.get(role.name, ())
            ]
        return options

    # Rows, and what they are.

    def _type_rows(self, group: SheetGroup) -> None:
        roles = ["" if p.role == "left" else p.role for p in group.columns.proposals]
        chosen = _under(f"rows:{group.name}:", self.answers)
        for at, (name, row) in enumerate(group.places):
            if kind := self.answers.get(f"row:{name}:{row.number}"):
                chosen[f"row:{at}"] = kind
        group.types = row_types.propose(
            self.subject, group.rows, roles, group.names, chosen=chosen
        )
        self._ask_rows(group)
        bounds = [name for name, _ in group.places]
        start = self._above(group)
        for sheet in dict.fromkeys(bounds):
            part = [
                proposal
                for proposal, name in zip(group.types, bounds, strict=True)
                if name == sheet
            ]
            if start and sheet == group.name:
                first = [start]
            else:
                first = []
            group.categories += row_types.categories([*first, *part])[len(first) :]

    def _above(self, group: SheetGroup) -> RowProposal | None:
        """What stands above the first row, if it is a heading like the later ones."""
        if group.names is None:
            return None
        sheet = group.sheets[0]
        names = group.names
        headings = [
            row
            for row, proposal in zip(group.rows, group.types, strict=True)
            if proposal.kind == "heading"
        ]
        above = [row for row in sheet.rows if row.number == names.number - 1]
        read = {place for place, _ in group.held()}
        for row in (names, *above):
            for like in headings:
                same = [at for at in row.filled if row.cell(at) == like.cell(at)]
                others = read.intersection(row.filled).difference(same)
                is_like = same if row is names else row.filled == like.filled
                if is_like and len(others) == 1 and others.issubset(like.filled):
                    return RowProposal("heading", "above", row.cell(others.pop()))
        return None

    def _ask_rows(self, group: SheetGroup) -> None:
        options = tuple(KINDS_OF_ROWS.items())
        for at, proposal in enumerate(group.types):
            sheet, row = group.places[at]
            if proposal.kind not in ("blank", "row"):
                self.left[proposal.kind or "open"] += 1
            if proposal.kind == "row" and not proposal.pattern:
                continue
            if proposal.kind == "blank" or f"row:{sheet}:{row.number}" in self.answers:
                continue
            cells = [cell for cell in row.cells if cell]
            self.lines.add(
                f"rows:{group.name}:{proposal.pattern}",
                "rows",
                row_types.describe(proposal.pattern),
                options,
                proposed=proposal.kind,
                things="rows",
                examples=[" · ".join(cells)[:80]],
                why=proposal.why,
            )

    # Cells.

    def _read(self, group: SheetGroup) -> list[ReadRow]:
        kinds = [proposal.kind for proposal in group.types]
        mine = [at for at, kind in enumerate(kinds) if kind == "row"]
        columns = []
        for place, role in group.held():
            self._read_column(group, place, role, mine, kinds)
            kind, _, name = role.partition(":")
            columns.append((group.cells[place], role, kind, name))
        rows = []
        for at in mine:
            sheet, row = group.places[at]
            read = ReadRow(sheet, row.number, {}, {}, {}, {}, self._category(group, at))
            for cells, role, kind, name in columns:
                cell = cells.get(at)
                if cell is None or cell.refusal or cell.question:
                    continue
                is_across = bool(name) and kind == "candidate"
                if cell.text:
                    if is_across:
                        texts = read.across_texts
                    else:
                        texts = read.texts
                    texts[name or role] = cell.text
                elif kind == "cross":
                    word, _, value = name.rpartition(":")
                    read.values[word or self.subject.crosses[0]] = value
                elif cell.value is not None:
                    (read.across if is_across else read.values)[name or role] = (
                        cell.value
                    )
            rows.append(read)
        return rows

    def _category(self, group: SheetGroup, at: int) -> str:
        """What stands above a row; in one of several sheets else the sheet's name."""
        if self.subject.has_headings:
            above = group.categories[at]
        else:
            above = ""
        return above or (group.places[at][0] if len(group.sheets) > 1 else "")

    def _read_column(
        self,
        group: SheetGroup,
        place: int,
        name: str,
        mine: Sequence[int],
        kinds: Sequence[str],
    ) -> None:
        kind, _, other = name.partition(":")
        if other:
            if kind == "candidate":
                kind = self.subject.across
            else:
                kind = other.split(":")[0]
        role = self.roles[kind if kind in self.roles else self.subject.crosses[0]]
        raw = {at: group.rows[at].value(place) for at in mine}
        if name.startswith("candidate:"):
            raw |= group.merged_into(place, [at for at in raw if not raw[at]])
        above = None
        for at, kind_of_row in enumerate(kinds if role.reads == "text" else ()):
            text = group.rows[at].cell(place)
            if at in raw:
                above = at
            elif kind_of_row == "joined" and above is not None and text:
                raw[above] = f"{raw[above]}\n{text}".strip()
        if name.startswith("cross:"):
            group.cells[place] = {
                at: ParsedCell(value=True) for at, value in raw.items() if value
            }
            return
        self._fill_down(group, place, role, raw)
        hints = self._hints(group, place, role)
        cells = read_column(role.reads, list(raw.values()), hints, role.closed)
        named = dict(zip(raw, cells, strict=True))
        if settled := self._ask(group, place, role, named, raw, hints):
            cells = read_column(role.reads, list(raw.values()), settled, role.closed)
        group.cells[place] = dict(zip(raw, cells, strict=True))
        lacking = {sheet.name: sheet.uncomputed for sheet in group.sheets}
        for at, cell in group.cells[place].items():
            sheet, row = group.places[at]
            is_typed = f"cell:{sheet}:{row.number}:{place}" in self.answers
            if (row.number, place) in lacking[sheet] and not is_typed:
                self.refusals.append(Refusal(sheet, row.number, name, NO_RESULT))
            elif cell.refusal:
                sentence = SENTENCES.get(cell.refusal, cell.refusal)
                self.refusals.append(Refusal(sheet, row.number, name, sentence))

    def _fill_down(
        self, group: SheetGroup, place: int, role: ColumnRole, raw: dict[int, Any]
    ) -> None:
        """Take a blank below a filled category as the one above, if that is said."""
        if not row_types.as_above(role, list(raw.values())):
            return
        blank = [at for at, value in raw.items() if not value]
        chosen = self.lines.add(
            f"above:{group.name}:{place}",
            "column",
            f"Blank cells of “{group.title(place)}”",
            (("above", "as above"), ("blank", "blank")),
            proposed="above",
            count=len(blank),
        )
        above: Any = ""
        for at, value in raw.items():
            above = value or above
            if chosen == "above":
                raw[at] = above

    def _hints(self, group: SheetGroup, place: int, role: ColumnRole) -> Hints:
        start = f"words:{_list_of(role)}:"
        meanings = _under(start, self.context.remembered) | _under(start, self.answers)
        for about in ("shares", "zeros", "year"):
            if choice := self.answers.get(f"{about}:{group.name}:{place}"):
                meanings[""] = choice
        others: list[str] = []
        formats: list[str] = []
        if role.reads in ("number", "money"):
            for row in group.rows[:SHOWN_CELLS]:
                others += [
                    text
                    for at, text in enumerate(row.cells)
                    if text and at != place and at not in row.numbers
                ]
            sheets = {sheet.name: sheet.formats for sheet in group.sheets}
            formats = [
                sheets[name].get((row.number, place), "")
                for (name, row), proposal in zip(group.places, group.types, strict=True)
                if proposal.kind == "row"
            ]
        return Hints(
            decimal=self.answers.get(f"number:{group.name}:{place}", ""),
            order=self.answers.get(f"order:{group.name}:{place}", ""),
            currency=self.answers.get("all:currency", "") or self.context.currency,
            sheet=others,
            formats=formats,
            meanings=meanings,
            choices=self.context.choices.get(role.name, {}),
        )

    def _ask(
        self,
        group: SheetGroup,
        place: int,
        role: ColumnRole,
        cells: Mapping[int, ParsedCell[Any]],
        raw: Mapping[int, Any],
        hints: Hints,
    ) -> Hints | None:
        """Have a line for each distinct thing that cells leave open.

        Returns what counts now, or None if nothing is left open.
        """
        meanings = {**hints.meanings}
        settled = {"number": hints.decimal, "order": hints.order}
        title = f"“{group.title(place)}”"
        has_question = False
        # Cells that say the same share one line.
        distinct: dict[tuple[str, int], list[Any]] = {}
        for at, cell in cells.items():
            if cell.text or cell.question or role.reads in CLOSED:
                distinct.setdefault((str(raw[at]), id(cell)), [cell, 0])[1] += 1
        for (text, _), (cell, count) in distinct.items():
            if cell.text:
                self.lines.add(
                    f"text:{group.name}:{place}",
                    "text",
                    f"Kept as it is in {title}, as not stated",
                    count=count,
                    state="text",
                    examples=[text[:60]],
                )
            elif role.reads in CLOSED and cell.value is not None:
                self._tell_word(role, cell, text, title, count)
            if not cell.question:
                continue
            has_question = True
            options, proposed = _menu(cell, text, self._values_of(role))
            is_whole = cell.question in ("number", "order") or not cell.word
            if is_whole:
                line = f"{cell.question}:{group.name}:{place}"
            else:
                line = f"words:{_list_of(role)}:{key(cell.word)}"
            usual, evaluation = self.context.elsewhere.get(line, ("", ""))
            is_known = usual in dict(options)
            chosen = self.lines.add(
                line,
                cell.question,
                title if is_whole else f"“{cell.word}”",
                options,
                count=count,
                where="" if is_whole else title,
                proposed=usual if is_known else proposed,
                examples=[text[:60]],
                why=f"as in {evaluation}" if is_known else "",
            )
            if cell.question in settled:
                settled[cell.question] = chosen or settled[cell.question]
            elif chosen:
                meanings["" if is_whole else key(cell.word)] = chosen
                if not is_whole:
                    self.decided[line] = chosen
        decimal = settled["number"]
        order = settled["order"]
        settled_hints = replace(hints, decimal=decimal, order=order, meanings=meanings)
        return settled_hints if has_question else None

    def _tell_word(
        self,
        role: ColumnRole,
        cell: ParsedCell[Any],
        text: str,
        column_title: str,
        count: int,
    ) -> None:
        """Name a word of a closed list that is certain, with its menu."""
        options = self._values_of(role)
        value = cell.value
        value = getattr(value, "availability", value)
        self.lines.add(
            f"words:{_list_of(role)}:{key(text)}",
            "word",
            f"“{text[:60]}”",
            options,
            count=count,
            proposed=str(value),
            state="certain",
            where=column_title,
            becomes=dict(options).get(str(value), str(value)),
        )

    def _values_of(self, role: ColumnRole) -> Options:
        return [*self.context.options.get(role.name, ()), ("text", "kept as text")]

    # What is said of all rows, refs, and records.

    def _for_all(self, rows: list[ReadRow], groups: list[SheetGroup]) -> list[ReadRow]:
        """Ask once for all rows what no cell says, and write it into each.

        Rows that wait for an answer are left out meanwhile.
        """
        waiting: set[int] = set()
        subject = self.subject
        context = self.context
        lacking: dict[str, list[int]] = {name: [] for name in subject.for_all}
        named = self._names_of_prices(groups)
        doubted: set[str] = set()
        for at, row in enumerate(rows):
            for name in subject.lacks(row, context):
                lacking[name].append(at)
            for name, value in named.get(row.sheet, {}).items():
                if row.values.get(name, value) != value:
                    lacking[name].append(at)
                    doubted.add(name)
        proposed: dict[str, set[str]] = {name: set() for name in subject.for_all}
        for group in groups:
            names = [sheet.name for sheet in group.sheets]
            names += [group.title(place) for place, _ in group.held()]
            if group.places:
                first = group.places[0][1].number
            else:
                first = 0
            names += [
                cell
                for row in group.sheets[0].rows
                if row.number < first
                for cell in row.cells
            ]
            for text in names:
                for name, value in subject.proposes(text, context).items():
                    proposed[name].add(value)
        for name, places in lacking.items():
            if not places:
                continue
            usual = context.more.get("usual", {}).get(name, "")
            if len(proposed[name]) == 1:
                usual = proposed[name].pop()
            if name in doubted:
                usual = ""
            is_all = len(places) == len(rows)
            chosen = self.lines.add(
                f"all:{name}",
                "all",
                f"{self.roles[name].label} {'of all' if is_all else 'where blank'}",
                context.options.get(name, ()),
                proposed=usual,
                count=len(places),
                things="rows",
            )
            if not chosen:
                waiting.update(places)
                continue
            for at in places:
                rows[at] = replace(rows[at], values={**rows[at].values, name: chosen})
        return [row for at, row in enumerate(rows) if at not in waiting]

    def _names_of_prices(self, groups: list[SheetGroup]) -> dict[str, dict[str, str]]:
        """By sheet what the names of its prices say, which a cell may contradict."""
        named: dict[str, dict[str, str]] = {}
        for group in groups:
            values: dict[str, str] = {}
            for place, role in group.held():
                if role in self.roles and self.roles[role].reads == "money":
                    values |= self.subject.proposes(group.title(place), self.context)
            closed = {
                name: value
                for name, value in values.items()
                if self.roles[name].reads == "closed"
            }
            named |= {sheet.name: closed for sheet in group.sheets}
        return named

    def _numbered(self, rows: list[ReadRow]) -> list[ReadRow]:
        """Rows without a ref get one, after the highest of the evaluation."""
        if not self.subject.has_headings:
            return rows
        # The text of one that is there is as good as its ref; one in red stays so.
        by_text = self.context.more.get("refs_by_text", {})
        refused = {
            (refusal.sheet, refusal.row)
            for refusal in self.refusals
            if refusal.role == "ref"
        }
        refs = [
            row.values.get("ref")
            or by_text.get(row.values.get("text") or row.values.get("name"), "")
            or ("-" if (row.sheet, row.number) in refused else "")
            for row in rows
        ]
        blank = refs.count("")
        if blank:
            given = row_types.numbered(refs, self.context.refs)
        else:
            given = refs
        fresh = [new for new, ref in zip(given, refs, strict=True) if not ref]
        if fresh:
            if blank == 1:
                shown = fresh[0]
            else:
                shown = f"{fresh[0]} to {fresh[-1]}"
            self.lines.add(
                "numbering",
                "numbering",
                "Rows without a ref",
                (("yes", f"are numbered, {shown}"),),
                proposed="yes",
                count=blank,
                things="rows",
            )
        return [
            row
            if row.values.get("ref") or new == "-"
            else replace(row, values={**row.values, "ref": new})
            for row, new in zip(rows, given, strict=True)
        ]

    def _without_refs(self, rows: list[ReadRow]) -> list[ReadRow]:
        """Refs that nearly all texts begin with are taken out, if that is said."""
        if any("text" in row.values for row in rows):
            name = "text"
        else:
            name = "name"
        refs = [str(row.values.get("ref", "")) for row in rows]
        texts = [str(row.values.get(name, "")) for row in rows]
        if not any(refs):
            refs = row_types.refs_before(texts)
        if not (self.subject.has_headings and row_types.refs_in_texts(refs, texts)):
            return rows
        chosen = self.lines.add(
            "refs:texts",
            "refs",
            "Texts begin with their ref",
            (("out", "the ref is taken out"), ("keep", "kept as they are")),
            proposed="out",
            count=len(texts),
            things="rows",
            examples=[text[:60] for text in texts[:1]],
        )
        bare = [
            {"ref": ref, name: row_types.without_ref(ref, text)}
            for ref, text in zip(refs, texts, strict=True)
        ]
        return [
            replace(row, values={**row.values, **(values if values["ref"] else {})})
            for row, values in zip(rows, bare if chosen == "out" else (), strict=False)
        ] or rows

    def _records(self, rows: Sequence[ReadRow]) -> list[ParsedRecord]:
        """What the rows come to, without those that are refused: one record may be
        joined from several rows, and nothing of a refused one may come in with it."""
        refused = self._refused_rows
        results = list(self.subject.records(rows, self.context))
        for result in results:
            if (
                isinstance(result, ParsedRecord)
                or (result.sheet, result.row) in refused
            ):
                continue
            self.refusals.append(result)

        refused = self._refused_rows
        if refused:
            taken = [row for row in rows if (row.sheet, row.number) not in refused]
            results = list(self.subject.records(taken, self.context))
        return [result for result in results if isinstance(result, ParsedRecord)]

    @property
    def _refused_rows(self) -> set[tuple[str, int]]:
        return {(refusal.sheet, refusal.row) for refusal in self.refusals}

    def _once_each(self, records: Iterable[ParsedRecord]) -> list[ParsedRecord]:
        """The records, each key once; a subject refuses what says it otherwise."""
        first: dict[Key, ParsedRecord] = {}
        for record in records:
            if first.setdefault(record.key, record) is not record:
                self.left["twice"] += 1
        return list(first.values())

    def _ask_refused(self) -> None:
        if rows := self._refused_rows:
            if len(rows) == 1:
                many = "1 row"
            else:
                many = f"{len(rows):,} rows"
            self.lines.add(
                "refused",
                "refused",
                f"{many} cannot come in as they are",
                (("leave", "left out"),),
                count=len(rows),
                things="rows",
                examples=list(
                    dict.fromkeys(refusal.sentence for refusal in self.refusals)
                ),
                why="Correct their red cells below, or leave them out.",
            )

    def _remarks(self, groups: list[SheetGroup]) -> Iterator[str]:
        for group in groups:
            for sheet in group.sheets:
                yield from sheet.remarks
            unread = []
            for place, proposal in enumerate(group.columns.proposals):
                filled = sum(bool(row.cell(place)) for row in group.rows)
                if proposal.role == "left" and filled:
                    unread.append(f"{group.title(place)} ({filled:,})")
            if unread:
                yield f"Not read, with their cells: {', '.join(unread)}."

    def _rest(self, groups: list[SheetGroup]) -> Iterator[Mapping[str, Any]]:
        """The rows that stay out with their reasons, as plain data."""
        why: dict[tuple[str, int], list[str]] = {}
        for refusal in self.refusals:
            why.setdefault((refusal.sheet, refusal.row), []).append(refusal.sentence)
        for group in groups:
            for at, (sheet, row) in enumerate(group.places):
                is_left = f"row:{sheet}:{row.number}" in self.answers
                if is_left and group.types[at].kind == "left":
                    why.setdefault((sheet, row.number), []).append("You left it out.")
            if group.names:
                names = list(group.names.cells)
            else:
                names = []
            for part in group.sheets:
                rows = [
                    {
                        "row": row.number,
                        "cells": list(row.cells),
                        "why": " ".join(why[part.name, row.number]),
                    }
                    for row in part.rows
                    if (part.name, row.number) in why
                ]
                if rows:
                    yield {"sheet": part.name, "names": names, "rows": rows}


def _list_of(role: ColumnRole) -> str:
    """What words of a role are remembered by: its closed list, else its name."""
    return role.closed or role.name


def _under[T](start: str, texts: Mapping[str, T]) -> dict[str, T]:
    return {
        name.removeprefix(start): text
        for name, text in texts.items()
        if name.startswith(start)
    }


def _typed_anew(row: SheetRow, typed: Mapping[int, str]) -> SheetRow:
    cells = list(row.cells)
    cells += [""] * (max(typed) + 1 - len(cells))
    for place, text in typed.items():
        cells[place] = text
    return replace(
        row,
        cells=tuple(cells),
        numbers=row.numbers - typed.keys(),
        days=row.days - typed.keys(),
    )


def _are_alike(names: SheetRow | None, others: SheetRow | None) -> bool:
    """Whether two rows of names are those of one list: all but one name is equal."""
    if names is None or others is None:
        return False
    if names.cells == others.cells:
        return True
    pairs = list(zip_longest(names.cells, others.cells, fillvalue=""))
    same = [pair for pair in pairs if key(pair[0]) == key(pair[1])]
    return len(pairs) - len(same) <= 1 and sum(bool(pair[0]) for pair in same) >= 2


def _clarity(group: SheetGroup) -> int:
    """How clear it is that a list is one of the subject: 0 is not at all."""
    proposals = [
        proposal
        for proposal in group.columns.proposals
        if proposal.role not in ("", "left")
    ]
    if group.columns.open_roles or not proposals:
        return 0
    sure = [
        proposal
        for proposal in proposals
        if proposal.by in ("screen", "own", "remembered")
    ]
    if sure:
        return 3
    if any(proposal.by == "word" for proposal in proposals):
        return 2
    return 1


def _menu(cell: ParsedCell[Any], text: str, values: Options) -> tuple[Options, str]:
    if cell.question == "number":
        marks = {option: cell.decimal(option) for option in cell.options}
        options = [(mark, f"{text} is {option}") for option, mark in marks.items()]
        return options, marks.get(cell.proposed, "")
    if cell.question == "order":
        ways = dict(zip(cell.options, ("day", "month"), strict=True))
        return [(way, f"{text} is {day}") for day, way in ways.items()], (
            ways.get(cell.proposed, "")
        )
    if cell.question == "shares":
        return [("yes", "weights from the shares, 10 for the largest"), KEPT], "yes"
    labels = LABELS | dict(values)
    options = [(option, labels.get(option, option)) for option in cell.options]
    return options, cell.proposed


def _compared(
    records: Iterable[ParsedRecord], known: Mapping[Key, Mapping[str, Any]]
) -> tuple[list[ParsedRecord], list[PlannedChange], list[ParsedRecord]]:
    new = []
    changed = []
    same = []
    for record in records:
        before = known.get(record.key)
        if before is None:
            new.append(record)
            continue
        after = {
            name: value
            for name, value in record.values.items()
            if before.get(name) != value
        }
        if after:
            old = {name: before.get(name) for name in after}
            changed.append(PlannedChange(record, old, after))
        else:
            same.append(record)
    return new, changed, same
