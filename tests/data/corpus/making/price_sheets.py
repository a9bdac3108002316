"""Price sheets: what stands around the money."""

from pathlib import Path
from typing import Any

from tests.data.corpus.making.case import Case, priced, prices, table
from tests.data.corpus.making.costs import case

DATA = Path(__file__).resolve().parents[2]


def quoted(*dates: str) -> bytes:
    """A price sheet with the day of each quote."""
    rows: list[list[Any]] = prices(*["100"] * len(dates))
    rows[0].append("Quoted on")
    for row, date in zip(rows[1:], dates, strict=True):
        row.append(date)
    return table(rows)


def on(*dates: str) -> list[dict[str, str]]:
    """What comes of `quoted`."""
    parts = ["Base", "Seats", "Storage"]
    return [
        {"label": part, "quoted_on": date}
        for part, date in zip(parts, dates, strict=False)
    ]


def with_column(head: str, *cells: str) -> bytes:
    rows: list[list[Any]] = prices("1200", "980", "450")
    rows[0].append(head)
    for row, cell in zip(rows[1:], cells, strict=True):
        row.append(cell)
    return table(rows)


def first_lines(path: str, most: int) -> bytes:
    """The first lines of another file of these tests."""
    lines = (DATA / path).read_bytes().splitlines(keepends=True)
    return b"".join(lines[:most])


def bids(*rows: list[str], heads: tuple[str, ...] = ()) -> bytes:
    """A bid tabulation: items down, bidders across."""
    names = heads or ("Acme ML", "Globex", "Initech")
    return table([["Item", "Falls due", *names], *map(list, rows)])


def bid(candidate: str, label: str, likely: str, kind: str = "licence") -> Any:
    return {"candidate": candidate, "label": label, "likely": likely, "kind": kind}


