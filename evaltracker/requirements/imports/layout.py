"""Rows that are headings: the categories of the rows below them, two levels deep."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from evaltracker.importing.kinds import (
    ANSWER_COLUMNS,
    CANDIDATE_COLUMNS,
    COLUMNS,
    COMPONENT_COLUMNS,
    NAME_COLUMNS,
    OTHERS,
    REF_COLUMNS,
    REF_WORDS,
    STORY_COLUMNS,
)
from evaltracker.importing.plan import (
    Aside,
    Findings,
    Header,
    Value,
    likely_header,
    short,
)
from evaltracker.importing.rows import Table, find_table, no_table, numbered, tables_in
from evaltracker.toolbox.tabular.cells import (
    IN_BRACKETS,
    Row,
    Sheet,
    Unreadable,
    Workbook,
    column_letter,
    columns_by_field,
    find_header,
    header_key,
    header_keys,
)
from evaltracker.toolbox.tabular.wording import without_markup
from evaltracker.toolbox.text import LINE_LIMIT

WORDS = re.compile(r"[A-Za-z]+|#")
CAPITAL_ID = re.compile(r"[a-z]ID\b")
STORY = {"role": ("asa", "asan", "role", "persona"), "benefit": ("sothat", "inorderto")}


def ref_like(header: Row, taken: Collection[int]) -> list[int]:
    return [
        column
        for column in header.filled
        if column not in taken and is_ref_like(header.cell(column))
    ]


def is_ref_like(name: str) -> bool:
    """Whether a name ends in “ID”, “No.” or “#”, and is not another thing's."""
    parts = [word.casefold() for word in WORDS.findall(IN_BRACKETS.sub(" ", name))]
    if not parts or OTHERS.intersection(parts):
        return False
    return parts[-1] in REF_WORDS or bool(CAPITAL_ID.search(name))


def settle_ref(table: Table, columns: dict[str, int]) -> None:
    """Keep a ref that only its name's end tells if its cells differ; else another."""
    hits = ref_like(table.header, [at for key, at in columns.items() if key != "ref"])
    ref = columns.get("ref")
    if ref not in hits or header_key(table.header.cell(ref)) in REF_COLUMNS:
        return
    text = columns.get("text", columns["ref"])
    rows = [row for row in table.below if row.cell(text)]
    del columns["ref"]
    for column in hits:
        refs = [row.cell(column) for row in rows if row.cell(column)]
        if refs and len(set(refs)) == len(refs):
            columns["ref"] = column
            return


def as_stories(table: Table, text: int) -> tuple[Sheet, tuple[int, ...]]:
    header = table.header
    beside = columns_by_field(header, STORY, [text])
    if header_key(header.cell(text)) not in STORY_COLUMNS or not beside:
        return table.sheet, ()
    numbers = {row.number for row in table.below if row.cell(text)}
    want = header.cell(text).strip(" .,:…*")
    rows = tuple(
        with_story(row, text, beside, want) if row.number in numbers else row
        for row in table.sheet.rows
    )
    return replace(table.sheet, rows=rows), tuple(beside.values())


def with_story(row: Row, text: int, beside: dict[str, int], want: str) -> Row:
    """The row with its story as one sentence in place of what is wanted.

    `want` is the name of that column, “I want to”; a cell may begin with it, too.
    """
    role, benefit = (
        row.cell(beside[part]).strip(" .,") if part in beside else "" for part in STORY
    )
    wish = row.cell(text).strip(" .,")
    if not wish.casefold().startswith("i "):
        last = want.rsplit(" ", 1)[-1]
        opening = wish.split(" ", 1)
        is_twice = len(opening) > 1 and opening[0].casefold() == last.casefold()
        wish = f"{want} {opening[1] if is_twice else wish}"
    article = "an" if role[:1].casefold() in {*"aeio"} else "a"
    parts = [
        f"As {article} {role}" if role else "",
        wish,
        f"so that {benefit}" if benefit else "",
    ]
    story = ", ".join(part for part in parts if part)
    cells = (*row.cells[:text], story, *row.cells[text + 1 :])
    return replace(row, cells=cells)


