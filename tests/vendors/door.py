"""The cases of the vendors' door: what must be seen, by id.

Who tests one asks for it by its id (`case("B1")`), or for all of a letter
(`cases("S")`), and compares with what stands there.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "data"


@cache
def all_cases() -> dict[str, dict[str, Any]]:
    """Every case by its id."""
    text = (DATA / "cases/vendor_door_cases.json").read_text(encoding="utf-8")
    return {case["id"]: case for case in json.loads(text)["cases"]}


def case(key: str) -> dict[str, Any]:
    """One case: title, given, do, expected."""
    return all_cases()[key]


def cases(letter: str) -> list[dict[str, Any]]:
    """All cases whose ids begin with a letter, in the order of the file."""
    return [one for key, one in all_cases().items() if key.startswith(letter)]
