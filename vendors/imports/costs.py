"""From a spreadsheet to what would change in the costs: pure, no database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from evaltracker.importing.layout import short
from evaltracker.importing.own_exports import refuse_memo
from evaltracker.importing.plan import Findings
from evaltracker.importing.reading import NO_ANSWERS, NO_HEADERS, Header
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
from evaltracker.tabular import Row, Sheet, Workbook
from vendors.choices import Pricing
from vendors.imports.cost_bids import Bids, find_bids, stranger_sentence
from vendors.imports.cost_columns import (
    in_words,
    price_columns,
    refuse_many_prices,
    settle,
)
from vendors.imports.cost_reader import Reader
from vendors.imports.names import Names
from vendors.imports.questionnaires import named_above

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