def find_questions(sheet: Sheet) -> Table | None:
    """Questions under headings that stand in the place of names, beside answers.

    The first column has a heading in each row of names and a ref in each other one, and
    the column of questions has no name at all.
    """
    header = find_header(sheet, answers_named)
    if header is None:
        return None
    ref = header.filled[0]
    text = ref + 1
    below = sheet.below(header)
    refs = [row.cell(ref) for row in below if row.cell(ref) and row.cell(text)]
    is_unique = len(set(refs)) == len(refs) > 1
    if header.cell(text) or not is_unique or not all(map(has_digit, refs)):
        return None
    wanted = {name: COLUMNS[name] for name in ("vendor_help", "priority", "weight")}
    others = columns_by_field(header, wanted, [ref, text])
    return Table(sheet, header, {"ref": ref, "text": text, **others})


def answers_named(row: Row) -> int:
    return sum(header_key(row.cell(at)) in ANSWER_COLUMNS for at in row.filled[1:])


def has_digit(text: str) -> bool:
    return any(mark.isdigit() for mark in text)


NUMBERED = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){0,5}\.?")
NAMED = frozenset(NAME_COLUMNS)
WANTED = (
    "The table needs a column of refs (named “ref”, “id” or “requirement id”) and a "
    "column of texts (named “text”, “question”, “requirement” or “description”)."
)
SIDEWAYS = (
    " If each row is a candidate and each column a requirement, choose that layout "
    "(candidates-as-rows)."
)


@dataclass(frozen=True, slots=True)
class Layout(Table):
    columns: dict[str, int]
    candidate: int | None
    component: int | None
    # Columns whose words are read as part of the texts.
    woven: tuple[int, ...] = ()

    @property
    def is_list_of_claims(self) -> bool:
        return self.candidate is not None

    def letter(self, field: str) -> str:
        return column_letter(self.columns[field])

    def title(self, field: str) -> str:
        return self.header.cell(self.columns[field])


def find_layouts(
    book: Workbook, findings: Findings, headers: Mapping[str, Header]
) -> list[Layout]:
    """The sheets that hold requirements; `headers` are those that somebody named.

    Raises:
        Unreadable: none does; the sentence says what was looked for and found.
    """
    tables = tables_in(book, headers, requirement_columns, is_table, findings)
    layouts = [layout_of(table) for table in tables]
    layouts = [
        layout
        for layout in layouts
        if layout.sheet.name in headers or has_words(layout)
    ]
    if not layouts:
        # Sheets without known names have just been named as not read.
        findings.remarks[:] = book.remarks
        layouts = [block for sheet in book.visible if (block := find_sections(sheet))]
    if not layouts:
        raise nothing_found(book)
    left = {table.sheet.name for table in tables} - {
        layout.sheet.name for layout in layouts
    }
    for name in sorted(left):
        findings.remark(
            f"Sheet “{name}” has numbers where texts would stand, so it was not read."
        )
    for layout in layouts:
        if layout.woven:
            columns = sorted((layout.columns["text"], *layout.woven))
            names = " and ".join(
                f"“{layout.header.cell(column)}”" for column in columns
            )
            findings.remark(f"Each text is one sentence of {names}.")
    return layouts


def find_layout(sheet: Sheet) -> Layout | None:
    table = find_table(sheet, None, requirement_columns, is_table)
    layout = layout_of(table) if table else None
    return layout if layout and has_words(layout) else find_sections(sheet)


def has_words(layout: Layout) -> bool:
    """Whether more than counts stand in the column of texts, or nothing does yet."""
    is_empty = True
    for row in layout.lines():
        cell = layout.cell(row, "text")
        if cell and not cell.isdigit():
            return True
        is_empty = is_empty and not cell
    return is_empty


def is_table(columns: Collection[str], *, said: bool = False) -> bool:
    """Whether these columns make requirements; one of the two does if `said`."""
    if said:
        return "ref" in columns or "text" in columns
    return "name" in columns or ("ref" in columns and "text" in columns)


def requirement_columns(header: Row) -> dict[str, int]:
    """By field, its column; a lone column “requirement” is a name, too."""
    columns = columns_by_field(header, COLUMNS)
    text = columns.get("text")
    is_name = text is not None and bool(
        NAMED.intersection(header_keys(header.cell(text)))
    )
    if text is not None and is_name and "ref" not in columns:
        columns.setdefault("name", text)
    refs = ref_like(header, columns.values())
    if "name" in columns and "ref" not in columns and refs:
        columns["ref"] = refs[0]
    return columns


