"""What a new evaluation can start from: the points that come with the product.

Each is a JSON file beside this one; `SOURCES.md` says where its words are from.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SHIPPED = ("ml_platform", "e_signature", "cleaning", "general", "security_baseline")


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """A template: its key in forms, and everything that it brings.

    `content` holds `brief`, `questions`, `lists`, `categories`, `requirements` and,
    from higher floors, parts by name.
    """

    key: str
    title: str
    description: str
    content: Mapping[str, Any]


@cache
def shipped() -> tuple[StartingPoint, ...]:
    """The templates that come with the product."""
    return tuple(read(name) for name in SHIPPED)


def read(name: str) -> StartingPoint:
    """One of the files."""
    content = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return StartingPoint(name, content["title"], content["description"], content)