CASES: list[Case] = [
    case(
        "bidders_across.csv",
        bids(
            ["Support", "yearly", "1200.00", "980.00", ""],
            ["Training", "once", "450.00", "Call us!", "300.00"],
            ["Total", "", "1650.00", "980.00", "300.00"],
        ),
        "items down and a column for each bidder; a blank is no bid",
        "I15",
        comes=[
            bid("Acme ML", "Support", "1200", "support"),
            bid("Globex", "Support", "980", "support"),
            bid("Acme ML", "Training", "450", "training"),
            {"candidate": "Globex", "label": "Training", "state": "unsaid"},
            bid("Initech", "Training", "300", "training"),
        ],
        mentions=["total", "call us"],
    ),
    case(
        "bidders_across_in_german.csv",
        bids(
            ["Basis", "yearly", "12.000", "9.850,00", "11.500"],
            ["Plätze", "yearly", "6.200", "5.100,50", "7.000"],
        ),
        "what one bidder's column tells holds for the others of the sheet",
        "L1",
        knows={"of all": {"kind": "licence"}},
        comes=[
            bid("Acme ML", "Basis", "12000"),
            bid("Globex", "Basis", "9850"),
            bid("Initech", "Basis", "11500"),
            bid("Acme ML", "Plätze", "6200"),
            bid("Globex", "Plätze", "5100.50"),
            bid("Initech", "Plätze", "7000"),
        ],
    ),
    case(
        "bidders_across_and_a_stranger.csv",
        bids(
            ["Support", "yearly", "1200", "980", "700"],
            heads=("Acme ML", "Globex", "Hooli"),
        ),
        "the column of a bidder that the purchase has not",
        "I4",
        refused="Hooli",
    ),
    case(
        "bidders_across_and_a_stranger_left_out.csv",
        bids(
            ["Support", "yearly", "1200", "980", "700"],
            heads=("Acme ML", "Globex", "Hooli"),
        ),
        "the same, when somebody leaves it out",
        "I4",
        knows={"leave out": "unknown names"},
        mentions=["hooli"],
        comes=[
            bid("Acme ML", "Support", "1200", "support"),
            bid("Globex", "Support", "980", "support"),
        ],
    ),
    case(
        "valid_from_and_until.csv",
        table(
            [
                [*prices()[0], "Valid from", "Valid until"],
                [*prices("1200")[1], "2027-01-01", "31.12.2027"],
            ]
        ),
        "a price that holds for some time only",
        "I15",
        comes=[{"label": "Base", "note": "Valid from 2027-01-01 until 2027-12-31."}],
    ),
    case(
        "valid_until_a_day_that_may_be_two.csv",
        table([[*prices()[0], "Valid until"], [*prices("1200")[1], "03/04/2027"]]),
        "a day that can be two, and nobody answered for",
        "I15",
        refused="03/04/2027",
    ),
    case(
        "days_of_a_column.csv",
        quoted("13/04/2027", "03/04/2027", "30/04/2027"),
        "one day tells the order of the others",
        comes=on("2027-04-13", "2027-04-03", "2027-04-30"),
    ),
    case(
        "days_of_america.csv",
        quoted("04/13/2027", "03/04/2027"),
        "one day tells the order of the others",
        comes=on("2027-04-13", "2027-03-04"),
    ),
    case(
        "days_that_may_be_either.csv",
        quoted("03/04/2027", "05/06/2027"),
        "nothing settles it, so somebody is asked once",
        knows={"days": {"Quoted on": "day first"}},
        comes=on("2027-04-03", "2027-06-05"),
    ),
    case(
        "days_nobody_answered.csv",
        quoted("03/04/2027", "05/06/2027"),
        "a day that can be two, and nobody answered for",
        refused="03/04/2027",
    ),
    case(
        "days_in_words.csv",
        quoted("3 April 2027", "Apr 13, 2027", "2027-04-30"),
        "months in words are sure",
        comes=on("2027-04-03", "2027-04-13", "2027-04-30"),
    ),
    case(
        "a_total.csv",
        table([*prices("1200", "980", "450"), ["Total", "", "", "2630", ""]]),
        "the last row is a sum of the others",
        "I6",
        mentions=["total"],
        comes=priced("1200", "980", "450"),
    ),
    case(
        "a_column_more.csv",
        with_column("Approved by", "Ann", "", "Bob"),
        "what is not read is named, with its count",
        "I5",
        mentions=["approved by", "2"],
        comes=priced("1200", "980", "450"),
    ),
    case(
        "a_bidder_too_many.csv",
        table([*prices("1200", "980"), ["Hooli", "licence", "X", "1", "yearly"]]),
        "a row whose vendor is not in the purchase",
        refused="Hooli",
    ),
    case(
        "a_bidder_left_out.csv",
        table([*prices("1200", "980"), ["Hooli", "licence", "X", "1", "yearly"]]),
        "the same, when somebody leaves it out",
        knows={"leave out": "unknown names"},
        mentions=["hooli"],
        comes=priced("1200", "980"),
    ),
    case(
        "of_one_bidder.csv",
        table(
            [
                ["Part", "Price", "Falls due"],
                ["Base", "1200.00", "yearly"],
                ["Seats", "980.00", "yearly"],
            ]
        ),
        "the file does not say whose and of which kind",
        knows={"of all": {"candidate": "Globex", "kind": "licence"}},
        comes=[
            {"label": "Base", "likely": "1200", "candidate": "Globex"},
            {"label": "Seats", "likely": "980", "candidate": "Globex"},
        ],
    ),
    Case(
        name="costs_public_prices.csv",
        kind="costs",
        content=first_lines("costs_sso_tax/prices.csv", 4),
        why="a public list of prices (costs_sso_tax)",
        given={"candidates": ["Adobe Acrobat Pro", "Adobe Creative Cloud", "Airtable"]},
        knows={"of all": {"kind": "licence", "due": "monthly"}},
        mentions=["sso_pricing"],
        comes=[
            {"candidate": "Adobe Acrobat Pro", "likely": "23.99", "currency": "USD"},
            {"candidate": "Adobe Creative Cloud", "likely": "84.99"},
            {"candidate": "Airtable", "likely": "10", "unit": "user"},
        ],
    ),
]
