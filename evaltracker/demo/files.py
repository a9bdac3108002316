"""Reading the data that the demo is made of."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"


def read_csv(name: str) -> list[dict[str, str]]:
    """The rows of a file in `data/` by their header."""
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@dataclass(frozen=True, slots=True)
class Control:
    """One control of the Minimum Viable Secure Product."""

    ref: str
    group: str
    title: str
    text: str


def read_controls() -> list[Control]:
    """The 25 controls of the MVSP catalog, in its order."""
    catalog = json.loads((DATA / "mvsp_catalog.json").read_text(encoding="utf-8"))
    return [
        control(group["title"], value)
        for group in catalog["catalog"]["groups"]
        for value in group["controls"]
    ]


def control(group: str, row: dict[str, object]) -> Control:
    """A control; where the catalog repeats another's words, its title stands alone."""
    number = str(row["id"]).removeprefix("ctl_").removesuffix("-mvsp")
    parts: list[dict[str, str]] = row.get("parts", [])  # type: ignore[assignment]
    title = str(row["title"])
    words = parts[0].get("prose", "").strip() if parts and number != "2.1" else ""
    text = f"{title}: {words}" if words else title
    return Control(f"MVSP-{number}", f"Security: {group}", title, text)
