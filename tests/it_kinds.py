"""The kinds of cost of IT by their keys, for tests of purchases without their own."""

from types import SimpleNamespace
from typing import Any

from vendors.costs import IT, CostKind, kinds_for

it: Any = SimpleNamespace(**{kind.key: kind for kind in IT})


def checklist(candidate_kind: str) -> tuple[CostKind, ...]:
    return kinds_for(candidate_kind, IT)