def layout_of(table: Table) -> Layout:
    """The table, with a ref and a text: a column that names the thing may be both."""
    columns = dict(table.columns)
    extra = columns_by_field(
        table.header,
        {"candidate": CANDIDATE_COLUMNS, "component": COMPONENT_COLUMNS},
        taken=columns.values(),
    )
    name = columns.pop("name", None)
    settle_ref(table, columns)
    if name is not None and "ref" in columns and is_sparse(table, columns["ref"]):
        # “Number” may be that of a measure.
        del columns["ref"]
    if name is not None:
        if "ref" not in columns and is_numbered(table):
            columns["ref"] = columns.pop("category")
        columns.setdefault("ref", name)
        columns.setdefault("text", name)
    columns.setdefault("ref", columns.get("text", 0))
    columns.setdefault("text", columns["ref"])
    sides = (extra.get("candidate"), extra.get("component"))
    sheet, woven = as_stories(table, columns["text"])
    return Layout(sheet, table.header, columns, *sides, woven)


def find_sections(sheet: Sheet) -> Layout | None:
    table = find_questions(sheet)
    return (
        Layout(sheet, table.header, dict(table.columns), None, None) if table else None
    )


def is_sparse(table: Table, column: int) -> bool:
    rows = [row for row in table.below if len(row.filled) > 1]
    return sum(bool(row.cell(column)) for row in rows) * 2 < len(rows)


def is_numbered(table: Table) -> bool:
    """Whether the category column really holds numbers such as 5.01, each once."""
    values = [cell for row in table.below if (cell := table.cell(row, "category"))]
    return len(set(values)) == len(values) > 0 and all(
        NUMBERED.fullmatch(value) for value in values
    )


def nothing_found(book: Workbook) -> Unreadable:
    sheet = next(sheet for sheet in book.visible if not sheet.is_blank)
    names = likely_header(sheet).filled
    first = likely_header(sheet).cell(names[0])
    is_sideways = header_key(first) in CANDIDATE_COLUMNS and len(names) > 1
    return no_table(book, "requirements", WANTED + (SIDEWAYS if is_sideways else ""))


LEVELS = 2
LONGEST = 80
HEADINGS_NUMBERED = re.compile(
    r"(?:[A-Za-z]{0,12}[ .-]?)?[0-9A-Z]{1,4}(?:\.[0-9A-Z]{1,4}){0,5}\b"
)
HEADINGS, REQUIREMENTS = "headings", "requirements"


@dataclass(frozen=True, slots=True)
class Heading:
    row: Row
    level: int
    name: str


