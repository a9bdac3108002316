"""Numbers of rows as people write them: “4, 7–9”."""

from evaltracker.tabular import limits

LONGEST = 9
MOST = limits.ROWS


def numbers_in(text: str) -> set[int]:
    """The numbers in a list with ranges.

    Raises:
        ValueError: a part is no number of a row, or there are too many.

    """
    found: set[int] = set()
    for part in text.replace(";", ",").replace("–", "-").split(","):
        first, dash, last = (it.strip() for it in part.partition("-"))
        if not part.strip():
            continue
        start, end = number(first, part), number(last if dash else first, part)
        if not 0 <= end - start < MOST or len(found) > MOST:
            raise ValueError(f"“{part.strip()}” is no range of rows. Write 7–9.")
        found |= set(range(start, end + 1))
    if not found:
        raise ValueError("Write the numbers of rows, such as 4, 7–9.")
    return found


def number(text: str, part: str) -> int:
    """The number of a row."""
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST):
        raise ValueError(f"“{part.strip()}” is no number of a row. Write 4, 7–9.")
    return int(text)
