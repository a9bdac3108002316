"""The purchase that is always the same, as `tests/data/fixed_purchase` tells it."""

import csv
import io
import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[2] / "data" / "fixed_purchase" / "e_signature.json"
PURCHASE: dict[str, Any] = json.loads(FILE.read_text())
TITLE: str = PURCHASE["title"]
MUSTS = [row["ref"] for row in PURCHASE["requirements"] if row["priority"] == "must"]
BOUGHT = [row["name"] for row in PURCHASE["candidates"] if row["vendor"]]


def table(heads: tuple[str, ...], rows: list[list[str]], delimiter: str = ";") -> str:
    """Rows as a spreadsheet writes them."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows([heads, *rows])
    return out.getvalue()


def requirement_rows() -> list[list[str]]:
    """Ref, category, text, priority, weight, help for vendors."""
    names = ("ref", "category", "text", "priority", "weight", "vendor_help")
    return [[row[name] for name in names] for row in PURCHASE["requirements"]]


def metric_column() -> list[str]:
    """What each requirement moves; blank where it is no must-have."""
    names = [row["name"] for row in PURCHASE["metrics"]]
    rows = PURCHASE["requirements"]
    return [names[row["metric"]] if "metric" in row else "" for row in rows]


def candidate_rows() -> list[list[str]]:
    """Name, kind, vendor."""
    return [[row["name"], row["kind"], row["vendor"]] for row in PURCHASE["candidates"]]


def cost_rows() -> list[list[str]]:
    """Candidate, kind of cost, likely amount, when it falls due."""
    return [
        [name, kind, price, due]
        for kind, (*prices, due) in PURCHASE["prices"].items()
        for name, price in zip(BOUGHT, prices, strict=True)
        if price
    ]


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