class Headings:
    def __init__(self, layout: Layout, body: Sequence[Row], findings: Findings) -> None:
        self.layout, self.body = layout, body
        ref, text = layout.columns["ref"], layout.columns["text"]
        full = [row for row in body if row.cell(ref) and row.cell(text)]
        if ref == text:
            full = [row for row in full if len(row.filled) > 1]
        numbered = [
            row for row in full if any(char.isdigit() for char in row.cell(ref))
        ]
        self.last_full = full[-1].number if full else 0
        self.is_numbered = len(numbered) * 2 > len(full)
        self.merged = {
            merge.top: merge for merge in layout.sheet.merges if merge.is_wide
        }
        self.renamed = {row.number for row in body if self.is_renaming(row)}
        lone = {row.number for row in body if self.is_lone(row)} | self.renamed
        parents = self.parents(lone) or self.alone(lone)
        is_sure = self.layout.columns["ref"] != self.layout.columns["text"]
        if parents and not (is_sure and self.has_more(parents)):
            usual = REQUIREMENTS if is_sure else ""
            parents = self.asked(parents, findings, usual)
        numbers = lone | {row.number for row in parents}
        self.numbers = numbers
        self.rows = [row for row in body if row.number in numbers]
        self.categories = self.under(numbers)
        self.tell(findings)

    def is_lone(self, row: Row) -> bool:
        layout = self.layout
        ref, text = layout.columns["ref"], layout.columns["text"]
        unknown = {(row.number, at) for at in (ref, text)} & layout.sheet.uncomputed
        if len(row.filled) != 1 or unknown or row.is_kept:
            return False
        merge = self.merged.get(row.number)
        is_merged = merge is not None and merge.covers(row.number, row.filled[0])
        is_one = is_merged or is_bold(row) or (ref != text and self.reads_like_one(row))
        return is_one and row.number < self.last_full

    def is_renaming(self, row: Row) -> bool:
        """Whether a heading stands where the ref is, before names of columns again."""
        first, *others = row.filled or [0]
        header, columns = self.layout.header, self.layout.columns
        is_first = first == columns["ref"] != columns["text"] and not row.is_kept
        return (
            is_first
            and bool(others)
            and all(row.cell(at) == header.cell(at) for at in others)
        )

    def alone(self, lone: set[int]) -> list[Row]:
        """Where most rows have more than their names, those that have not."""
        columns = self.layout.columns
        if columns["ref"] != columns["text"]:
            return []
        rows = [
            row
            for row in self.body
            if row.filled == [columns["text"]]
            and row.number not in lone
            and row.number < self.last_full
            and not row.is_kept
        ]
        return rows if len(rows) * 2 < len(self.body) else []

    def reads_like_one(self, row: Row) -> bool:
        """Whether a lone cell is words, and neither a ref nor a whole sentence."""
        cell, column = row.cells[row.filled[0]], row.filled[0]
        if column == self.layout.columns["ref"]:
            is_word = self.is_numbered and cell.isalpha()
            return is_word or any(mark.isspace() for mark in cell)
        is_short = len(cell) <= LONGEST and cell[-1] not in ".?!;,"
        return column == self.layout.columns["text"] and is_short

    def parents(self, lone: set[int]) -> list[Row]:
        layout, headings = self.layout, []
        ref, text = layout.columns["ref"], layout.columns["text"]
        if ref == text:
            return []
        rows = [row for row in self.body if row.number not in lone]
        for row, after in pairwise(rows):
            is_bare = row.filled == sorted((ref, text)) and not row.is_kept
            is_bare = is_bare and not any(
                number == row.number for number, _ in layout.sheet.uncomputed
            )
            if is_bare and begins(row.cell(ref), after.cell(ref)):
                headings.append(row)
        return headings

    def has_more(self, parents: Sequence[Row]) -> bool:
        """Whether rows that are no parents say more than ref and text."""
        numbers = {row.number for row in parents}
        return any(
            len(row.filled) > 2 for row in self.body if row.number not in numbers
        )

    def asked(self, parents: list[Row], findings: Findings, usual: str) -> list[Row]:
        """The parents, if somebody says that they are headings."""
        layout = self.layout
        first = parents[0].cell(layout.columns["text"])
        answer = findings.ask(
            f"headings:{layout.sheet.name}",
            f"{numbered(parents).capitalize()}, such as “{short(first)}”, have rows "
            "under them. Are they headings?",
            [
                (REQUIREMENTS, "requirements like the others"),
                (HEADINGS, "headings: categories of the rows under them"),
            ],
            default=usual,
        )
        return parents if answer == HEADINGS else []

    def under(self, found: set[int]) -> dict[int, str]:
        categories: dict[int, str] = {}
        path: list[Heading] = []
        if self.renamed:
            header = self.layout.header
            path = [Heading(header, 1, header.cell(self.layout.columns["ref"]))]
        for place, row in enumerate(self.body):
            if row.number in found:
                heading = self.heading(place, found, path)
                path = [node for node in path if node.level < heading.level] + [heading]
            elif path:
                names = [node.name for node in path[:LEVELS]]
                categories[row.number] = " / ".join(names)[:LINE_LIMIT]
        return categories

    def heading(self, place: int, found: set[int], path: Sequence[Heading]) -> Heading:
        row, columns = self.body[place], self.layout.columns
        is_lone = len(row.filled) == 1 or row.number in self.renamed
        text = row.cells[row.filled[0]] if is_lone else row.cell(columns["text"])
        name = " ".join(without_markup(text).split())
        number = HEADINGS_NUMBERED.match(name if is_lone else row.cell(columns["ref"]))
        if number is not None and any(mark.isdigit() for mark in number[0]):
            return Heading(row, number[0].count(".") + 1, name)
        if not is_lone:
            return Heading(row, row.cell(columns["ref"]).count(".") + 1, name)
        after = self.body[place + 1 : place + 2]
        is_group = bool(after) and after[0].number in found
        has_group = bool(path) and path[0].level == 1 and is_grouping(path, row)
        return Heading(row, 2 if has_group and not is_group else 1, name)

    def words_of(self, row: Row) -> str:
        is_first = row.number in self.renamed
        return without_markup(row.cells[row.filled[0 if is_first else -1]])

    def tell(self, findings: Findings) -> None:
        if not self.rows:
            return
        sheet = self.layout.sheet.name
        findings.aside += [
            Aside("heading", sheet, row.number, short(self.words_of(row), 40))
            for row in self.rows
        ]
        names = [f"“{short(self.words_of(row), 30)}”" for row in self.rows[:4]]
        more = " …" if len(self.rows) > 4 else ""
        count = len(self.rows)
        counted = "1 row is a heading" if count == 1 else f"{count:,} rows are headings"
        where = self.layout.sheet.name
        where = f" on sheet “{where}”" if where else ""
        findings.remark(
            f"{counted}{where}, each the category of the rows below: "
            f"{', '.join(names)}{more}."
        )


