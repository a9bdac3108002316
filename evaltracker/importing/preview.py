"""What there is to see of a plan, in the shape of a plan, and its rows by page.

That of a small file is drawn from its plan. A large one's is made once and kept with
the file, so that its page neither reads the file nor holds all rows.
"""

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evaltracker.importing.kinds import ImportKind
from evaltracker.rows.plan import ImportPlan
from evaltracker.toolbox.processes import in_batches

PAGE = 50
# Of a cell that nobody can type anew.
MOST_SEEN = 300


@dataclass(frozen=True, slots=True)
class Preview:
    """`facts` are those of a plan as plain data, `sizes` how many rows each part has.

    Parts are *new*, *changed*, *rest*, and by place of a sheet *sheet0*, *refused0*.
    """

    facts: Mapping[str, Any]
    sizes: Mapping[str, int]
    page: Callable[[str, int], list[Any]]


def _row(row: Any) -> dict[str, Any]:
    shown = asdict(row)
    for cell in shown["cells"]:
        if cell["state"] != "refused":
            cell["text"] = cell["text"][:MOST_SEEN]
    return shown


def preview_of(kind: ImportKind, plan: ImportPlan) -> Preview:
    parts: dict[str, tuple[Sequence[Any], Callable[[Any], Any]]] = {
        "new": (plan.new, lambda record: list(kind.cells(record))),
        "changed": (
            plan.changed,
            lambda change: [change.record.name, list(kind.differing(change))],
        ),
        "rest": (plan.rest, dict),
    }
    for place, sheet in enumerate(plan.sheets):
        parts[f"sheet{place}"] = (sheet.rows, _row)
        parts[f"refused{place}"] = (sheet.rows.refused, _row)

    def page(part: str, number: int) -> list[Any]:
        rows, draw = parts[part]
        return [draw(row) for row in rows[number * PAGE : (number + 1) * PAGE]]

    facts = {
        **{name: getattr(plan, name) for name in PLAN},
        "counted": plan.counted,
        "heads": kind.heads(),
        "lines": [asdict(line) for line in plan.lines],
        "sheets": [
            {
                "name": sheet.name,
                "names_row": sheet.names_row,
                "columns": [asdict(line) for line in sheet.columns],
            }
            for sheet in plan.sheets
        ],
    }
    return Preview(facts, {name: len(rows) for name, (rows, _) in parts.items()}, page)


PLAN = ("filename", "sha256", "digest", "can_apply", "counts", "remarks", "typed")


def packed(preview: Preview) -> tuple[dict[str, Any], bytes]:
    """A preview as it is kept: what is short, and each page of rows by itself."""
    pages: list[bytes] = []
    places: dict[str, list[tuple[int, int]]] = {}
    at = 0
    for part, size in preview.sizes.items():
        places[part] = []
        for number in in_batches(range(-(-size // PAGE)), "shown", 1):
            text = json.dumps(preview.page(part, number[0]), default=str)
            page = zlib.compress(text.encode())
            places[part].append((at, len(page)))
            at += len(page)
            pages.append(page)
    facts = json.loads(json.dumps(preview.facts, default=str))
    sizes = dict(preview.sizes)
    return {"facts": facts, "sizes": sizes, "places": places}, b"".join(pages)


def unpacked(kept: Mapping[str, Any], pages: Callable[[], bytes]) -> Preview:
    """The preview that was kept; `pages` is asked when rows are looked at."""

    def page(part: str, number: int) -> list[Any]:
        places = kept["places"][part]
        if number >= len(places):
            return []
        at, size = places[number]
        rows: list[Any] = json.loads(zlib.decompress(pages()[at : at + size]))
        return rows

    return Preview(kept["facts"], kept["sizes"], page)
