"""From a spreadsheet to what would change in the costs: pure, no database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, ClassVar

from evaltracker.importing.kinds import refuse_memo
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
from evaltracker.requirements.imports.lines import UNCOMPUTED
from evaltracker.rows.cells import key
from evaltracker.toolbox.tabular.cells import (
    Row,
    Sheet,
    Workbook,
    columns_by_field,
    find_header,
    header_key,
)
from evaltracker.toolbox.tabular.wording import web_addresses, without_markup
from evaltracker.toolbox.text import Inputs
from vendors.choices import CostState, Pricing, Recurrence
from vendors.costs import IT, RISE, Kind, read_decimal, read_tiers
from vendors.costs import Pricing as Counted
from vendors.costs.lines import contradiction, mixed_credit, no_percentage, stored_tier
from vendors.imports.candidates import Names
from vendors.imports.layout import named_above
from vendors.imports.prices import (
    COLUMNS,
    PRICINGS,
    RECURRENCES,
    STATES,
    Price,
    Settled,
    currency_of,
    day_in,
    in_words,
    kinds_by_word,
    number_in,
    price_columns,
    read_money,
    read_price,
    refuse_many_prices,
    settle,
    validity,
)
from vendors.imports.prices import ENDS as COST_COLUMNS_ENDS

ENDS = ("likely", "low", "high")


def tiering(table: Table, row: Row) -> dict[str, Any]:
    """The way of pricing and its tiers, where the file says any.

    Tiers stand in one cell, as people type them on the page, apart by a line or “;”.
    """
    cell = table.cell(row, "pricing")
    pricing = PRICINGS.get(header_key(cell)) if cell else None
    if cell and pricing is None:
        raise Refusal(
            "pricing",
            f"“{short(cell)}” is none of per unit, graduated, volume, package.",
        )
    if pricing == Pricing.PERCENT:
        raise Refusal("pricing", "Only the price change can be a percentage.")
    text = table.cell(row, "tiers").replace(";", "\n")
    try:
        tiers = read_tiers(text)
    except ValueError as error:
        raise Refusal("tiers", str(error)) from error
    if tiers and pricing is None:
        raise Refusal(
            "tiers",
            "It does not say how its tiers count. Write graduated, volume or package "
            "into “Price by quantity”.",
        )
    if pricing is None:
        return {}
    problem = contradiction(Counted(pricing.value), tiers)
    if problem:
        raise Refusal("tiers", problem[0].upper() + problem[1:])
    return {"pricing": pricing.value, "tiers": [stored_tier(tier) for tier in tiers]}


def is_rise(table: Table, row: Row, kind: Kind) -> bool:
    """Whether the row is a rise in per cent: its cell or its way of pricing says so."""
    if kind.counts_as != RISE:
        return False
    cell = table.cell(row, "likely")
    if cell.endswith("%"):
        return True
    if PRICINGS.get(header_key(table.cell(row, "pricing"))) == Pricing.PERCENT:
        return True
    try:
        is_share = 0 < read_decimal(cell) < 1
    except ValueError:
        return False
    if is_share:
        raise Refusal(
            "likely",
            f"“{short(cell)}” could be a price or a share. Write per cent as “5%”.",
        )
    return False


def rise(table: Table, row: Row, label: str) -> dict[str, Any]:
    rates: dict[str, Decimal] = {}
    for end in ENDS:
        cell = table.cell(row, end).removesuffix("%").strip()
        try:
            rates[end] = read_decimal(cell) if cell else rates["likely"]
        except (ValueError, KeyError) as error:
            raise Refusal(end, "Write per cent a year as a number, “5%”.") from error
    if not rates["low"] <= rates["likely"] <= rates["high"]:
        raise Refusal("low", "Low, likely and high must be in that order.")
    problem = no_percentage(
        RISE, label, [rates[end] for end in ("low", "likely", "high")]
    )
    if problem:
        raise Refusal("likely", problem[0].upper() + problem[1:])
    return {
        **rates,
        "pricing": Pricing.PERCENT.value,
        "tiers": [],
        "recurrence": Recurrence.YEARLY.value,
    }


TEXTS = {"label": 150, "unit": 60}


@dataclass(frozen=True, slots=True)
class KnownCosts:
    candidates: Mapping[str, Sequence[str]]
    currency: str
    lines: Mapping[tuple[str, ...], Mapping[str, Any]] = field(default_factory=dict)
    kinds: Sequence[Kind] = IT


@dataclass(frozen=True, slots=True)
class ForAll:
    """What holds for the rows that do not say it; blank is nothing."""

    candidate: str = ""
    kind: str = ""
    recurrence: str = ""


class Reader:
    UNCOMPUTED: ClassVar[str] = UNCOMPUTED

    def __init__(self, known: KnownCosts, for_all: ForAll) -> None:
        self.currency, self.recurrence = known.currency, for_all.recurrence
        self.kinds = kinds_by_word(known.kinds)
        self.kind = self.kinds.get(header_key(for_all.kind))
        self.unsure: dict[str, None] = {}
        self.credits = 0
        self.settled = Settled()

    def says_something(self, table: Table, row: Row) -> bool:
        return any(table.cell(row, name) for name in ("likely", "state", "low", "high"))

    def read(self, table: Table, row: Row) -> tuple[str, str, dict[str, Any]]:
        inputs = Inputs()
        kind = self.kind_of(table, row)
        label = " ".join(without_markup(table.cell(row, "label")).split())
        if label:
            label = inputs.line("label", label, limit=TEXTS["label"])
        values = self.money(table, row, kind, label)
        for name in ("unit", "note"):
            cell = without_markup(table.cell(row, name))
            if cell and name == "unit":
                values["unit"] = inputs.line("unit", " ".join(cell.split()), limit=60)
            elif cell:
                values["note"] = inputs.text("note", cell)
        self.rest(table, row, inputs, values)
        for column, sentences in inputs.errors.items():
            raise Refusal(column, sentences[0])
        return kind.key, label, values

    def kind_of(self, table: Table, row: Row) -> Kind:
        cell = table.cell(row, "kind")
        stated = self.kinds.get(header_key(cell)) if cell else None
        if cell and stated is None:
            kinds = dict.fromkeys(self.kinds.values())
            known = ", ".join(kind.name for kind in kinds)
            raise Refusal(
                "kind", f"“{short(cell)}” is no kind of cost. There are: {known}."
            )
        # “Support” or “Training” in a list of items says it, too.
        item = self.kinds.get(header_key(table.cell(row, "label")))
        kind = stated or self.kind or item
        if not kind:
            raise Refusal(
                "kind",
                "It does not say which kind of cost it is. Fill it in, or say below "
                "which kind all rows are.",
            )
        return kind

    def money(self, table: Table, row: Row, kind: Kind, label: str) -> dict[str, Any]:
        if is_rise(table, row, kind):
            source = table.cell(row, "likely")
            return {
                "state": self.state_of(table, row, Price(Decimal(0))).value,
                "currency": self.currency,
                "source_text": without_breaks(source)[:300],
                **rise(table, row, label),
            }
        values = self.price(table, row)
        values |= tiering(table, row)
        if values["state"] != CostState.PRICED and values.get("tiers"):
            raise Refusal("tiers", "Only a priced line has tiers.")
        if values.get("tiers") and values["likely"] < 0:
            raise Refusal("tiers", "A credit has no tiers.")
        return values

    def price(self, table: Table, row: Row) -> dict[str, Any]:
        prices = {end: self.price_in(table, row, end) for end in COST_COLUMNS_ENDS}
        likely = prices["likely"]
        state = self.state_of(table, row, likely)
        values: dict[str, Any] = {
            "state": state.value,
            "likely": None,
            "low": None,
            "high": None,
            "currency": currency_of(table, row, likely, self.settled, self.currency),
        }
        if likely.text:
            values["source_text"] = without_breaks(likely.text)
        unit = likely.unit or ("" if table.cell(row, "unit") else self.settled.unit)
        if unit:
            values["unit"] = unit[: TEXTS["unit"]]
        rhythm = self.rhythm_of(table, row, likely)
        if rhythm:
            values["recurrence"] = rhythm
        refuse_differing(prices, str(values["currency"]), rhythm)
        if likely.amount is not None and likely.amount < 0:
            self.credits += 1
        if state != CostState.PRICED:
            return values
        if likely.amount is not None and not rhythm:
            raise Refusal(
                "recurrence",
                "It does not say whether it is paid once, monthly or yearly. Fill it "
                "in, or say below how all rows fall due.",
            )
        return values | amounts(prices)

    def price_in(self, table: Table, row: Row, end: str) -> Price:
        if end not in table.columns:
            return Price()
        column, style = table.columns[end], self.settled.styles.get(end)
        try:
            return read_price(table.sheet, row, column, style)
        except Refusal as refusal:
            raise Refusal(end, refusal.sentence) from refusal

    def state_of(self, table: Table, row: Row, likely: Price) -> CostState:
        """What is known; a price that is not certain is unsaid, with its text."""
        cell = table.cell(row, "state")
        if cell:
            state = STATES.get(key(cell))
            if state is None:
                raise Refusal(
                    "state",
                    f"“{short(cell)}” is none of priced, included, excluded, unsaid.",
                )
            if state != CostState.PRICED and likely.amount is not None:
                raise Refusal("likely", "Only a priced line carries an amount.")
            return state
        if likely.state is not None:
            return likely.state
        if likely.amount is None and likely.text:
            self.unsure[likely.text] = None
            return CostState.UNSAID
        return CostState.PRICED

    def rhythm_of(self, table: Table, row: Row, likely: Price) -> str:
        """How often it falls due; blank where nothing says so."""
        cell = table.cell(row, "recurrence")
        if cell:
            recurrence = RECURRENCES.get(header_key(cell))
            if recurrence is None:
                raise Refusal(
                    "recurrence", f"“{short(cell)}” is none of once, monthly, yearly."
                )
            own = likely.recurrence or self.settled.rhythm
            if own and own != recurrence:
                example = short(likely.text or table.cell(table.header, "likely"))
                raise Refusal(
                    "recurrence",
                    f"“{example}” is {own}, and its column says {recurrence.value}.",
                )
            return recurrence.value
        return str(likely.recurrence or self.settled.rhythm or self.recurrence)

    def rest(
        self, table: Table, row: Row, inputs: Inputs, values: dict[str, Any]
    ) -> None:
        for name in ("quantity", "rate"):
            cell = table.cell(row, name)
            if not cell:
                continue
            values[name] = number_in(table, row, name, self.settled)
            if name == "rate" and values[name] <= Decimal(0):
                raise Refusal(name, "A rate of exchange is above 0.")
        link = table.cell(row, "source_url")
        if link:
            good, _ = web_addresses(link)
            if good:
                values["source_url"] = inputs.link("source_url", good[0])
            else:
                note = values.get("note", "")
                source = f"Source: {without_markup(link)}"
                values["note"] = inputs.text("note", f"{note}\n{source}".strip())
        day = day_in(table, row, "quoted_on", self.settled)
        if day is not None:
            values["quoted_on"] = day
        valid = validity(table, row, self.settled)
        if valid:
            note = f"{values.get('note', '')}\n{valid}".strip()
            values["note"] = inputs.text("note", note)


def refuse_differing(prices: dict[str, Price], currency: str, rhythm: str) -> None:
    """Refuse ends of a range that are in another currency or rhythm."""
    for end in ("low", "high"):
        price = prices[end]
        if price.currencies and currency not in price.currencies:
            raise Refusal(end, f"It is in {price.currency} and not in {currency}.")
        if price.recurrence and rhythm and price.recurrence != rhythm:
            raise Refusal(end, f"It is {price.recurrence.value} and not {rhythm}.")


def amounts(prices: dict[str, Price]) -> dict[str, Decimal]:
    likely = prices["likely"].amount
    if likely is None:
        raise Refusal("likely", "A priced line needs its likely amount as a number.")
    priced = {"likely": likely}
    for end in ("low", "high"):
        if prices[end].problem:
            raise Refusal(end, f"“{short(prices[end].text)}” is no amount.")
        amount = prices[end].amount
        priced[end] = likely if amount is None else amount
    if not priced["low"] <= likely <= priced["high"]:
        raise Refusal("low", "Low, likely and high must be in that order.")
    mixed = mixed_credit([priced["low"], likely, priced["high"]])
    if mixed:
        raise Refusal("low", mixed[0].upper() + mixed[1:])
    return priced


def without_breaks(text: str) -> str:
    return " ".join(text.split())


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
    sheet: Sheet
    header: Row
    shared: Mapping[str, int]
    bidders: Mapping[int, str]
    # By column, what stands above several of them, if names have two rows.
    above: Mapping[int, str] = field(default_factory=dict)

    @property
    def whole(self) -> Table:
        columns = {f"bidder {at}": at for at in self.bidders}
        return Table(self.sheet, self.header, {**self.shared, **columns})

    def of(self, column: int) -> Table:
        return Table(self.sheet, self.header, {**self.shared, "likely": column})

    def strangers(self) -> list[str]:
        read = {*self.shared.values(), *self.bidders}
        of_bidders = {self.above.get(at) for at in self.bidders} - {None}
        names = {at: self.above.get(at, self.header.cell(at)) for at in self.columns}
        unknown = [
            name
            for at, name in names.items()
            if at not in read
            and name not in of_bidders
            and not NOBODY.intersection(
                (header_key(name), header_key(self.header.cell(at)))
            )
            and holds_prices(self.whole.body, at)
        ]
        return list(dict.fromkeys(unknown))

    @property
    def columns(self) -> list[int]:
        return sorted({*self.header.filled, *self.above})


def find_bids(sheet: Sheet, said: Header | None, names: Names) -> Bids | None:
    """The bids on `sheet`: two columns of prices or more, called as candidates are."""

    def points(row: Row) -> int:
        bidders = len(set(bidders_in(row, names).values()))
        return bidders if bidders >= LEAST else 0

    if said is not None and {"candidate", "likely"} & said.columns.keys():
        return None
    header = said.on(sheet) if said is not None else find_header(sheet, points)
    if header is None or not points(header):
        return None
    bidders = bidders_in(header, names)
    below = sheet.below(header)
    above: dict[int, str] = {}
    if said is None and below and (renamed := under_bidders(header, below[0], bidders)):
        # Each bidder stands over a price and its sum: the lower row has the names.
        above, header, below = spread(header, below[0]), below[0], below[1:]
        bidders = renamed
    if sum(holds_prices(below, column) for column in bidders) < LEAST:
        return None
    shared = columns_by_field(header, COLUMNS, bidders)
    if "candidate" in shared:
        return None
    if said is not None:
        shared = {name: at for name, at in said.columns.items() if at not in bidders}
    shared = {name: at for name, at in shared.items() if name not in OF_ONE}
    if "label" not in shared:
        label = words_before(below, {*bidders, *shared.values()})
        shared |= {} if label is None else {"label": label}
    elif said is None:
        shared = dict(in_words(Table(sheet, header, shared)).columns)
    refuse_wide_merge(sheet, header, [*shared.values(), *bidders])
    return Bids(sheet, in_two_rows(header, above), shared, bidders, above)


def in_two_rows(header: Row, above: Mapping[int, str]) -> Row:
    cells = [
        f"{above[at]}: {cell}" if at in above else cell
        for at, cell in enumerate(header.cells)
    ]
    return replace(header, cells=tuple(cells))


def under_bidders(
    header: Row, lower: Row, bidders: Mapping[int, str]
) -> dict[int, str]:
    """By the column of its price, each bidder; nothing unless all have one below."""
    columns: dict[int, str] = {}
    spans = spread(header, lower)
    for start, name in bidders.items():
        under = [at for at, above in spans.items() if above == header.cell(start)]
        prices = [at for at in under if header_key(lower.cell(at)) in PRICES]
        columns |= dict.fromkeys(prices[:1], name)
    return columns if len(columns) == len(bidders) else {}


def bidders_in(row: Row, names: Names) -> dict[int, str]:
    """By column, the candidate that it is called after; “price” names nobody."""
    bidders = {
        at: names.find(row.cell(at))
        for at in row.filled
        if header_key(row.cell(at)) not in NAMED
    }
    return {at: name for at, name in bidders.items() if name and not name.isnumeric()}


def words_before(rows: Collection[Row], taken: Collection[int]) -> int | None:
    width = max((len(row.cells) for row in rows), default=0)
    for column in range(width):
        cells = [row.cell(column) for row in rows if row.cell(column)]
        if column not in taken and any(not cell[0].isdigit() for cell in cells):
            return column
    return None


def holds_prices(rows: Collection[Row], column: int) -> bool:
    cells = [row for row in rows if row.cell(column)]
    priced = [row for row in cells if column in row.numbers or is_amount(row, column)]
    return len(priced) * 2 > len(cells)


def is_amount(row: Row, column: int) -> bool:
    (read,) = read_money([" ".join(row.cell(column).split())])
    return not read.text


def stranger_sentence(name: str, hint: str) -> str:
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


def is_table(columns: Collection[str], *, said: bool = False) -> bool:
    """Whether these columns make costs; prices alone do if somebody `said` so."""
    return bool({"likely", "state"} & set(columns)) and (said or len(columns) > 1)


def names_candidates(sheet: Sheet, said: Header | None) -> bool:
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
    """
    refuse_memo(book, "It has sums and no prices as they were offered.")
    findings = Findings(answers=answers, remarks=list(book.remarks))
    walk = Walk(known, for_all, findings, skip_unknown=skip_unknown)
    bids = {
        sheet.name: bid
        for sheet in book.visible
        if not names_candidates(sheet, headers.get(sheet.name))
        and (bid := find_bids(sheet, headers.get(sheet.name), walk.names))
    }
    others = tuple(sheet for sheet in book.sheets if sheet.name not in bids)
    lists = replace(book, sheets=others)
    tables = tables_in(lists, headers, price_columns, is_table, findings)
    if not (tables or bids):
        raise no_table(book, "costs", WANTED)
    for table in tables:
        if table.sheet.name not in headers:
            refuse_many_prices(table)
    tables = [
        table if table.sheet.name in headers else in_words(table) for table in tables
    ]
    lines = [line for table in tables for line in walk.lines(table)]
    lines += [line for bid in bids.values() for line in walk.bids(bid)]
    walk.tell()
    return compared(
        book, lines, known.lines, findings, skipped=sum(walk.skipped.values())
    )


