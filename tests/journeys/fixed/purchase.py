"""The purchase that is always the same, as `tests/data/fixed_purchase` tells it."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from tests.it_kinds import checklist

FILE = Path(__file__).parents[2] / "data" / "fixed_purchase" / "e_signature.json"
PURCHASE: dict[str, Any] = json.loads(FILE.read_text())
TITLE: str = PURCHASE["title"]
MUSTS = [row["ref"] for row in PURCHASE["requirements"] if row["priority"] == "must"]
REQUIREMENT_HEADS = (
    *("Ref", "Category", "Requirement", "Priority", "Weight"),
    *("Help for vendors", "Moves"),
)
PEOPLE_HEADS = ("Person", "Role", "Scores")
CANDIDATE_HEADS = ("Name", "Kind", "Vendor", "Contact")
CRITERIA_HEADS = ("What must be reached", "The number", "Requirement")
BOUGHT = [row["name"] for row in PURCHASE["candidates"] if row["vendor"]]


def table(heads: tuple[str, ...], rows: list[list[str]], delimiter: str = ";") -> str:
    """Rows as a spreadsheet writes them."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows([heads, *rows])
    return out.getvalue()


def requirement_rows() -> list[list[str]]:
    """Each with what it moves; blank where it is no must-have."""
    metrics = [row["name"] for row in PURCHASE["metrics"]]
    names = ("ref", "category", "text", "priority", "weight", "vendor_help")
    return [
        [
            *(row[name] for name in names),
            metrics[row["metric"]] if "metric" in row else "",
        ]
        for row in PURCHASE["requirements"]
    ]


def people_rows() -> list[list[str]]:
    """Person, role, whether they score."""
    return [
        [
            f"{row['first']} {row['last']} ({row['username']})",
            row["role"],
            "yes" if row["scores"] else "no",
        ]
        for row in PURCHASE["people"]
    ]


def candidate_rows() -> list[list[str]]:
    """Name, kind, vendor, who is written to."""
    return [
        [
            *(row["name"], row["kind"], row["vendor"]),
            f"{row['contact']} <{row['email']}>" if row["vendor"] else "",
        ]
        for row in PURCHASE["candidates"]
    ]


def cost_rows() -> list[list[str]]:
    """Kind of cost, and what each candidate asks for it.

    What is not quoted was asked for and not stated.
    """
    rows = []
    for kind in checklist("buy"):
        prices = PURCHASE["prices"].get(kind.key, ["", "", ""])[: len(BOUGHT)]
        rows.append([kind.name, *(price or "not stated" for price in prices)])
    return rows


def criteria_rows() -> list[list[str]]:
    """What must be reached, the number, and the requirement that it is of."""
    return [[row["text"], row["threshold"], row["ref"]] for row in PURCHASE["criteria"]]


def answers_of(candidate: str) -> list[dict[str, str]]:
    """What its vendor posts, a claim for each requirement."""
    dates = {"planned": {"available_from": "2027-09-30"}}
    return [
        {
            "requirement": ref,
            "availability": status,
            "statement": f"{ref}: see our documentation.",
            "evidence_url": "https://example.com/docs",
            **dates.get(status, {}),
        }
        for status, refs in PURCHASE["answers"][candidate].items()
        for ref in refs.split()
    ]


def requirements_table() -> str:
    """All fourteen."""
    return table(REQUIREMENT_HEADS, requirement_rows(), "\t")


def people_table() -> str:
    """The five stakeholders."""
    return table(PEOPLE_HEADS, people_rows(), "\t")


def candidates_table() -> str:
    """Three services and staying as is."""
    return table(CANDIDATE_HEADS, candidate_rows(), "\t")


def prices_table() -> str:
    """What was quoted, and what nobody stated."""
    return table(("Item", *BOUGHT), cost_rows(), "\t")
