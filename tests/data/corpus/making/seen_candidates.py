"""Candidates in layouts of public files: lists of tools, and heads of matrices."""

from typing import Any

from tests.data.corpus.making.case import Case, book, table, text
from tests.data.corpus.making.seen_requirements import GROUPED


def case(name: str, content: bytes, why: str, finding: str = "", **more: Any) -> Case:
    return Case(
        name=f"candidates_{name}",
        kind="candidates",
        content=content,
        why=why,
        finding=finding,
        **more,
    )


def merged_vendors(sheet: Any) -> None:
    sheet.merge_cells("A2:A3")


CASES = [
    case(
        "in_the_head_of_a_matrix.md",
        GROUPED,
        "the columns of a matrix are the candidates",
        "I9",
        knows={"heads": "yes"},
        comes=[{"name": "Acme ML"}, {"name": "Globex"}],
        mentions=["Feature", "Notes"],
    ),
    case(
        "in_a_head_nobody_answered.csv",
        table([["Feature", "Acme ML", "Globex"], ["Snapshots", "Yes", "No"]]),
        "whether the columns are the candidates is asked",
        "I9",
        refused="row of names",
    ),
    case(
        "in_the_head_of_our_own_matrix.xlsx",
        book(
            [
                ["Reference", "Category", "Requirement", "Priority", "Weight"]
                + [
                    f"{name}: {part}"
                    for name in ("Acme ML", "Globex")
                    for part in ("claimed", "shown", "tested", "standing")
                ],
                ["R1", "Core", "Snapshots", "Must", 3, "now", "", "", "Claimed"],
            ],
            title="Matrix",
        ),
        "the candidates of a matrix as it is saved here",
        "I15",
        knows={"heads": "yes"},
        comes=[{"name": "Acme ML"}, {"name": "Globex"}],
    ),
    case(
        "linked_names.md",
        text(
            "| Tool | License | Stars |",
            "|---|---|---|",
            "| [Acme ML](https://acme.example) | MIT | 12k |",
            "| **Globex** (globex/core) | BSD | 8k |",
            "| ~~Initech~~ | | |",
        ),
        "a link on a name is the website, and marks are no part of it",
        "I9",
        comes=[
            {"name": "Acme ML", "website": "https://acme.example"},
            {"name": "Globex (globex/core)"},
            {"name": "Initech"},
        ],
        mentions=["License", "struck"],
    ),
    case(
        "of_providers.md",
        text(
            "| Provider | GPU | Spot price |",
            "|---|---|---|",
            "| [Acme ML](https://acme.example) | A1 | ~$0.15/hr |",
            "| [Acme ML](https://acme.example) | B2 | ~$0.25/hr |",
            "| Globex | A1 | ~$0.20/hr |",
        ),
        "a price list names each provider many times",
        "I9",
        comes=[
            {"name": "Acme ML", "website": "https://acme.example"},
            {"name": "Globex"},
        ],
        mentions=["GPU"],
    ),
    case(
        "an_id_before_the_name.csv",
        table(
            [
                ["slug", "name", "solution_type", "last_updated"],
                ["acme", "Acme ML", "Buy", "2026-05-31"],
                ["globex", "Globex", "Build", "2026-05-31"],
            ]
        ),
        "a name right behind a number or an ID is a list of names",
        "I9",
        comes=[{"name": "Acme ML"}, {"name": "Globex"}],
        mentions=["solution_type"],
    ),
    case(
        "vendors_alone.csv",
        table(
            [
                ["vendor_id", "vendor_name", "country"],
                ["V1", "Acme", "FR"],
                ["V2", "Globex", "DE"],
            ]
        ),
        "a list of vendors is a list of candidates",
        "I9",
        comes=[{"name": "Acme"}, {"name": "Globex"}],
        mentions=["country"],
    ),
    case(
        "addresses_of_three_kinds.csv",
        table(
            [
                ["url", "product_name", "product_url", "seller", "seller_website"],
                [
                    "https://reviews.example/acme",
                    "Acme ML",
                    "https://acme.example/ml",
                    "Acme",
                    "https://acme.example",
                ],
            ]
        ),
        "the address of the product is its website, and others are named",
        comes=[
            {
                "name": "Acme ML",
                "website": "https://acme.example/ml",
                "vendor": "Acme",
            }
        ],
        mentions=["url", "seller_website"],
    ),
    case(
        "merged_vendors.xlsx",
        book(
            [
                ["Vendor", "Product", "Organization ID"],
                ["Acme", "Acme ML", "1"],
                [None, "Acme Lake", "1"],
                ["Globex", "Globex", "2"],
            ],
            merged_vendors,
        ),
        "a merged vendor counts for all its products",
        "I5",
        comes=[
            {"name": "Acme ML", "vendor": "Acme"},
            {"name": "Acme Lake", "vendor": "Acme"},
            {"name": "Globex", "vendor": "Globex"},
        ],
    ),
    case(
        "a_contact_list.csv",
        table([["Role", "Name", "Phone"], ["Sales", "Ann Lee", "555 01"]]),
        "people are no candidates",
        refused="No candidates",
    ),
]
