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


CASES: list[Case] = [
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
