"""From one score to the next, without going back to a list."""

from dataclasses import dataclass

from trials.admin.sheet import Sheet, SheetCell


@dataclass(frozen=True, slots=True)
class Way:
    """The scores before and after one, and the next that is still to give.

    `given` is what stands of this one.
    """

    given: SheetCell | None
    before: SheetCell | None
    after: SheetCell | None
    to_give: SheetCell | None


def way_through(sheet: Sheet, key: str) -> Way:
    """The way on from the score of that key: candidate by candidate in a category,
    then the next category; from the last that is to give, back to one left out."""
    cells = sheet.to_give
    at = next((number for number, cell in enumerate(cells) if cell.pk == key), None)
    if at is None:
        return Way(None, None, None, sheet.begin)
    onwards = [*cells[at + 1 :], *cells[:at]]
    return Way(
        cells[at],
        cells[at - 1] if at else None,
        cells[at + 1] if at + 1 < len(cells) else None,
        next((cell for cell in onwards if cell.given is None), None),
    )
