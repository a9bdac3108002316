"""What pages show of the values of the brief's lists in which a cell must hold."""

from dataclasses import dataclass

from trials.scoring import Source, Standing, ValueState
from trials.selectors import Cell


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One value with its three marks, and what stands for it."""

    state: ValueState
    claimed: str
    shown: str
    tested: str


def value_rows(cell: Cell) -> list[ValueRow]:
    """A row for each value in which it must hold."""
    return [
        ValueRow(
            value,
            "slipped" if value.standing == Standing.SLIPPED else value.claimed or "",
            value.verdict_of(Source.DEMO) or "",
            value.verdict_of(Source.TRIAL) or "",
        )
        for value in cell.values
    ]


def values_by_standing(cell: Cell) -> dict[Standing, str]:
    """“on premises” is unanswered, “AWS, Azure” are claimed, the weakest standing
    first; nothing where all values stand alike."""
    found: dict[Standing, list[str]] = {}
    counted = [value for value in cell.values if not value.not_applicable]
    for value in sorted(counted, key=lambda one: one.standing != cell.standing):
        found.setdefault(value.standing, []).append(value.value)
    if len(found) < 2:
        return {}
    return {standing: ", ".join(names) for standing, names in found.items()}
