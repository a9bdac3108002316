"""Costs in layouts of public files: bid tabulations, bills of material, plans."""

from typing import Any

from tests.data.corpus.making.case import ACME, Case, book, table, text

FOR_ALL = {"kind": "setup", "due": "once"}
TITLES = ["Bid tabulation", None, None, None, None, None, None, None, None, None]
BIDDERS = [None, None, None, None, "Engineer's Estimate", None, "Acme ML", None]
NUMBERED = ["Item", "Description", "Qty"]
PRICE = ["Unit Price", "Extended Amount"]
BIDS = [
    {"candidate": "Acme ML", "label": "Mobilization", "likely": 5200},
    {"candidate": "Acme ML", "label": "Luminaire", "likely": 310},
    {"candidate": "Globex", "label": "Mobilization", "likely": 4800},
    {"candidate": "Globex", "label": "Luminaire", "likely": 295},
]


def case(name: str, content: bytes, why: str, finding: str = "", **more: Any) -> Case:
    more = {"given": ACME} | more
    return Case(
        name=f"costs_{name}",
        kind="costs",
        content=content,
        why=why,
        finding=finding,
        **more,
    )


def merged_bidders(sheet: Any) -> None:
    for cells in ("A1:J1", "E2:F2", "G2:H2", "I2:J2"):
        sheet.merge_cells(cells)


def merged_candidates(sheet: Any) -> None:
    sheet.merge_cells("A2:A3")


CASES = [
    case(
        "a_bid_tabulation.xlsx",
        book(
            [
                TITLES,
                [*BIDDERS, "Globex", None],
                ["Item No.", "Description", "Qty", "Unit", *PRICE, *PRICE, *PRICE],
                [1, "Mobilization", 1, "LS", 5000, 5000, 5200, 5200, 4800, 4800],
                [2, "Luminaire", 40, "EA", 300, 12000, 310, 12400, 295, 11800],
                [None, "TOTAL BID", *[None] * 3, 17000, None, 17600, None, 16600],
            ],
            merged_bidders,
        ),
        "each bidder stands over a unit price and its sum",
        "I4",
        knows={"of all": FOR_ALL},
        comes=BIDS,
        mentions=["total", "Extended Amount"],
    ),
    case(
        "bids_of_strangers.xlsx",
        book(
            [
                TITLES,
                [*BIDDERS, "Globex", None],
                ["Item No.", "Description", "Qty", "Unit", *PRICE, *PRICE, *PRICE],
                [1, "Mobilization", 1, "LS", 5000, 5000, 5200, 5200, 4800, 4800],
            ],
            merged_bidders,
        ),
        "three prices side by side, and none of the bidders is in the purchase",
        "I4",
        given={"candidates": ["Initech"]},
        knows={"of all": FOR_ALL | {"candidate": "Initech"}},
        refused="Unit Price",
    ),
    case(
        "numbered_bids.csv",
        table(
            [
                [*NUMBERED, "Engineer's Estimate", "Acme ML", "Globex"],
                ["1", "Mobilization", "1", "$5,000.00", "$5,200.00", "$4,800.00"],
                ["2", "Luminaire", "40", "$300.00", "$310.00", "$295.00"],
                ["", "Total Base Bid", "", "$17,000", "$17,600", "$16,600"],
            ]
        ),
        "what is bought stands beside its number, and an estimate is nobody's bid",
        "I4",
        knows={"of all": FOR_ALL},
        comes=BIDS,
        mentions=["total", "Engineer's Estimate"],
    ),
    case(
        "a_bill_of_material.md",
        text(
            "| # | Item | Qty | Unit Price | Extended | Falls due |",
            "|---|---|---|---|---|---|",
            "| 1 | Battery | 4 | $1,363.50 | $5,454.00 | once |",
            "| 2 | Cable | 4 | $129.05 | $516.20 | once |",
            "| | **Subtotal** | | | **$5,970.20** | |",
        ),
        "a price and what it comes to stand side by side",
        given={"candidates": ["Acme ML"]},
        knows={"of all": {"kind": "setup", "candidate": "Acme ML"}},
        comes=[
            {"label": "Battery", "likely": "1363.5"},
            {"label": "Cable", "likely": "129.05"},
        ],
        mentions=["Extended", "total"],
    ),
    case(
        "a_rhythm_in_the_head.csv",
        table(
            [
                ["Vendor", "Plan", "Price per user/month (USD)", "Notes"],
                ["Acme ML", "Team", "$12.00", "five users"],
                ["Globex", "Business", "$15", ""],
            ]
        ),
        "the name of the column says per user and month",
        knows={"of all": {"kind": "licence"}},
        comes=[
            {
                "candidate": "Acme ML",
                "likely": 12,
                "recurrence": "monthly",
                "unit": "user",
                "currency": "USD",
            },
            {"candidate": "Globex", "likely": 15, "recurrence": "monthly"},
        ],
    ),
    case(
        "two_rhythms.csv",
        table(
            [
                ["Vendor", "Kind", "Plan", "Price per month", "Billing"],
                ["Acme ML", "licence", "Team", "12.00 EUR", "yearly"],
            ]
        ),
        "a price per month that is billed by the year is no price per year",
        refused="month",
    ),
    case(
        "merged_candidates.xlsx",
        book(
            [
                ["Candidate", "Kind of cost", "Part", "Price", "Falls due"],
                ["Acme ML", "licence", "Base", 100, "yearly"],
                [None, "licence", "Seats", 20, "yearly"],
            ],
            merged_candidates,
        ),
        "a merged candidate counts for all its prices",
        "I5",
        comes=[
            {"candidate": "Acme ML", "label": "Base", "likely": 100},
            {"candidate": "Acme ML", "label": "Seats", "likely": 20},
        ],
    ),
    case(
        "a_quote_that_names_its_vendor.csv",
        table(
            [
                ["Quotation", "Globex"],
                [],
                ["Pos.", "Description", "Qty", "List price", "Falls due"],
                ["1", "Licence", "250", "12.50 EUR", "yearly"],
            ]
        ),
        "whose prices these are stands above them",
        comes=[
            {
                "candidate": "Globex",
                "kind": "licence",
                "likely": "12.5",
                "recurrence": "yearly",
            }
        ],
    ),
    case(
        "list_and_own_price.csv",
        table(
            [
                ["Vendor", "Kind", "Part", "List price", "Our price", "Falls due"],
                ["Globex", "licence", "Base", "12.50", "11.00", "yearly"],
            ]
        ),
        "which of two prices counts is not guessed",
        refused="No costs",
    ),
    case(
        "years_across.csv",
        table(
            [
                ["Cost item", "Year 1", "Year 2", "Total"],
                ["Licences", "10000", "9000", "19000"],
            ]
        ),
        "years side by side are not one price",
        refused="No costs",
    ),
]