class Walk:
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
        self.reader = Reader(known, for_all)
        self.skipped: dict[str, int] = {}
        self.bidder = ""
        self.silent: set[tuple[str, int]] = set()
        self.speaking: set[tuple[str, int]] = set()

    def lines(self, table: Table) -> list[RowLine]:
        tell_unread(table, self.findings)
        self.reader.settled = settle(table, self.findings)
        return [line for row in table.body if (line := self.line(table, row))]

    def bids(self, bids: Bids) -> list[RowLine]:
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
        candidate = self.names.find(name)
        if candidate is None and self.skip_unknown:
            self.skipped[short(name)] = self.skipped.get(short(name), 0) + 1
        elif candidate is None:
            self.refuse(
                table,
                row,
                "candidate",
                f"The evaluation has no candidate “{short(name)}”."
                f"{self.names.hint(name)} Add it first, fix the name, or choose to "
                "leave unknown names out.",
            )
        return candidate

    def refuse(self, table: Table, row: Row, column: str, sentence: str) -> None:
        place = table.columns.get(column)
        self.findings.refuse(table.sheet, row.number, sentence, place)

    def tell(self) -> None:
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
            shown = ", ".join(f"“{short(name)}”" for name in list(unsure)[:6])
            more = f" and {len(unsure) - 6} more" if len(unsure) > 6 else ""
            self.findings.remark(
                f"These prices are not certain, so their lines are not stated and "
                f"keep the text: {shown}{more}. Write a price without a mark between "
                "thousands: 24000 or 24000.50."
            )
