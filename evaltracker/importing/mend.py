"""What of a file can be put right in its preview: cells, and rows in or out.

It is plain, so that it can be kept with the preview of a large file.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import groupby
from typing import Any, overload

from evaltracker.importing.kinds import ImportKind, Question
from evaltracker.importing.plan import Aside, FileQuestion, Plan, short
from evaltracker.importing.rows import numbered
from evaltracker.toolbox.processes import in_batches
from evaltracker.toolbox.tabular.cells import (
    SEARCHED_ROWS,
    Edits,
    ImportProblem,
    Row,
    Sheet,
    Workbook,
    column_letter,
)

# A file as somebody put it right in the preview: pure, and the file stays as it is.
#
# A draft keeps what was said under four names: `typed` (sheet, row, column and the new
# text), `out` and `kept` (rows by sheet), and `joined` (by sheet, the lower of two rows
# of names).

PLACES_SHOWN = 10


def adjusted(book: Workbook, said: Mapping[str, Any]) -> Workbook:
    if not any(said.get(name) for name in ("typed", "out", "kept", "joined")):
        return book
    sheets, left, places, remarks = [], {}, [], []
    for sheet in book.sheets:
        typed = {
            (row, column): text
            for name, row, column, text in said.get("typed", ())
            if name == sheet.name
        }
        sheet = with_cells(sheet, typed)
        sheet = with_names_joined(sheet, said.get("joined", {}).get(sheet.name))
        out = set(said.get("out", {}).get(sheet.name, ()))
        kept_rows = set(said.get("kept", {}).get(sheet.name, ()))
        gone = tuple(row for row in sheet.rows if row.number in out)
        where = f" of sheet “{sheet.name}”" if sheet.name else ""
        if gone:
            left[sheet.name] = gone
            remarks.append(f"Left out, as you said: {numbered(gone)}{where}.")
        places += [place_of(sheet, *place) for place in sorted(typed)]
        rows = [
            replace(row, is_kept=True) if row.number in kept_rows else row
            for row in sheet.rows
            if row.number not in out
        ]
        sheets.append(replace(sheet, rows=tuple(rows)))
    if places:
        shown = ", ".join(places[:PLACES_SHOWN])
        more = " …" if len(places) > PLACES_SHOWN else ""
        remarks.append(f"Typed anew here, and not as in the file: {shown}{more}.")
    return replace(
        book,
        sheets=tuple(sheets),
        remarks=(*book.remarks, *remarks),
        edits=Edits(tuple(places), left),
    )


def place_of(sheet: Sheet, row: int, column: int) -> str:
    address = f"{column_letter(column)}{row}"
    return f"{sheet.name}!{address}" if sheet.name else address


def with_cells(sheet: Sheet, typed: Mapping[tuple[int, int], str]) -> Sheet:
    """The sheet with other texts in some cells; what their formats said is gone."""
    if not typed:
        return sheet
    by_row: dict[int, dict[int, str]] = {}
    for (number, column), text in typed.items():
        by_row.setdefault(number, {})[column] = text
    rows = [
        with_texts(row, by_row[row.number]) if row.number in by_row else row
        for row in sheet.rows
    ]
    return replace(
        sheet,
        rows=tuple(rows),
        uncomputed=sheet.uncomputed - typed.keys(),
        formats={at: style for at, style in sheet.formats.items() if at not in typed},
    )


def with_texts(row: Row, typed: Mapping[int, str]) -> Row:
    cells = [*row.cells, *("" for _ in range(max(typed) + 1 - len(row.cells)))]
    for column, text in typed.items():
        cells[column] = text
    return replace(
        row,
        cells=tuple(cells),
        numbers=row.numbers - typed.keys(),
        days=row.days - typed.keys(),
    )


def with_names_joined(sheet: Sheet, number: int | None) -> Sheet:
    rows = list(sheet.rows)
    place = next((place for place, row in enumerate(rows) if row.number == number), 0)
    if place == 0:
        return sheet
    rows[place] = joined(sheet, rows[place - 1], rows[place])
    return replace(sheet, rows=tuple(rows))


def joined(sheet: Sheet, above: Row, below: Row) -> Row:
    spread = sheet.merged_across()
    cells = []
    for column in range(max(len(above.cells), len(below.cells))):
        over = above.cell(column) or spread.get((above.number, column), "")
        names = dict.fromkeys(name for name in (over, below.cell(column)) if name)
        cells.append(" ".join(names))
    return replace(below, cells=tuple(cells))


SHOWN = 20
MOST_SHOWN_TYPED = 100
RULES = {
    "total": "totals",
    "names again": "the names of the columns once more",
    "heading": "headings: the categories of the rows under them",
}
type Rows = Mapping[tuple[str, int], Row]


@dataclass(frozen=True, slots=True)
class Wrong:
    place: str
    key: str
    row: str
    words: str
    sentence: str
    # The first complaint of a row has its tick, the first about a cell its field.
    is_first: bool
    cell: tuple[str, int, int] | None = None
    # What stands in the cell by now, and what the file has there.
    text: str = ""
    stood: str = ""
    label: str = ""

    @property
    def cell_key(self) -> str:
        if self.cell is None:
            return ""
        sheet, row, column = self.cell
        return f"{row}:{column}:{sheet}"


@dataclass(frozen=True, slots=True)
class OutRow:
    key: str
    label: str


@dataclass(frozen=True, slots=True)
class OutRule:
    """Rows that stay out by a rule: how many, and the first of them."""

    name: str
    count: int
    rows: Sequence[OutRow]


@dataclass(frozen=True, slots=True)
class Mend:
    wrong: Sequence[Wrong] = ()
    # Cells that were typed anew and are not among the wrong ones any more.
    typed: Sequence[Wrong] = ()
    more: int = 0
    out: Sequence[OutRow] = ()
    aside: Sequence[OutRule] = ()
    kept: Sequence[OutRow] = ()
    # How many blank rows stand between the others on the sheet that is shown.
    blanks: int = 0


def mend_of(
    whole: Workbook,
    read: Workbook,
    shown: Sheet,
    plan: Plan[Any, Any] | None,
    typed: Sequence[Sequence[Any]],
) -> Mend:
    """What there is to put right: `whole` is the file, `read` is as it is read.

    `typed` are the cells that were typed anew, as a draft keeps them.
    """
    complaints = plan.complaints if plan else ()
    numbers = [row.number for row in shown.rows]
    file_rows = by_place(whole)
    rows = file_rows if read is whole else by_place(read)
    wrong = list(wrong_rows(plan, rows, file_rows)) if plan else []
    cells = {row.cell for row in wrong}
    return Mend(
        wrong=wrong,
        typed=[
            typed_cell(file_rows, (sheet, row, column), text)
            for sheet, row, column, text in typed[:MOST_SHOWN_TYPED]
            if (sheet, row, column) not in cells and (sheet, row) in file_rows
        ],
        more=max(0, len(complaints) - SHOWN),
        out=[
            out_row(sheet, row.number, words_of(row))
            for sheet, left in read.edits.left.items()
            for row in left
        ],
        aside=rules_of(plan) if plan else (),
        kept=[
            out_row(sheet, number, words_of(row))
            for (sheet, number), row in rows.items()
            if row.is_kept
        ],
        blanks=numbers[-1] - numbers[0] + 1 - len(numbers),
    )


def by_place(book: Workbook) -> Rows:
    return {(tab.name, row.number): row for tab in book.visible for row in tab.rows}


def wrong_rows(plan: Plan[Any, Any], rows: Rows, file_rows: Rows) -> Iterator[Wrong]:
    seen: set[Any] = set()
    for one in plan.complaints[:SHOWN]:
        at, column = (one.sheet, one.row), one.column
        blank = Row(one.row, ())
        row = rows.get(at, blank)
        letter = "" if column is None else column_letter(column)
        name = ImportProblem("", one.sheet, one.row).place
        wrong = Wrong(
            place=ImportProblem("", one.sheet, one.row, letter).place,
            key=key_of(*at),
            row=name,
            words=words_of(row),
            sentence=one.sentence,
            is_first=at not in seen,
        )
        if column is None or (at, column) in seen or at not in file_rows:
            yield wrong
        else:
            yield replace(
                wrong,
                cell=(*at, column),
                text=row.cell(column),
                stood=file_rows[at].cell(column),
                label=f"{name}, column {letter}, typed anew",
            )
        seen |= {at, (at, column)}


def typed_cell(file_rows: Rows, cell: tuple[str, int, int], text: str) -> Wrong:
    sheet, number, column = cell
    row = file_rows[sheet, number]
    stood, letter = row.cell(column), column_letter(column)
    name = ImportProblem("", sheet, number).place
    return Wrong(
        place=ImportProblem("", sheet, number, letter).place,
        key=key_of(sheet, number),
        row=name,
        words=words_of(row),
        sentence=f"The file has “{short(stood)}” here." if stood else "It was blank.",
        is_first=False,
        cell=cell,
        text=text,
        stood=stood,
        label=f"{name}, column {letter}, typed anew",
    )


def rules_of(plan: Plan[Any, Any]) -> list[OutRule]:
    def rule(one: Aside) -> str:
        return one.rule

    parts = groupby(sorted(plan.aside, key=rule), key=rule)
    rules = [(RULES[name], list(ones)) for name, ones in parts]
    return [
        OutRule(
            name,
            len(ones),
            [out_row(aside.sheet, aside.row, aside.words) for aside in ones[:SHOWN]],
        )
        for name, ones in rules
    ]


def mend_from(kept: Mapping[str, Any]) -> Mend:
    rules = [
        OutRule(**{**rule, "rows": [OutRow(**row) for row in rule["rows"]]})
        for rule in kept["aside"]
    ]
    cells = {
        name: [
            Wrong(**{**row, "cell": tuple(row["cell"]) if row["cell"] else None})
            for row in kept[name]
        ]
        for name in ("wrong", "typed")
    }
    lists = {name: [OutRow(**row) for row in kept[name]] for name in ("out", "kept")}
    return Mend(**{**kept, **lists, **cells, "aside": rules})


def key_of(sheet: str, row: int) -> str:
    return f"{row}:{sheet}"


def out_row(sheet: str, row: int, words: str) -> OutRow:
    place = ImportProblem("", sheet, row).place
    return OutRow(key_of(sheet, row), f"{place}: “{words}”" if words else place)


def words_of(row: Row) -> str:
    return short(" · ".join(row.cells[column] for column in row.filled[:3]), 60)


def with_rows(lines: Sequence[Any], shown: Sequence[Any]) -> list[Any]:
    return [
        (key_of(row.sheet, row.row), ImportProblem("", row.sheet, row.row).place, cells)
        for row, cells in zip(lines, shown, strict=True)
    ]


# What a plan shows: its counts and sentences, and its rows by page.
#
# That of a small file is looked up in its plan. A large one's is made once and kept
# with the file, so that its page neither reads the file nor holds all rows.

PAGE = 50
CHARACTERS = 1_000


class LazyRows[T](Sequence[T]):
    def __init__(self, count: int, part: Callable[[int, int], Sequence[T]]) -> None:
        self.size, self.part = count, part

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        if isinstance(at, int):
            return self.part(at, at + 1)[0]
        start, stop, _ = at.indices(self.size)
        return self.part(start, stop)


@dataclass(frozen=True, slots=True)
class Preview:
    digest: str
    counts: Mapping[str, int]
    problems: Sequence[ImportProblem]
    remarks: Sequence[str]
    questions: Sequence[FileQuestion]
    words: Sequence[Question]
    new: Sequence[Sequence[Any]]
    changed: Sequence[Any]

    @property
    def can_apply(self) -> bool:
        return not self.problems and bool(len(self.new) or len(self.changed))


def digest_of(plan: Plan[Any, Any]) -> str:
    digest = hashlib.sha256()
    for part in (*plan.new, "", *plan.changed):
        digest.update(repr(part).encode("utf-8", "replace"))
    facts = (plan.counts, plan.problems, plan.questions)
    digest.update(repr(facts).encode("utf-8", "replace"))
    return digest.hexdigest()


def preview_of(kind: ImportKind, plan: Plan[Any, Any]) -> Preview:
    return Preview(
        digest=digest_of(plan),
        counts=plan.counts,
        problems=plan.problems,
        remarks=plan.remarks,
        questions=plan.questions,
        words=kind.questions(plan),
        new=LazyRows(len(plan.new), partial(new_rows, kind, plan)),
        changed=LazyRows(len(plan.changed), partial(changed_rows, kind, plan)),
    )


def new_rows(
    kind: ImportKind, plan: Plan[Any, Any], start: int, stop: int
) -> Sequence[Any]:
    return with_rows(plan.new[start:stop], kind.new_rows(plan, start, stop))


def changed_rows(
    kind: ImportKind, plan: Plan[Any, Any], start: int, stop: int
) -> Sequence[Any]:
    lines = [change.line for change in plan.changed[start:stop]]
    return with_rows(lines, kind.changes(plan, start, stop))


def kept_preview(preview: Preview) -> tuple[dict[str, Any], bytes]:
    """A preview as it is kept: what is short, and the pages of its rows.

    Each page is packed by itself, so that one is read without the others.
    """
    pages: list[bytes] = []
    places: dict[str, list[list[int]]] = {}
    at = 0
    for name in ("new", "changed"):
        rows, places[name] = getattr(preview, name), []
        for part in in_batches(rows, "shown", PAGE):
            page = packed(part)
            places[name].append([at, len(page)])
            at += len(page)
            pages.append(page)
    stored = {
        "digest": preview.digest,
        "counts": preview.counts,
        "problems": [asdict(problem) for problem in preview.problems],
        "remarks": preview.remarks,
        "questions": [asdict(question) for question in preview.questions],
        "words": [asdict(question) for question in preview.words],
        "rows": {"new": len(preview.new), "changed": len(preview.changed)},
        "places": places,
    }
    return stored, b"".join(pages)


def packed(rows: Sequence[Any]) -> bytes:
    return zlib.compress(json.dumps(rows, default=str).encode())


def unpacked(whole: bytes, at: int, size: int) -> list[Any]:
    rows: list[Any] = json.loads(zlib.decompress(whole[at : at + size]))
    return rows


def preview_from(kept: Mapping[str, Any], pages: Callable[[], bytes]) -> Preview:
    """The preview that was kept; `pages` is asked when rows are looked at."""

    def rows(name: str) -> LazyRows[Any]:
        def part(start: int, stop: int) -> Sequence[Any]:
            first, last = start // PAGE, (max(stop, 1) - 1) // PAGE
            places = kept["places"][name][first : last + 1]
            whole = pages() if places else b""
            rows: list[Any] = []
            for at, size in places:
                rows += unpacked(whole, at, size)
            return rows[start - first * PAGE : stop - first * PAGE]

        return LazyRows(kept["rows"][name], part)

    return Preview(
        digest=kept["digest"],
        counts=kept["counts"],
        problems=[ImportProblem(**problem) for problem in kept["problems"]],
        remarks=kept["remarks"],
        questions=[question_from(question) for question in kept["questions"]],
        words=[Question(**question) for question in kept["words"]],
        new=rows("new"),
        changed=rows("changed"),
    )


def question_from(kept: Mapping[str, Any]) -> FileQuestion:
    options = tuple((value, label) for value, label in kept["options"])
    return FileQuestion(**{**kept, "options": options})


def kept_start(book: Workbook, shown: str, number: int) -> list[dict[str, Any]]:
    """The first rows of each sheet that can be seen, as they are kept; of the one that
    is `shown` also those around the row of its names."""
    return [
        {
            "name": sheet.name,
            "rows": [
                [row.number, [cell[:CHARACTERS] for cell in row.cells]]
                for row in start_of(sheet, number if sheet.name == shown else 0)
            ],
        }
        for sheet in book.visible
        if not sheet.is_blank
    ]


def start_of(sheet: Sheet, number: int) -> Sequence[Row]:
    at = next((at for at, row in enumerate(sheet.rows) if row.number == number), 0)
    first = max(at - 2, SEARCHED_ROWS)
    return (*sheet.rows[:SEARCHED_ROWS], *sheet.rows[first : max(at + 5, first)])


def start_from(kept: Sequence[Mapping[str, Any]], filename: str) -> Workbook:
    sheets = tuple(
        Sheet(
            name=sheet["name"],
            rows=tuple(Row(number, tuple(cells)) for number, cells in sheet["rows"]),
        )
        for sheet in kept
    )
    return Workbook(filename, "", sheets)
