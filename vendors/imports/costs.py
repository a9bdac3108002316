"""From a spreadsheet to what would change in the costs: pure, no database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from evaltracker.importing.plan import (
    NO_ANSWERS,
    NO_HEADERS,
    Findings,
    Header,
    refuse_wide_merge,
    short,
    spread,
)
from evaltracker.importing.rows import (
    Refusal,
    RowLine,
    RowsPlan,
    Table,
    compared,
    find_table,
    no_table,
    tables_in,
    tell_unread,
)
from evaltracker.importing.words import refuse_memo
from evaltracker.toolbox.tabular import (
    Row,
    Sheet,
    Workbook,
    columns_by_field,
    find_header,
    header_key,
)
from vendors.choices import Pricing
from vendors.imports.candidates import Names
from vendors.imports.cost_reader import Reader
from vendors.imports.layout import named_above
from vendors.imports.money_words import parts_of
from vendors.imports.prices import (
    COLUMNS,
    in_words,
    price_columns,
    refuse_many_prices,
    settle,
)

# Items down and bidders across: the prices of each bidder are a table of their own.

LEAST = 2
# What says something of one price only, and cannot hold for those of all bidders.
OF_ONE = frozenset({"candidate", "likely", "low", "high", "state", "tiers", "pricing"})
# Columns of numbers beside those of the bidders that are nobody's prices.
BESIDE = frozenset(
    {
        *("total", "sum", "average", "mean", "median", "lowest", "highest", "best"),
        *("budget", "estimate", "engineersestimate", "engineerestimate", "target"),
        *("ownersestimate", "costestimate", "kostenschätzung", "extended"),
        *("difference", "number", "no", "nr", "pos", "itemno", "itemnumber"),
        *("position", "line", "lineno", "lineitem", "id", "ref", "year", "weight"),
    }
)
PRICES = frozenset(COLUMNS["likely"])
NAMED = frozenset(name for names in COLUMNS.values() for name in names)
NOBODY = BESIDE | (NAMED - PRICES)


@dataclass(frozen=True, slots=True)
class Bids:
    """A sheet with a column for each bidder, by its name."""

    sheet: Sheet
    header: Row
    shared: Mapping[str, int]
    bidders: Mapping[int, str]
    # By column, what stands above several of them, if names have two rows.
    above: Mapping[int, str] = field(default_factory=dict)

    @property
    def whole(self) -> Table:
        """The sheet with all columns that are read."""
        columns = {f"bidder {at}": at for at in self.bidders}
        return Table(self.sheet, self.header, {**self.shared, **columns})

    def of(self, column: int) -> Table:
        """The prices of one bidder."""
        return Table(self.sheet, self.header, {**self.shared, "likely": column})

    def strangers(self) -> list[str]:
        """Columns of prices that belong to nobody in the purchase."""
        read = {*self.shared.values(), *self.bidders}
        of_bidders = {self.above.get(at) for at in self.bidders} - {None}
        names = {at: self.above.get(at, self.header.cell(at)) for at in self.columns}
        found = [
            name
            for at, name in names.items()
            if at not in read
            and name not in of_bidders
            and not NOBODY.intersection(
                (header_key(name), header_key(self.header.cell(at)))
            )
            and holds_prices(self.whole.body, at)
        ]
        return list(dict.fromkeys(found))

    @property
    def columns(self) -> list[int]:
        """All columns that have a name."""
        return sorted({*self.header.filled, *self.above})


def find_bids(sheet: Sheet, said: Header | None, names: Names) -> Bids | None:
    """The bids on `sheet`: two columns of prices or more, called as candidates are."""

    def points(row: Row) -> int:
        found = len(set(bidders_in(row, names).values()))
        return found if found >= LEAST else 0

    if said is not None and {"candidate", "likely"} & said.columns.keys():
        return None
    header = said.on(sheet) if said is not None else find_header(sheet, points)
    if header is None or not points(header):
        return None
    bidders = bidders_in(header, names)
    below = sheet.below(header)
    above: dict[int, str] = {}
    if said is None and below and (found := under_bidders(header, below[0], bidders)):
        # Each bidder stands over a price and its sum: the lower row has the names.
        above, header, below = spread(header, below[0]), below[0], below[1:]
        bidders = found
    if sum(holds_prices(below, column) for column in bidders) < LEAST:
        return None
    shared = columns_by_field(header, COLUMNS, bidders)
    if "candidate" in shared:
        return None
    if said is not None:
        shared = {it: at for it, at in said.columns.items() if at not in bidders}
    shared = {it: at for it, at in shared.items() if it not in OF_ONE}
    if "label" not in shared:
        words = words_before(below, {*bidders, *shared.values()})
        shared |= {} if words is None else {"label": words}
    elif said is None:
        shared = dict(in_words(Table(sheet, header, shared)).columns)
    refuse_wide_merge(sheet, header, [*shared.values(), *bidders])
    return Bids(sheet, in_two_rows(header, above), shared, bidders, above)


def in_two_rows(header: Row, above: Mapping[int, str]) -> Row:
    """The row of names, each with what stands above it."""
    cells = [
        f"{above[at]}: {it}" if at in above else it
        for at, it in enumerate(header.cells)
    ]
    return replace(header, cells=tuple(cells))


def under_bidders(
    header: Row, lower: Row, bidders: Mapping[int, str]
) -> dict[int, str]:
    """By the column of its price, each bidder; nothing unless all have one below."""
    found: dict[int, str] = {}
    spans = spread(header, lower)
    for start, name in bidders.items():
        under = [at for at, above in spans.items() if above == header.cell(start)]
        prices = [at for at in under if header_key(lower.cell(at)) in PRICES]
        found |= dict.fromkeys(prices[:1], name)
    return found if len(found) == len(bidders) else {}


def bidders_in(row: Row, names: Names) -> dict[int, str]:
    """By column, the candidate that it is called after; “price” names nobody."""
    found = {
        at: names.find(row.cell(at))
        for at in row.filled
        if header_key(row.cell(at)) not in NAMED
    }
    return {at: name for at, name in found.items() if name and not name.isnumeric()}


def words_before(rows: Collection[Row], taken: Collection[int]) -> int | None:
    """The first column of words, which say what is bought."""
    width = max((len(row.cells) for row in rows), default=0)
    for column in range(width):
        cells = [row.cell(column) for row in rows if row.cell(column)]
        if column not in taken and any(not it[0].isdigit() for it in cells):
            return column
    return None


def holds_prices(rows: Collection[Row], column: int) -> bool:
    """Whether most of the cells are amounts."""
    cells = [row for row in rows if row.cell(column)]
    priced = [row for row in cells if column in row.numbers or is_amount(row, column)]
    return len(priced) * 2 > len(cells)


def is_amount(row: Row, column: int) -> bool:
    """Whether somebody typed an amount of money."""
    try:
        return parts_of(" ".join(row.cell(column).split())) is not None
    except Refusal:
        return True


def stranger_sentence(name: str, hint: str) -> str:
    """Why a sheet with prices of somebody else is not read."""
    return (
        f"Column “{short(name)}” has prices, and the evaluation has no candidate of "
        f"that name.{hint} Add it first, fix the name, or choose to leave unknown "
        "names out."
    )


WANTED = (
    "The table needs a column of prices (named “price”, “amount” or “likely”), and "
    "columns that say whose and of which kind, unless you say so for all rows; or a "
    "column for each candidate, called as it is."
)


@dataclass(frozen=True, slots=True)
class KnownCosts:
    """Candidates with their other names, the lines that stand, and the currency."""

    candidates: Mapping[str, Sequence[str]]
    currency: str
    lines: Mapping[tuple[str, ...], Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ForAll:
    """What holds for the rows that do not say it; blank is nothing."""

    candidate: str = ""
    kind: str = ""
    recurrence: str = ""


def is_table(columns: Collection[str], *, said: bool = False) -> bool:
    """Whether these columns make costs; prices alone do if somebody `said` so."""
    return bool({"likely", "state"} & set(columns)) and (said or len(columns) > 1)


def names_candidates(sheet: Sheet, said: Header | None) -> bool:
    """Whether it is a list that says of each price whose it is."""
    table = find_table(sheet, said, price_columns, is_table)
    return table is not None and "candidate" in table.columns


def plan_costs_import(
    book: Workbook,
    known: KnownCosts,
    *,
    for_all: ForAll = ForAll(),
    skip_unknown: bool = False,
    headers: Mapping[str, Header] = NO_HEADERS,
    answers: Mapping[str, str] = NO_ANSWERS,
) -> RowsPlan:
    """What importing `book` would do to the cost lines.

    Lines that the file does not name stay, and so does every field that it has no
    column for. A price that is not certain is kept as text, and its line as unsaid.

    Raises:
        Unreadable: no table of costs is in the file.

    """
    refuse_memo(book, "It has sums and no prices as they were offered.")
    findings = Findings(answers=answers, remarks=list(book.remarks))
    walk = Walk(known, for_all, findings, skip_unknown=skip_unknown)
    bids = {
        sheet.name: found
        for sheet in book.visible
        if not names_candidates(sheet, headers.get(sheet.name))
        and (found := find_bids(sheet, headers.get(sheet.name), walk.names))
    }
    others = tuple(sheet for sheet in book.sheets if sheet.name not in bids)
    lists = replace(book, sheets=others)
    tables = tables_in(lists, headers, price_columns, is_table, findings)
    if not (tables or bids):
        raise no_table(book, "costs", WANTED)
    for table in tables:
        if table.sheet.name not in headers:
            refuse_many_prices(table)
    tables = [it if it.sheet.name in headers else in_words(it) for it in tables]
    lines = [line for table in tables for line in walk.lines(table)]
    lines += [line for found in bids.values() for line in walk.bids(found)]
    walk.tell()
    return compared(
        book, lines, known.lines, findings, skipped=sum(walk.skipped.values())
    )


class Walk:
    """One pass over the rows; unknown candidates are refused, or skipped."""

    def __init__(
        self,
        known: KnownCosts,
        for_all: ForAll,
        findings: Findings,
        *,
        skip_unknown: bool,
    ) -> None:
        self.known, self.findings = known, findings
        self.for_all, self.skip_unknown = for_all, skip_unknown
        self.names = Names(known.candidates, loose=True)
        self.reader = Reader(known.currency, for_all.kind, for_all.recurrence)
        self.skipped: dict[str, int] = {}
        self.bidder = ""
        self.silent: set[tuple[str, int]] = set()
        self.speaking: set[tuple[str, int]] = set()

    def lines(self, table: Table) -> list[RowLine]:
        """The cost lines of a list."""
        tell_unread(table, self.findings)
        self.reader.settled = settle(table, self.findings)
        return [line for row in table.body if (line := self.line(table, row))]

    def bids(self, bids: Bids) -> list[RowLine]:
        """The cost lines of all bidders, a column each."""
        tell_unread(bids.whole, self.findings)
        for name in bids.strangers():
            if self.skip_unknown:
                self.skipped[short(name)] = 1
            else:
                sentence = stranger_sentence(name, self.names.hint(name))
                self.findings.refuse(bids.sheet, bids.header.number, sentence)
        lines: list[RowLine] = []
        for column, self.bidder in bids.bidders.items():
            table = bids.of(column)
            self.reader.settled = settle(table, self.findings, bids.bidders)
            lines += [line for row in table.body if (line := self.line(table, row))]
        self.bidder = ""
        return lines

    def line(self, table: Table, row: Row) -> RowLine | None:
        """The cost line of one row, or None with the reason in the findings."""
        for name, column in table.columns.items():
            if (row.number, column) in table.sheet.uncomputed:
                self.refuse(table, row, name, self.reader.UNCOMPUTED)
                return None
        place = (table.sheet.name, row.number)
        if not self.reader.says_something(table, row):
            self.silent.add(place)
            return None
        self.speaking.add(place)
        candidate = self.candidate(table, row)
        if candidate is None:
            return None
        try:
            kind, label, values = self.reader.read(table, row)
        except Refusal as refusal:
            self.refuse(table, row, refusal.column, refusal.sentence)
            return None
        key = (candidate, kind, label)
        before = self.known.lines.get(key)
        if before and before.get("pricing") == Pricing.PERCENT:
            # An amount of money in its place is no percentage any more.
            values.setdefault("pricing", Pricing.PER_UNIT.value)
        if before and before.get("likely") == values["likely"]:
            # Nothing is said of the ends, so they stay.
            for end in {"low", "high"} - table.columns.keys():
                values.pop(end)
        return RowLine(key, values, table.sheet.name, row.number)

    def candidate(self, table: Table, row: Row) -> str | None:
        """Whose cost it is."""
        if self.bidder:
            return self.bidder
        name = table.cell(row, "candidate") or self.for_all.candidate
        name = name or named_above(table.sheet, table.header, self.names)
        if not name:
            self.refuse(
                table,
                row,
                "candidate",
                "It names no candidate. Fill one in, or say below whose costs these "
                "are.",
            )
            return None
        found = self.names.find(name)
        if found is None and self.skip_unknown:
            self.skipped[short(name)] = self.skipped.get(short(name), 0) + 1
        elif found is None:
            self.refuse(
                table,
                row,
                "candidate",
                f"The evaluation has no candidate “{short(name)}”."
                f"{self.names.hint(name)} Add it first, fix the name, or choose to "
                "leave unknown names out.",
            )
        return found

    def refuse(self, table: Table, row: Row, column: str, sentence: str) -> None:
        """Note that the row cannot come in."""
        place = table.columns.get(column)
        self.findings.refuse(table.sheet, row.number, sentence, place)

    def tell(self) -> None:
        """Report once what was left aside, and what stayed text."""
        if self.skipped:
            names = [f"“{name}” ({count:,}×)" for name, count in self.skipped.items()]
            more = f" and {len(names) - 10:,} more" if len(names) > 10 else ""
            shown = ", ".join(names[:10])
            self.findings.remark(f"Left out as unknown: {shown}{more}.")
        silent = len(self.silent - self.speaking)
        if silent:
            rows = "1 row says" if silent == 1 else f"{silent:,} rows say"
            self.findings.remark(f"{rows} no price; not read.")
        if self.reader.credits:
            many = self.reader.credits
            rows = "1 amount" if many == 1 else f"{many:,} amounts"
            self.findings.remark(f"Read as credits, which lower the total: {rows}.")
        unsure = self.reader.unsure
        if unsure:
            shown = ", ".join(f"“{short(it)}”" for it in list(unsure)[:6])
            more = f" and {len(unsure) - 6} more" if len(unsure) > 6 else ""
            self.findings.remark(
                f"These prices are not certain, so their lines are not stated and "
                f"keep the text: {shown}{more}. Write a price without a mark between "
                "thousands: 24000 or 24000.50."
            )
