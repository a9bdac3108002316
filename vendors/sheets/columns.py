"""The columns of the answer sheet, and how texts stand in its cells."""

import datetime

from evaltracker.evaluations.models import Requirement
from evaltracker.kit.formula_guard import harmless
from vendors.holds_for_text import write_holds_for
from vendors.selectors.demands import demanded
from vendors.words import ClaimWords

SHEET = "Answers"
# By field: the head and the width of each column, in order.
COLUMNS: dict[str, tuple[str, int]] = {
    "requirement": ("Requirement", 14),
    "category": ("Category", 18),
    "text": ("What we need", 50),
    "priority": ("Priority", 10),
    "help": ("Help", 30),
    "availability": ("Availability", 14),
    "available_from": ("Available from", 14),
    "environments": ("Environments", 20),
    "statement": ("Statement", 60),
    "evidence_url": ("Evidence link", 30),
    "lists": ("Must hold for", 30),
    "holds_for": ("Holds for", 30),
    "measure": ("Measure", 30),
    "number": ("Number", 12),
    "unit": ("Unit", 12),
}
# These stand in a sheet of which a requirement has a measure.
OF_MEASURES = frozenset({"measure", "number", "unit"})
ANSWER = (
    "availability",
    "available_from",
    "environments",
    "statement",
    "evidence_url",
    "holds_for",
    "number",
    "unit",
)
ASKED = tuple(field for field in COLUMNS if field not in ANSWER)

type Cell = str | datetime.date


def asked_cells(requirement: Requirement) -> list[Cell]:
    """What is asked, as it stands in a row."""
    return [
        harmless(text)
        for text in (
            requirement.ref,
            requirement.category.name,
            requirement.text,
            requirement.get_priority_display(),
            requirement.vendor_help,
            write_holds_for(demanded(requirement)),
            requirement.measure_words,
        )
    ]


def answer_cells(words: ClaimWords | None) -> list[Cell]:
    """What is answered, as it stands in a row."""
    if words is None:
        return [""] * len(ANSWER)
    return [
        words.availability,
        words.available_from or "",
        harmless("; ".join(words.environments)),
        harmless(words.statement),
        harmless(words.evidence_url),
        harmless(write_holds_for(words.holds_for and words.holds_for["said"])),
        words.number.get("value", ""),
        harmless(words.number.get("unit", "")),
    ]
