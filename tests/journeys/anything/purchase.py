"""Purchases of anything: data of `tests/data/any_purchases`, priced as in the cases."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaltracker.requirements.services.templates import StartingPoint, shipped

DATA = Path(__file__).parents[2] / "data"
CASES: dict[str, dict[str, Any]] = {
    case["id"]: case
    for case in json.loads(
        (DATA / "cases" / "any_purchase_cases.json").read_text(encoding="utf-8")
    )["costs"]
}


@dataclass(frozen=True)
class Purchase:
    """What people bring to one purchase, besides its template."""

    told: dict[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.told[key]

    @property
    def template(self) -> StartingPoint:
        """What it starts from."""
        return next(point for point in shipped() if point.key == self["template"])

    @property
    def case(self) -> dict[str, Any]:
        """The worked case that its prices are of."""
        return CASES[self["case"]]

    @property
    def prices(self) -> dict[str, list[dict[str, Any]]]:
        """By candidate the lines of its prices."""
        priced = self.case["given"]["candidates"]
        return {name: offer["lines"] for name, offer in priced.items()}

    def kind(self, key: str) -> dict[str, Any]:
        """A kind of cost, as the template has it."""
        kinds: list[dict[str, Any]] = self.template.content["costs"]
        return next(row for row in kinds if row["kind"] == key)


def read_purchase(name: str) -> Purchase:
    """One of the files."""
    file = DATA / "any_purchases" / f"{name}.json"
    return Purchase(json.loads(file.read_text(encoding="utf-8")))