def is_bold(row: Row) -> bool:
    cell = row.cells[row.filled[0]]
    return cell.startswith("**") and cell.endswith("**") and len(cell) > 4


def is_grouping(path: Sequence[Heading], row: Row) -> bool:
    return len(path) > 1 or path[0].row.number == row.number - 1


def begins(parent: str, child: str) -> bool:
    """Whether a ref stands above another: A over A.1, V1 over 1.1."""
    number = parent.lstrip("VvSs") if parent[1:].isdigit() else parent
    return any(
        child.startswith(f"{start}{mark}")
        for start in {parent, number}
        for mark in ".-_ "
        if start
    )


def with_category(values: Mapping[str, Value], category: str) -> Mapping[str, Value]:
    """The values of a row, in the category of its heading unless it has its own."""
    return values if values.get("category") else {**values, "category": category}


HIGHEST = 10


def weights_are_usable(layout: Layout, body: Sequence[Row], findings: Findings) -> bool:
    """Whether the column speaks of 0–10 and not of shares of a whole.

    Percentages are left aside with a remark, because 5 % and 5 of 10 look alike.
    """
    column = layout.columns["weight"]
    title = layout.title("weight")
    cells = [row.cell(column) for row in body if row.cell(column)]
    numbers = [number for cell in cells if (number := number_of(cell)) is not None]
    total = sum(numbers)
    says_percent = "%" in title or "percent" in title.casefold()
    has_percent = any(cell.endswith("%") for cell in cells)
    adds_up = len(numbers) > 1 and (
        (abs(total - 100) < 0.5 and max(numbers) > HIGHEST)
        or (abs(total - 1) < 0.005 and max(numbers) < 1)
    )
    if not (says_percent or has_percent or adds_up):
        return True
    findings.remark(
        f"Column {layout.letter('weight')} (“{title}”) holds shares of a whole, and "
        "weights here go from 0 to 10, so it was not read"
        + suggestion(numbers)
        + " Change the column and import it again."
    )
    return False


def suggestion(numbers: list[float]) -> str:
    """How the shares would read on 0–10, for the user to decide."""
    if not numbers or max(numbers) <= 0:
        return "."
    scaled = {
        f"{number:g}": round(number / max(numbers) * HIGHEST) for number in numbers
    }
    pairs = [f"{share} → {weight}" for share, weight in list(scaled.items())[:6]]
    return f". With the heaviest as 10 it would be: {', '.join(pairs)}."


def number_of(cell: str) -> float | None:
    text = cell.removesuffix("%").strip().replace(",", ".")
    if not text.isascii() or len(text) > 20:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < 1e9 else None


def weight_in(cell: str) -> int | None:
    if not cell:
        return None
    number = number_of(cell)
    if number is None or not number.is_integer() or not 0 <= number <= HIGHEST:
        raise ValueError(
            f"“{cell[:40]}” is no weight. Write a whole number from 0 to 10."
        )
    return int(number)
