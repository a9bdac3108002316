"""Items down and bidders across: the prices of each bidder are a table of their own."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from evaltracker.importing.layout import refuse_wide_merge, short, spread
from evaltracker.importing.reading import Header
from evaltracker.importing.rows import Refusal, Table
from evaltracker.tabular import Row, Sheet, columns_by_field, find_header, header_key
from vendors.imports.cost_columns import in_words
from vendors.imports.cost_words import COLUMNS
from vendors.imports.money_words import parts_of
from vendors.imports.names import Names

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
