"""Weights in a file: 0–10 is taken, shares of a hundred are reported."""

from collections.abc import Sequence

from evaltracker.importing.plan import Findings
from evaltracker.requirements.imports.layout import Layout
from evaltracker.tabular import Row

HIGHEST = 10


def weights_are_usable(layout: Layout, body: Sequence[Row], findings: Findings) -> bool:
    """Whether the column speaks of 0–10 and not of shares of a whole.

    Percentages are left aside with a remark, because 5 % and 5 of 10 look alike.
    """
    column = layout.columns["weight"]
    title = layout.title("weight")
    cells = [row.cell(column) for row in body if row.cell(column)]
    numbers = [number for cell in cells if (number := number_of(cell)) is not None]
    total = sum(numbers)
    says_percent = "%" in title or "percent" in title.casefold()
    has_percent = any(cell.endswith("%") for cell in cells)
    adds_up = len(numbers) > 1 and (
        (abs(total - 100) < 0.5 and max(numbers) > HIGHEST)
        or (abs(total - 1) < 0.005 and max(numbers) < 1)
    )
    if not (says_percent or has_percent or adds_up):
        return True
    findings.remark(
        f"Column {layout.letter('weight')} (“{title}”) holds shares of a whole, and "
        "weights here go from 0 to 10, so it was not read"
        + suggestion(numbers)
        + " Change the column and import it again."
    )
    return False


def suggestion(numbers: list[float]) -> str:
    """How the shares would read on 0–10, for the user to decide."""
    if not numbers or max(numbers) <= 0:
        return "."
    scaled = {
        f"{number:g}": round(number / max(numbers) * HIGHEST) for number in numbers
    }
    pairs = [f"{share} → {weight}" for share, weight in list(scaled.items())[:6]]
    return f". With the heaviest as 10 it would be: {', '.join(pairs)}."


def number_of(cell: str) -> float | None:
    """The number in `cell`, with or without a percent sign."""
    text = cell.removesuffix("%").strip().replace(",", ".")
    if not text.isascii() or len(text) > 20:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < 1e9 else None


def weight_in(cell: str) -> int | None:
    """The weight; None where the cell is blank."""
    if not cell:
        return None
    number = number_of(cell)
    if number is None or not number.is_integer() or not 0 <= number <= HIGHEST:
        raise ValueError(
            f"“{cell[:40]}” is no weight. Write a whole number from 0 to 10."
        )
    return int(number)
